// ChildMirror against a real server, with a network that misbehaves.
#include "coordination/child_mirror.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "base/mutex.h"
#include "tests/integration/zk/session_driver.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/subprocess.h"
#include "tests/support/tcp_proxy.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"
#include "zk/session.h"

namespace roster::coordination {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::NodeKind;
using ::testing::Not;
using ::testing::Pair;
using testing::SessionDriver;
using testing::TcpProxy;
using testing::WaitUntil;
using testing::ZkProbe;
using testing::ZkServer;

// Writes down what a mirror tells, and checks that it makes sense.
class Recorder : public ChildMirror::Listener {
 public:
  void OnChild(std::string_view name, const zk::Node& node) override {
    base::MutexLock lock(&mu_);
    const std::string key(name);
    auto& child = children_[key];
    if (child.czxid != 0 && child.czxid != node.stat.czxid)
      log_.push_back("replaced " + key);
    if (child.czxid == 0) log_.push_back("new " + key);
    EXPECT_GE(node.stat.mzxid, child.mzxid) << key << " went back in time";
    child = {std::string(node.data), node.stat.czxid, node.stat.mzxid};
  }
  void OnGone(std::string_view name) override {
    base::MutexLock lock(&mu_);
    log_.push_back("gone " + std::string(name));
    EXPECT_EQ(children_.erase(std::string(name)), 1u)
        << name << " was never told of";
  }
  void OnSynced() override {
    base::MutexLock lock(&mu_);
    ++synced_;
    EXPECT_FALSE(is_synced_) << "twice for one connect";
    is_synced_ = true;
  }
  void OnDisconnected(const zk::ConnectionInfo&) override {
    base::MutexLock lock(&mu_);
    is_synced_ = false;
  }
  void OnError(std::string_view name, const absl::Status& status) override {
    base::MutexLock lock(&mu_);
    errors_.emplace_back(std::string(name), status.code());
  }

  bool synced() {
    base::MutexLock lock(&mu_);
    return is_synced_;
  }
  int synced_count() {
    base::MutexLock lock(&mu_);
    return synced_;
  }
  std::map<std::string, std::string> children() {
    base::MutexLock lock(&mu_);
    std::map<std::string, std::string> result;
    for (const auto& [name, child] : children_) result[name] = child.data;
    return result;
  }
  size_t size() {
    base::MutexLock lock(&mu_);
    return children_.size();
  }
  std::optional<std::string> data(const std::string& name) {
    base::MutexLock lock(&mu_);
    const auto found = children_.find(name);
    if (found == children_.end()) return std::nullopt;
    return found->second.data;
  }
  std::vector<std::string> log() {
    base::MutexLock lock(&mu_);
    return log_;
  }
  std::vector<std::pair<std::string, absl::StatusCode>> errors() {
    base::MutexLock lock(&mu_);
    return errors_;
  }

 private:
  struct Seen {
    std::string data;
    int64_t czxid = 0;
    int64_t mzxid = 0;
  };
  base::Mutex mu_;
  std::map<std::string, Seen> children_ ABSL_GUARDED_BY(mu_);
  std::vector<std::string> log_ ABSL_GUARDED_BY(mu_);
  std::vector<std::pair<std::string, absl::StatusCode>> errors_
      ABSL_GUARDED_BY(mu_);
  bool is_synced_ ABSL_GUARDED_BY(mu_) = false;
  int synced_ ABSL_GUARDED_BY(mu_) = 0;
};

// A mirror with a session of its own.
class MirrorDriver {
 public:
  explicit MirrorDriver(const std::string& servers,
                        const std::string& path = "/members",
                        absl::Duration session_timeout = absl::Seconds(10))
      : session_(Options(servers, session_timeout)) {
    session_.OnLoop([&](zk::Session& session) {
      mirror_ = std::make_unique<ChildMirror>(session_.loop(), session, path,
                                              recorder_);
    });
  }
  ~MirrorDriver() {
    session_.OnLoop([&](zk::Session&) { mirror_.reset(); });
  }

  Recorder& recorder() { return recorder_; }
  SessionDriver& session() { return session_; }
  ChildMirrorStats stats() {
    ChildMirrorStats stats;
    session_.OnLoop([&](zk::Session&) { stats = mirror_->stats(); });
    return stats;
  }
  size_t size() {
    size_t size = 0;
    session_.OnLoop([&](zk::Session&) { size = mirror_->size(); });
    return size;
  }

 private:
  static zk::SessionOptions Options(const std::string& servers,
                                    absl::Duration session_timeout) {
    zk::SessionOptions options;
    options.servers = servers;
    options.session_timeout = session_timeout;
    return options;
  }

