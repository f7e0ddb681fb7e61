#include "coordination/service_directory.h"

#include <atomic>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/mutex.h"
#include "coordination/unique_name.h"
#include "model/paths.h"
#include "tests/integration/coordination/connect.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tcp_proxy.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"

namespace roster::coordination {
namespace {

using ::roster::testing::NodeKind;
using ::roster::testing::StatusIs;
using ::roster::testing::TcpProxy;
using ::roster::testing::ZkProbe;
using ::roster::testing::ZkServer;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::string Record(const std::string& service, const std::string& state,
                   const std::string& more = "") {
  return absl::StrCat(R"({"v":1,"service":")", service, R"(","state":")", state,
                      R"(","endpoints":{"grpc":"10.0.0.7:50051"})", more, "}");
}

const char kHeld[] =
    R"({"v":1,"epoch":1,"holds":[{"id":"h-1","mode":"DRAIN"}]})";
const char kFree[] = R"({"v":1,"epoch":2,"holds":[]})";

class ServiceDirectoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK(probe_.CreateWithParents("/clusterServer"));
    ASSERT_OK(probe_.CreateWithParents(paths_.control));
  }
  std::unique_ptr<ServiceDirectory> Open(ServiceDirectoryOptions options = {}) {
    options.control_path = paths_.control;
    return std::make_unique<ServiceDirectory>(*client_, std::move(options));
  }
  void Join(const std::string& name, const std::string& record) {
    ASSERT_OK(
        probe_.Create("/clusterServer/" + name, record, NodeKind::kEphemeral));
  }
  void Order(const std::string& name, const std::string& order) {
    const std::string path = model::JoinPath(paths_.control, name);
    if (!probe_.Create(path, order).ok()) ASSERT_OK(probe_.Set(path, order));
  }
  static std::string Names(const ServiceDirectory& directory,
                           const std::string& service) {
    std::string names;
    for (const ServiceInstance& instance : directory.Resolve(service))
      absl::StrAppend(&names, instance.member, " ");
    return names;
  }

  const std::string chroot_ = ZkServer::Shared().NewChroot("directory");
  const model::ClusterPaths paths_{"/roster", "default"};
  ZkProbe probe_{ZkServer::Shared().ConnectString(chroot_)};
  TcpProxy proxy_{ZkServer::Shared().port()};
  std::unique_ptr<Client> client_ = Connect(proxy_.ConnectString(chroot_));
};

TEST_F(ServiceDirectoryTest, ResolvesAServiceToItsInstances) {
  Join("web-01",
       Record("search", "UP", R"(,"version":"1.4","labels":{"zone":"a"})"));
  Join("web-02", Record("search", "DEGRADED"));
  Join("db-01", Record("store", "UP"));
  Join("opaque", "");
  const auto directory = Open();
  ASSERT_OK(directory->WaitUntilKnown(Soon()));
  const ServiceInstances search = directory->Resolve("search");
  ASSERT_THAT(search, SizeIs(2));
  EXPECT_EQ(search[0].member, "web-01");
  EXPECT_EQ(search[0].version, "1.4");
  EXPECT_EQ(search[0].endpoints.at("grpc"), "10.0.0.7:50051");
  EXPECT_EQ(search[0].labels.at("zone"), "a");
  EXPECT_FALSE(search[0].degraded);
  EXPECT_TRUE(search[1].degraded);
  EXPECT_EQ(Names(*directory, "store"), "db-01 ");
  EXPECT_THAT(directory->Resolve("nobody"), IsEmpty());
  EXPECT_THAT(directory->view()->services, SizeIs(2));
}

TEST_F(ServiceDirectoryTest, LeavesOutWhoDoesNotServe) {
  for (const char* state : {"STARTING", "DRAINING", "DRAINED", "LEAVING", "UP"})
    Join(state, Record("search", state));
  Join("held", Record("search", "UP"));
  Order("held", kHeld);
  const auto directory = Open();
  ASSERT_OK(directory->WaitUntilKnown(Soon()));
  EXPECT_EQ(Names(*directory, "search"), "UP ");
}

TEST_F(ServiceDirectoryTest, FollowsMembersAndOrders) {
  std::vector<std::string> told;
  base::Mutex mu;
  const auto directory =
      Open({.on_change = [&](const std::string& service,
                             const ServiceInstances& instances) {
        base::MutexLock lock(&mu);
        told.push_back(absl::StrCat(service, instances.size()));
        throw std::runtime_error("not our day");
      }});
  ASSERT_OK(directory->WaitUntilKnown(Soon()));
  Join("a", Record("search", "STARTING"));
  Join("b", Record("search", "UP"));
  EVENTUALLY(Names(*directory, "search") == "b ");
  ASSERT_OK(probe_.Set("/clusterServer/a", Record("search", "UP")));
  EVENTUALLY(Names(*directory, "search") == "a b ");
  Order("b", kHeld);
  EVENTUALLY(Names(*directory, "search") == "a ");
  // What cannot be read changes nothing.
  Order("b", "{");
  Order("a", "{");
  Order("b", kFree);
  EVENTUALLY(Names(*directory, "search") == "a b ");
  ASSERT_OK(probe_.Set("/clusterServer/a", Record("other", "UP")));
  EVENTUALLY(Names(*directory, "search") == "b ");
  EXPECT_EQ(Names(*directory, "other"), "a ");
  ASSERT_OK(probe_.Delete("/clusterServer/b"));
  EVENTUALLY(directory->Resolve("search").empty());
  base::MutexLock lock(&mu);
  EXPECT_EQ(told.front(), "search1");
  EXPECT_EQ(told.back(), "search0");
}

