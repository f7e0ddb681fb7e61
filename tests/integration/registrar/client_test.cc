#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "absl/time/clock.h"
#include "coordination/broadcast.h"
#include "coordination/broadcast_listener.h"
#include "coordination/config_store.h"
#include "coordination/config_subscription.h"
#include "coordination/service_directory.h"
#include "coordination/unique_name.h"
#include "model/paths.h"
#include "registrar/registrar.h"
#include "tests/integration/registrar/registrar_fixture.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tcp_proxy.h"

namespace roster::registrar {
namespace {

using ::roster::testing::Scaled;
using ::roster::testing::StatusIs;

absl::Time Soon() { return absl::Now() + Scaled(absl::Seconds(10)); }

// What coordination/ offers, over the session of a registrar.
class ClientTest : public RegistrarTest {
 protected:
  int64_t SessionOf(coordination::Client& client) {
    int64_t id = 0;
    client.loop().RunAndWait([&] { id = client.session().info().session_id; });
    return id;
  }
  const model::ClusterPaths paths_{"/roster", "default"};
};

TEST_F(ClientTest, IsThereAsSoonAsTheRegistrarIs) {
  const auto registrar = Make();
  coordination::ConfigStore store(registrar->client(), {.path = paths_.config});
  EXPECT_OK(store.Put("a", "1", {}, Soon()));
  EXPECT_EQ(&registrar->client(), &registrar->client());
}

TEST_F(ClientTest, OneSessionServesAll) {
  const auto registrar = MakeRegistered();
  coordination::Client& client = registrar->client();
  EXPECT_EQ(SessionOf(client), Owner());

  coordination::ConfigStore store(client, {.path = paths_.config});
  ASSERT_OK(store.Put("limit", "10", {}, Soon()));
  ASSERT_OK_AND_ASSIGN(const auto subscription,
                       coordination::ConfigSubscription::Create(
                           client, {.path = paths_.config, .name = "limit"}));
  ASSERT_OK(subscription->WaitUntilKnown(Soon()));
  EXPECT_EQ(subscription->Get("limit")->value, "10");

  const coordination::ServiceDirectory directory(
      client, {.control_path = paths_.control});
  EVENTUALLY(directory.Resolve("web").size() == 1);
  EXPECT_EQ(directory.Resolve("web")[0].member, kName);

  ASSERT_OK_AND_ASSIGN(
      const auto listener,
      coordination::BroadcastListener::Create(
          client, {.path = paths_.broadcasts,
                   .topic = "cache",
                   .member = kName,
                   .handler = [](const auto&, auto reply) { reply("done"); }}));
  coordination::Broadcast broadcast(
      client, {.path = paths_.broadcasts, .topic = "cache"});
  ASSERT_OK_AND_ASSIGN(const auto message, broadcast.Send("flush", Soon()));
  coordination::BroadcastTracker tracker(client, message, {kName});
  EXPECT_TRUE(tracker.Wait(Soon()).complete());

  // No second session has been here.
  EXPECT_EQ(SessionOf(client), Owner());
}

TEST_F(ClientTest, GoesOnWithTheRegistrationInANewSession) {
  const auto registrar = MakeRegistered();
  coordination::Client& client = registrar->client();
  coordination::ConfigStore store(client, {.path = paths_.config});
  ASSERT_OK(store.Put("limit", "10", {}, Soon()));
  ASSERT_OK_AND_ASSIGN(const auto subscription,
                       coordination::ConfigSubscription::Create(
                           client, {.path = paths_.config, .name = "limit"}));
  ASSERT_OK(subscription->WaitUntilKnown(Soon()));
  const int64_t before = Owner();
  ASSERT_OK(probe_.ExpireSession(before));
  EVENTUALLY(Owner() != 0 && Owner() != before);
  ASSERT_OK(store.Put("limit", "20", {}, Soon()));
  EVENTUALLY(subscription->Get("limit")->value == "20");
}

TEST_F(ClientTest, CallsThatWaitEndWithTheLeave) {
  testing::TcpProxy proxy(server_.port());
  RegistrarOptions options = Options();
  options.servers = proxy.ConnectString(chroot_);
  const auto registrar = MakeRegistered(options);
  coordination::ConfigStore store(registrar->client(), {.path = paths_.config});
  proxy.Refuse(true);
  proxy.Cut();
  EVENTUALLY(registrar->status().connection != zk::ConnectionState::kConnected);
  std::thread waiting([&] {
    const auto put = store.Put("a", "1", {}, absl::InfiniteFuture());
    EXPECT_FALSE(put.ok());
  });
  registrar->Leave(absl::ZeroDuration()).IgnoreError();
  waiting.join();
  EXPECT_THAT(store.Get("a", Soon()), StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace roster::registrar