  Recorder recorder_;
  SessionDriver session_;
  std::unique_ptr<ChildMirror> mirror_;
};

class ChildMirrorTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_OK(probe_.Create("/members", "")); }

  std::string ProxyString() { return proxy_.ConnectString(chroot_); }

  const std::string chroot_ = ZkServer::Shared().NewChroot("mirror");
  ZkProbe probe_{ZkServer::Shared().ConnectString(chroot_)};
  TcpProxy proxy_{ZkServer::Shared().port()};
};

TEST_F(ChildMirrorTest, TellsOfChildrenThatExist) {
  ASSERT_OK(probe_.Create("/members/a", "1"));
  ASSERT_OK(probe_.Create("/members/b", ""));
  MirrorDriver mirror(ProxyString());
  EVENTUALLY(mirror.recorder().synced());
  EXPECT_THAT(mirror.recorder().children(),
              ElementsAre(Pair("a", "1"), Pair("b", "")));
  EXPECT_EQ(mirror.size(), 2u);
}

TEST_F(ChildMirrorTest, FollowsJoinsUpdatesAndLeaves) {
  MirrorDriver mirror(ProxyString());
  EVENTUALLY(mirror.recorder().synced());
  ASSERT_OK(probe_.Create("/members/a", "1"));
  EVENTUALLY(mirror.recorder().data("a") == "1");
  for (int i = 2; i < 50; ++i)
    ASSERT_OK(probe_.Set("/members/a", absl::StrCat(i)));
  EVENTUALLY(mirror.recorder().data("a") == "49");
  ASSERT_OK(probe_.Delete("/members/a"));
  EVENTUALLY(mirror.recorder().size() == 0);
  EXPECT_THAT(mirror.recorder().log(), ElementsAre("new a", "gone a"));
}

TEST_F(ChildMirrorTest, TakesAMissingParentForAnEmptyOneAndWaitsForIt) {
  MirrorDriver mirror(ProxyString(), "/not/yet");
  EVENTUALLY(mirror.recorder().synced());
  EXPECT_EQ(mirror.size(), 0u);
  ASSERT_OK(probe_.CreateWithParents("/not/yet/member"));
  EVENTUALLY(mirror.size() == 1u);
}

TEST_F(ChildMirrorTest, F19_FollowsAParentThatIsDeletedAndCreatedAgain) {
  ASSERT_OK(probe_.Create("/members/a", "1"));
  MirrorDriver mirror(ProxyString());
  EVENTUALLY(mirror.recorder().synced());
  ASSERT_OK(probe_.DeleteTree("/members"));
  EVENTUALLY(mirror.size() == 0u);
  ASSERT_OK(probe_.CreateWithParents("/members/b"));
  EVENTUALLY(mirror.size() == 1u);
  EXPECT_THAT(mirror.recorder().log(), ElementsAre("new a", "gone a", "new b"));
  EXPECT_EQ(mirror.recorder().synced_count(), 1);
}

TEST_F(ChildMirrorTest, CatchesUpAfterACutInTheSameSession) {
  for (int i = 0; i < 20; ++i)
    ASSERT_OK(probe_.Create(absl::StrCat("/members/m", i), "old"));
  MirrorDriver mirror(ProxyString());
  EVENTUALLY(mirror.recorder().synced());
  const uint64_t reads_before = mirror.stats().reads;

  proxy_.Refuse(true);
  proxy_.Cut();
  EVENTUALLY(!mirror.recorder().synced());
  ASSERT_OK(probe_.Set("/members/m3", "new"));
  ASSERT_OK(probe_.Delete("/members/m4"));
  ASSERT_OK(probe_.Create("/members/x", "fresh"));
  proxy_.Refuse(false);
  EVENTUALLY(mirror.recorder().synced());

  EXPECT_EQ(mirror.session().info().generation, 1u);
  EXPECT_EQ(mirror.recorder().data("m3"), "new");
  EXPECT_EQ(mirror.recorder().data("m4"), std::nullopt);
  EXPECT_EQ(mirror.recorder().data("x"), "fresh");
  EXPECT_EQ(mirror.size(), 20u);
  // The watches were resumed: what had not changed was not read again.
  EXPECT_LE(mirror.stats().reads, reads_before + 3);
}

TEST_F(ChildMirrorTest, F37_NoticesANodeReplacedWhileDisconnected) {
  ASSERT_OK(probe_.Create("/members/a", "same"));
  MirrorDriver mirror(ProxyString());
  EVENTUALLY(mirror.recorder().synced());
  proxy_.Refuse(true);
  proxy_.Cut();
  EVENTUALLY(!mirror.recorder().synced());
  ASSERT_OK(probe_.Delete("/members/a"));
  ASSERT_OK(probe_.Create("/members/a", "same"));
  proxy_.Refuse(false);
  EVENTUALLY(mirror.recorder().synced());
  EXPECT_THAT(mirror.recorder().log(), ElementsAre("new a", "replaced a"));
}

