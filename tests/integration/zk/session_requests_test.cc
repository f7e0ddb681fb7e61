// Requests of a session against a real server.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/integration/zk/session_driver.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"
#include "zk/session.h"
#include "zk/status.h"

namespace roster::zk {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using testing::SessionDriver;
using testing::StatusIs;
using ::testing::UnorderedElementsAre;
using testing::WaitUntil;
using testing::ZkProbe;
using testing::ZkServer;

class SessionRequestsTest : public ::testing::Test {
 protected:
  static SessionOptions Options(const std::string& chroot) {
    SessionOptions options;
    options.servers = ZkServer::Shared().ConnectString(chroot);
    return options;
  }

  void SetUp() override { ASSERT_TRUE(session_.WaitConnected()); }

  const std::string chroot_ = ZkServer::Shared().NewChroot("requests");
  SessionDriver session_{Options(chroot_)};
  ZkProbe probe_{ZkServer::Shared().ConnectString(chroot_)};
};

TEST_F(SessionRequestsTest, CreatesReadsWritesAndDeletesNodes) {
  ASSERT_OK_AND_ASSIGN(const Created created, session_.Create("/a", "one"));
  EXPECT_EQ(created.path, "/a");
  EXPECT_THAT(probe_.Get("/a"), testing::IsOkAndHolds("one"));

  ASSERT_OK_AND_ASSIGN(const Stat set, session_.Set("/a", "two"));
  EXPECT_EQ(set.version, 1);
  EXPECT_EQ(set.czxid, created.stat.czxid);
  ASSERT_OK_AND_ASSIGN(const testing::OwnedNode node, session_.Get("/a"));
  EXPECT_EQ(node.data, "two");
  EXPECT_EQ(node.stat.mzxid, set.mzxid);
  EXPECT_EQ(node.stat.data_length, 3);
  EXPECT_LT(absl::AbsDuration(absl::Now() - node.stat.mtime), absl::Minutes(1));

  ASSERT_OK(session_.Delete("/a"));
  EXPECT_FALSE(probe_.Exists("/a"));
}

TEST_F(SessionRequestsTest, NamesOperationAndPathInErrors) {
  EXPECT_THAT(session_.Get("/none"),
              StatusIs(absl::StatusCode::kNotFound, "get /none: no node"));
  EXPECT_THAT(session_.Create("/none/child", ""),
              StatusIs(absl::StatusCode::kNotFound));
  ASSERT_OK(session_.Create("/b", ""));
  EXPECT_THAT(
      session_.Create("/b", ""),
      StatusIs(absl::StatusCode::kAlreadyExists, "create /b: node exists"));
  ASSERT_OK(session_.Create("/b/child", ""));
  EXPECT_THAT(session_.Delete("/b"),
              StatusIs(absl::StatusCode::kFailedPrecondition));
}

TEST_F(SessionRequestsTest, ComparesVersions) {
  ASSERT_OK(session_.Create("/v", ""));
  ASSERT_OK(session_.Set("/v", "1", 0));
  const absl::Status late = session_.Set("/v", "2", 0).status();
  EXPECT_THAT(late, StatusIs(absl::StatusCode::kAborted));
  EXPECT_FALSE(IsRetryable(late));
  EXPECT_THAT(session_.Delete("/v", 0), StatusIs(absl::StatusCode::kAborted));
  EXPECT_OK(session_.Delete("/v", 1));
}

TEST_F(SessionRequestsTest, KeepsEmptyAndBinaryData) {
  const std::string binary("\0\xff\x01 \n", 5);
  ASSERT_OK(session_.Create("/empty", ""));
  ASSERT_OK(session_.Create("/binary", binary));
  EXPECT_EQ(session_.Get("/empty")->data, "");
  EXPECT_EQ(session_.Get("/binary")->data, binary);
}

TEST_F(SessionRequestsTest, ListsChildren) {
  ASSERT_OK(session_.Create("/x", ""));
  ASSERT_OK(session_.Create("/y", ""));
  ASSERT_OK_AND_ASSIGN(const Children children, session_.GetChildren("/"));
  EXPECT_THAT(children.names, UnorderedElementsAre("x", "y"));
  EXPECT_EQ(children.stat.num_children, 2);
}

TEST_F(SessionRequestsTest, NumbersSequentialNodesWithinTheChroot) {
  ASSERT_OK_AND_ASSIGN(
      const Created first,
      session_.Create("/n-", "", CreateMode::kPersistentSequential));
  ASSERT_OK_AND_ASSIGN(
      const Created second,
      session_.Create("/n-", "", CreateMode::kEphemeralSequential));
  EXPECT_EQ(first.path, "/n-0000000000");
  EXPECT_EQ(second.path, "/n-0000000001");
  EXPECT_EQ(second.stat.ephemeral_owner, session_.info().session_id);
}

TEST_F(SessionRequestsTest, CreatesMissingParentsOnce) {
  EXPECT_OK(session_.CreateWithParents("/p/q/r/s"));
  EXPECT_OK(session_.CreateWithParents("/p/q/r/s"));
  EXPECT_OK(session_.CreateWithParents("/"));
  EXPECT_TRUE(probe_.Exists("/p/q/r/s"));
}

TEST_F(SessionRequestsTest, DoesAllStepsOfAMultiOrNone) {
  ASSERT_OK(session_.Multi({
      Op::Create("/m", "data", CreateMode::kPersistent),
      Op::Create("/m/child", "", CreateMode::kPersistent),
      Op::Set("/m", "more", 0),
      Op::Check("/m", 1),
      Op::Delete("/m/child", kAnyVersion),
  }));
  EXPECT_EQ(session_.Get("/m")->data, "more");

  EXPECT_THAT(session_.Multi({
                  Op::Set("/m", "lost", kAnyVersion),
                  Op::Check("/m", 17),
                  Op::Delete("/m", kAnyVersion),
              }),
              StatusIs(absl::StatusCode::kAborted,
                       "multi step 2: check /m: version conflict"));
  EXPECT_EQ(session_.Get("/m")->data, "more");
  EXPECT_OK(session_.Multi({}));
}

TEST_F(SessionRequestsTest, SyncsWithTheEnsemble) {
  EXPECT_OK(session_.Sync("/"));
}

TEST_F(SessionRequestsTest, RefusesBadPathsLocally) {
  for (const std::string& path :
       {std::string(""), std::string("a"), std::string("/a/"),
        std::string("//a"), std::string("/./a"), std::string("/a/.."),
        std::string("/a\0b", 4), std::string("/\x01"), std::string("/\xff")}) {
    EXPECT_THAT(session_.Get(path),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << path;
  }
  EXPECT_OK(session_.Create("/ü…x .y", ""));
  EXPECT_TRUE(probe_.Exists("/ü…x .y"));
}

TEST_F(SessionRequestsTest, RefusesMoreDataThanTheServerTakes) {
  ASSERT_OK(session_.Create("/big", ""));
  EXPECT_THAT(session_.Set("/big", std::string(1 << 20, 'x')),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(session_.Multi({Op::Set("/big", std::string(600000, 'x'), -1),
                              Op::Set("/big", std::string(600000, 'x'), -1)}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  // What is let through does pass.
  EXPECT_OK(session_.Set("/big", std::string(1048300, 'x')));
  EXPECT_EQ(session_.info().generation, 1);
  EXPECT_EQ(session_.states().size(), 1);
}

TEST_F(SessionRequestsTest, FiresWatchesOnce) {
  ASSERT_OK(session_.Create("/w", ""));
  ASSERT_OK(session_.Get("/w", /*watch=*/true));
  ASSERT_OK(session_.GetChildren("/", /*watch=*/true));
  ASSERT_THAT(session_.Exists("/later", /*watch=*/true),
              StatusIs(absl::StatusCode::kNotFound));

  ASSERT_OK(probe_.Set("/w", "1"));
  ASSERT_OK(probe_.Set("/w", "2"));
  ASSERT_OK(probe_.Create("/later", ""));
  EVENTUALLY(session_.events().size() == 3);
  EXPECT_THAT(session_.events(),
              UnorderedElementsAre(Pair(WatchEventType::kDataChanged, "/w"),
                                   Pair(WatchEventType::kChildrenChanged, "/"),
                                   Pair(WatchEventType::kCreated, "/later")));
}

TEST_F(SessionRequestsTest, DropsEventsOfARemovedWatcher) {
  ASSERT_OK(session_.Create("/w", ""));
  ASSERT_OK(session_.Get("/w", /*watch=*/true));
  session_.OnLoop(
      [&](Session& session) { session.RemoveWatcher(session_.watcher()); });
  ASSERT_OK(probe_.Set("/w", "1"));
  // The event comes before an answer that shows the change.
  EXPECT_EQ(session_.Get("/w")->data, "1");
  EXPECT_THAT(session_.events(), ElementsAre());
}

TEST(SessionChrootTest, CreatesTheChrootIfItIsMissing) {
  ZkServer& server = ZkServer::Shared();
  const std::string chroot = server.NewChroot("chroot") + "/deep/er";
  SessionOptions options;
  options.servers = server.ConnectString(chroot);
  SessionDriver session(options);
  ASSERT_TRUE(session.WaitConnected());
  ASSERT_OK_AND_ASSIGN(const Created created, session.Create("/node", "x"));
  EXPECT_EQ(created.path, "/node");
  ZkProbe probe(server.ConnectString());
  EXPECT_THAT(probe.Get(chroot + "/node"), testing::IsOkAndHolds("x"));
  EXPECT_THAT(session.GetChildren("/")->names, ElementsAre("node"));
}

TEST(SessionDigestTest, OthersMayReadButNotChange) {
  ZkServer& server = ZkServer::Shared();
  SessionOptions options;
  options.servers = server.ConnectString(server.NewChroot("digest"));
  SessionOptions stranger_options = options;
  options.digest_credentials = "roster:secret";
  SessionDriver owner(options);
  ASSERT_TRUE(owner.WaitConnected());
  ASSERT_OK(owner.Create("/mine", "x"));
  ASSERT_OK(owner.Multi({Op::Create("/also", "", CreateMode::kPersistent)}));

  stranger_options.digest_credentials = "roster:wrong";
  SessionDriver stranger(stranger_options);
  ASSERT_TRUE(stranger.WaitConnected());
  EXPECT_EQ(stranger.Get("/mine")->data, "x");
  const absl::Status refused = stranger.Set("/mine", "y").status();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_FALSE(IsRetryable(refused));
  EXPECT_THAT(stranger.Set("/also", "y"),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_OK(owner.Set("/mine", "z"));
}

}  // namespace
}  // namespace roster::zk