TEST_F(ServiceDirectoryTest, ProgressAndGaugesAreNoChange) {
  Join("a", Record("search", "UP"));
  std::atomic<int> calls{0};
  const auto directory =
      Open({.on_change = [&](const auto&, const auto&) { ++calls; }});
  ASSERT_OK(directory->WaitUntilKnown(Soon()));
  for (int i = 0; i < 5; ++i)
    ASSERT_OK(probe_.Set(
        "/clusterServer/a",
        Record("search", "UP", absl::StrCat(R"(,"gauges":{"g":)", i, "}"))));
  Join("b", Record("other", "UP"));
  EVENTUALLY(!directory->Resolve("other").empty());
  EXPECT_EQ(calls, 2);
}

TEST_F(ServiceDirectoryTest, KeepsTheLastAnswerWhileZooKeeperIsAway) {
  Join("a", Record("search", "UP"));
  Join("b", Record("search", "UP"));
  const auto directory = Open();
  ASSERT_OK(directory->WaitUntilKnown(Soon()));
  EXPECT_FALSE(directory->view()->stale);
  proxy_.Refuse(true);
  proxy_.Cut();
  EVENTUALLY(directory->view()->stale);
  ASSERT_OK(probe_.Delete("/clusterServer/b"));
  Order("a", kHeld);
  Join("c", Record("search", "UP"));
  EXPECT_EQ(Names(*directory, "search"), "a b ");
  EXPECT_LT(directory->view()->as_of, absl::Now());
  EXPECT_GT(directory->view()->Age(absl::Now() + absl::Minutes(1)),
            absl::Minutes(1));
  proxy_.Refuse(false);
  EVENTUALLY(!directory->view()->stale);
  // Never in between a picture without the orders.
  EXPECT_EQ(Names(*directory, "search"), "c ");
}

TEST_F(ServiceDirectoryTest, GoesOnInANewSession) {
  Join("a", Record("search", "UP"));
  const auto directory = Open();
  ASSERT_OK(directory->WaitUntilKnown(Soon()));
  int64_t session_id = 0;
  client_->loop().RunAndWait(
      [&] { session_id = client_->session().info().session_id; });
  ASSERT_OK(probe_.ExpireSession(session_id));
  Join("b", Record("search", "UP"));
  EVENTUALLY(Names(*directory, "search") == "a b ");
}

TEST_F(ServiceDirectoryTest, ANewRegistrationIsANewInstance) {
  Join("a", Record("search", "UP"));
  const auto directory = Open();
  ASSERT_OK(directory->WaitUntilKnown(Soon()));
  const int64_t czxid = directory->Resolve("search").at(0).czxid;
  ASSERT_OK(probe_.Delete("/clusterServer/a"));
  Join("a", Record("search", "UP"));
  EVENTUALLY(!directory->Resolve("search").empty() &&
             directory->Resolve("search").at(0).czxid > czxid);
}

TEST_F(ServiceDirectoryTest, SaysThatNothingIsKnownYet) {
  proxy_.Refuse(true);
  proxy_.Cut();
  const auto directory = Open();
  EXPECT_THAT(directory->WaitUntilKnown(absl::Now() + absl::Milliseconds(50)),
              StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(directory->view()->known);
  EXPECT_TRUE(directory->view()->stale);
}

TEST_F(ServiceDirectoryTest, MissingParentsAreEmpty) {
  ASSERT_OK(probe_.DeleteTree("/clusterServer"));
  ASSERT_OK(probe_.DeleteTree(paths_.control));
  const auto directory = Open();
  ASSERT_OK(directory->WaitUntilKnown(Soon()));
  EXPECT_THAT(directory->view()->services, IsEmpty());
}

TEST_F(ServiceDirectoryTest, UniqueNamesAreUnique) {
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i)
    clients.push_back(Connect(ZkServer::Shared().ConnectString(chroot_)));
  base::Mutex mu;
  std::set<std::string> names;
  std::vector<std::thread> threads;
  for (auto& client : clients)
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        const auto name =
            CreateUniqueName(*client, paths_.names, "job-", Soon());
        ASSERT_OK(name);
        base::MutexLock lock(&mu);
        EXPECT_TRUE(names.insert(*name).second) << *name;
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(names, SizeIs(60));
  EXPECT_EQ(names.begin()->size(), std::string("job-0000000000").size());
}

TEST_F(ServiceDirectoryTest, AUniqueNameWhoseAnswerIsLostIsFoundAgain) {
  ASSERT_OK(CreateUniqueName(*client_, paths_.names, "job-", Soon()));
  proxy_.CutBeforeReply("lost-");
  ASSERT_OK_AND_ASSIGN(
      const std::string name,
      CreateUniqueName(*client_, paths_.names, "lost-", Soon()));
  EXPECT_EQ(proxy_.cuts_carried_out(), 1);
  EXPECT_TRUE(probe_.Exists(model::JoinPath(paths_.names, name)));
  EXPECT_THAT(*probe_.Children(paths_.names), SizeIs(2));
}

TEST_F(ServiceDirectoryTest, AUniqueNameIsNotGivenTwiceWhenItsOwnerIsGone) {
  std::string first;
  {
    const auto client = Connect(ZkServer::Shared().ConnectString(chroot_));
    first = *CreateUniqueName(*client, paths_.names, "job-", Soon());
  }
  EVENTUALLY_THAT(*probe_.Children(paths_.names), IsEmpty());
  EXPECT_NE(*CreateUniqueName(*client_, paths_.names, "job-", Soon()), first);
}

TEST_F(ServiceDirectoryTest, RefusesPrefixesThatCannotBeNames) {
  for (const char* prefix : {"a/b", "a\n", "\xff"})
    EXPECT_THAT(CreateUniqueName(*client_, paths_.names, prefix, Soon()),
                StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace roster::coordination