TEST_F(ChildMirrorTest, ReadsEverythingAgainInANewSession) {
  for (int i = 0; i < 50; ++i)
    ASSERT_OK(probe_.Create(absl::StrCat("/members/m", i), "old"));
  MirrorDriver mirror(ProxyString());
  EVENTUALLY(mirror.recorder().synced());
  ASSERT_OK(probe_.ExpireSession(mirror.session().info().session_id));
  EVENTUALLY(mirror.session().info().generation == 2u &&
             mirror.recorder().synced_count() == 2);
  // The watches of the new session work.
  for (int i = 0; i < 50; ++i)
    ASSERT_OK(probe_.Set(absl::StrCat("/members/m", i), "new"));
  for (int i = 0; i < 50; ++i)
    EVENTUALLY(mirror.recorder().data(absl::StrCat("m", i)) == "new");
}

TEST_F(ChildMirrorTest, SurvivesCutsInTheMiddleOfASync) {
  for (int i = 0; i < 300; ++i)
    ASSERT_OK(probe_.Create(absl::StrCat("/members/m", i), absl::StrCat(i)));
  proxy_.CutAfterClientBytes(6000);
  MirrorDriver mirror(ProxyString());
  EVENTUALLY(proxy_.cuts_carried_out() == 1);
  EVENTUALLY(mirror.recorder().synced());
  for (int i = 0; i < 300; ++i)
    EXPECT_EQ(mirror.recorder().data(absl::StrCat("m", i)), absl::StrCat(i));
}

TEST_F(ChildMirrorTest, RandomChangesAndCutsEndInTheServersState) {
  MirrorDriver mirror(ProxyString());
  std::mt19937 random(20261122);
  for (int round = 0; round < 40; ++round) {
    for (int step = 0; step < 25; ++step) {
      const std::string path = absl::StrCat("/members/m", random() % 30);
      const std::string data = absl::StrCat(round, ".", step);
      if (random() % 3 == 0) {
        (void)probe_.Delete(path);
      } else if (!probe_.Create(path, data).ok()) {
        (void)probe_.Set(path, data);
      }
    }
    if (round % 4 == 1) proxy_.Cut();
    // Ending a session takes a connection of it, which the mirror may take back
    // at that very moment.
    if (round % 10 == 9)
      EVENTUALLY(probe_.ExpireSession(mirror.session().info().session_id).ok());
  }
  std::map<std::string, std::string> truth;
  ASSERT_OK_AND_ASSIGN(const auto names, probe_.Children("/members"));
  for (const std::string& name : names)
    truth[name] = *probe_.Get("/members/" + name);
  EVENTUALLY(mirror.recorder().synced() &&
             mirror.recorder().children() == truth);
}

// No part of the project sets such an ACL, so it takes another client.
void SetMayRead(const std::string& path, bool may_read) {
  const std::string script = absl::StrCat(
      "from kazoo.client import KazooClient\n"
      "from kazoo.security import ACL, ANYONE_ID_UNSAFE\n"
      "client = KazooClient('",
      ZkServer::Shared().ConnectString(),
      "')\n"
      "client.start()\n"
      "client.set_acls('",
      path, "', [ACL(", may_read ? 31 : 30,
      ", ANYONE_ID_UNSAFE)])\n"
      "client.stop()\n");
  // Debian's Python: that is the one with kazoo.
  const auto result = testing::RunCommand(
      {.argv = {"/usr/bin/python3", "-c", script}}, absl::Seconds(20));
  ASSERT_OK(result);
  ASSERT_EQ(result->status, testing::ExitStatus{}) << result->err;
}

TEST_F(ChildMirrorTest, F20_ReportsAChildThatMayNotBeReadAndTriesAgain) {
  ASSERT_OK(probe_.Create("/members/open", "x"));
  ASSERT_OK(probe_.Create("/members/secret", "y"));
  SetMayRead(chroot_ + "/members/secret", false);
  MirrorDriver mirror(ProxyString());
  EVENTUALLY(mirror.recorder().synced());
  EXPECT_THAT(mirror.recorder().children(), ElementsAre(Pair("open", "x")));
  EXPECT_THAT(mirror.recorder().errors(),
              Contains(Pair("secret", absl::StatusCode::kPermissionDenied)));
  // The others go on, and it is read once that is allowed.
  ASSERT_OK(probe_.Set("/members/open", "z"));
  EVENTUALLY(mirror.recorder().data("open") == "z");
  SetMayRead(chroot_ + "/members/secret", true);
  EVENTUALLY(mirror.recorder().data("secret") == "y");
}

TEST_F(ChildMirrorTest, F20_IsSyncedAgainAfterAParentThatCouldNotBeListed) {
  MirrorDriver mirror(ProxyString());
  EVENTUALLY(mirror.recorder().synced());
  SetMayRead(chroot_ + "/members", false);
  proxy_.Cut();  // the next listing fails
  EVENTUALLY(!mirror.recorder().errors().empty());
  EXPECT_FALSE(mirror.recorder().synced());
  SetMayRead(chroot_ + "/members", true);
  EVENTUALLY(mirror.recorder().synced());
}

TEST_F(ChildMirrorTest, F20_ReportsAParentThatMayNotBeListedAndTriesAgain) {
  ASSERT_OK(probe_.Create("/members/a", "x"));
  SetMayRead(chroot_ + "/members", false);
  MirrorDriver mirror(ProxyString());
  EVENTUALLY(!mirror.recorder().errors().empty());
  EXPECT_THAT(mirror.recorder().errors(),
              Contains(Pair("", absl::StatusCode::kPermissionDenied)));
  EXPECT_FALSE(mirror.recorder().synced());
  // With pauses, not as fast as it can.
  EXPECT_LE(mirror.stats().lists, 3u);
  SetMayRead(chroot_ + "/members", true);
  EVENTUALLY(mirror.recorder().synced());
  EXPECT_EQ(mirror.size(), 1u);
}

TEST_F(ChildMirrorTest, StopsWithReadsUnderWay) {
  for (int i = 0; i < 300; ++i)
    ASSERT_OK(probe_.Create(absl::StrCat("/members/m", i), ""));
  MirrorDriver mirror(ProxyString());
  EVENTUALLY(mirror.recorder().size() > 0);
}

// Names as long as host names may be, so many that the C client could not
// resume its session: it would send all watches in one packet that the server
// refuses, for ever.
void SurvivesCutWithChildren(int count) {
  ZkServer server({.heap_mb = 512});
  {
    // Not ephemeral: one session that owns very many kills a 3.8.0 server.
    zk::SessionOptions options;
    options.servers = server.ConnectString();
    SessionDriver loader(options);
    ASSERT_TRUE(loader.WaitConnected());
    ASSERT_OK(loader.CreateWithParents("/members"));
    base::Mutex mu;
    int created = 0;
    for (int start = 0; start < count; start += 500) {
      loader.OnLoop([&](zk::Session& session) {
        std::vector<zk::Op> ops;
        for (int i = start; i < std::min(start + 500, count); ++i)
          ops.push_back(zk::Op::Create(absl::StrFormat("/members/%063d", i),
                                       "data", zk::CreateMode::kPersistent));
        const int steps = static_cast<int>(ops.size());
        session.Multi(std::move(ops), [&, steps](absl::Status status) {
          ASSERT_OK(status);
          base::MutexLock lock(&mu);
          created += steps;
        });
      });
    }
    ASSERT_TRUE(WaitUntil(
        [&] {
          base::MutexLock lock(&mu);
          return created == count;
        },
        "all created", absl::Minutes(2)));
  }
  TcpProxy proxy(server.port());
  MirrorDriver mirror(proxy.ConnectString(), "/members", absl::Seconds(20));
  ASSERT_TRUE(WaitUntil([&] { return mirror.recorder().synced(); },
                        "first sync", absl::Minutes(2)));
  EXPECT_EQ(mirror.size(), static_cast<size_t>(count));
  const int connections = proxy.accepted_connections();

  proxy.Cut();
  ASSERT_TRUE(WaitUntil([&] { return mirror.recorder().synced_count() == 2; },
                        "second sync", absl::Minutes(2)));
  EXPECT_EQ(mirror.session().info().generation, 2u);
  EXPECT_LE(proxy.accepted_connections(), connections + 2);
  EXPECT_EQ(mirror.size(), static_cast<size_t>(count));
  // All watches work.
  ZkProbe probe(server.ConnectString());
  const std::string last = absl::StrFormat("%063d", count - 1);
  ASSERT_OK(probe.Set("/members/" + last, "changed"));
  EVENTUALLY(mirror.recorder().data(last) == "changed");
}

TEST(ChildMirrorScaleTest, F35_ThirtyThousandLongNamesSurviveACut) {
  SurvivesCutWithChildren(30000);
}

// By hand and at night: ctest leaves it out, see CMakeLists.txt.
TEST(ChildMirrorSoakTest, F35_AHundredThousandLongNamesSurviveACut) {
  SurvivesCutWithChildren(100000);
}

}  // namespace
}  // namespace roster::coordination
