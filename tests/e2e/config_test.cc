// The configuration end to end: rosterctl changes it, a service follows it.

#include <signal.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/rosterd_process.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/subprocess.h"
#include "tests/support/temp_dir.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"

namespace roster::testing {
namespace {

using ::testing::HasSubstr;

class ConfigE2eTest : public ::testing::Test {
 protected:
  ConfigE2eTest() {
    // A rosterd that does not serve yet says so; the test begins after that.
    EXPECT_TRUE(WaitUntil(
        [&] {
          return Ctl({"config", "list"}).exited(0);
        },
        "rosterd serves"));
  }

  struct Outcome {
    CommandResult result;
    bool exited(int code) const {
      return result.status == ExitStatus{.code = code};
    }
  };
  Outcome Ctl(std::vector<std::string> arguments) {
    return {rosterd_->Rosterctl(std::move(arguments))};
  }
  std::unique_ptr<Subprocess> Follow(const std::string& servers) {
    auto process = Subprocess::Start(
        {.argv = {FOLLOW_CONFIG_BINARY, "--zookeeper", servers, "--copy",
                  dir_.File("rate.json")}});
    EXPECT_OK(process.status());
    return *std::move(process);
  }

  const std::string chroot_ = ZkServer::Shared().NewChroot("config-e2e");
  const std::string servers_ = ZkServer::Shared().ConnectString(chroot_);
  const TempDir dir_;
  std::unique_ptr<RosterdProcess> rosterd_ = RosterdProcess::Watching(servers_);
};

TEST_F(ConfigE2eTest, WhatOperatorsPutReachesTheService) {
  ASSERT_TRUE(Ctl({"config", "put", "examples/rate", "200"}).exited(0));
  const auto service = Follow(servers_);
  EVENTUALLY_THAT(service->Stdout(), HasSubstr("the rate is 200"));
  ASSERT_TRUE(Ctl({"config", "put", "examples/rate", "many"}).exited(0));
  EVENTUALLY_THAT(service->Stdout(), HasSubstr("version 2 is rejected"));
  ASSERT_TRUE(Ctl({"config", "rollback", "examples/rate", "1"}).exited(0));
  EVENTUALLY_THAT(service->Stdout(), HasSubstr("says version 3"));
  EXPECT_EQ(Ctl({"config", "get", "examples/rate", "--raw"}).result.out, "200");
  EXPECT_THAT(Ctl({"audit"}).result.out, HasSubstr("RollbackConfig"));
}

TEST_F(ConfigE2eTest, F71_ExitCodesTellWhatWasNotDone) {
  ASSERT_TRUE(Ctl({"config", "put", "a", "1", "--create"}).exited(0));
  EXPECT_TRUE(Ctl({"config", "put", "a", "2", "--create"}).exited(4));
  EXPECT_TRUE(
      Ctl({"config", "put", "a", "2", "--expect-version", "9"}).exited(4));
  EXPECT_TRUE(Ctl({"config", "get", "missing"}).exited(3));
  EXPECT_TRUE(Ctl({"config", "put", "a//b", "1"}).exited(2));
  EXPECT_TRUE(Ctl({"config", "put", "a"}).exited(2));
  EXPECT_EQ(Ctl({"config", "get", "a", "--raw"}).result.out, "1");
}

TEST_F(ConfigE2eTest, AServiceStartsWhileZooKeeperIsAway) {
  ASSERT_TRUE(Ctl({"config", "put", "examples/rate", "300"}).exited(0));
  {
    const auto service = Follow(servers_);
    EVENTUALLY_THAT(service->Stdout(), HasSubstr("the rate is 300"));
    service->Kill(SIGTERM);
    ASSERT_OK(service->Wait(absl::Seconds(10)));
  }
  const auto alone = Follow("127.0.0.1:1");
  EVENTUALLY_THAT(alone->Stdout(), HasSubstr("the rate is 300"));
  EVENTUALLY_THAT(alone->Stdout(), HasSubstr("ZooKeeper is away"));
}

TEST_F(ConfigE2eTest, ResolveAnswersWithWhoWorks) {
  ZkProbe probe(servers_);
  ASSERT_OK(probe.CreateWithParents("/clusterServer"));
  ASSERT_OK(probe.Create(
      "/clusterServer/web-01",
      R"({"v":1,"service":"search","endpoints":{"http":"10.0.0.1:80"}})",
      NodeKind::kEphemeral));
  ASSERT_OK(probe.Create("/clusterServer/web-02",
                         R"({"v":1,"service":"search","state":"STARTING",)"
                         R"("endpoints":{"http":"10.0.0.2:80"}})",
                         NodeKind::kEphemeral));
  EVENTUALLY(rosterd_->Status("web-02") == "STARTING");
  EXPECT_EQ(Ctl({"resolve", "search", "-e", "http"}).result.out,
            "10.0.0.1:80\n");
  ASSERT_TRUE(Ctl({"offline", "web-01", "--reason", "x", "--force"}).exited(0));
  EVENTUALLY(Ctl({"resolve", "search"}).exited(3));
}

}  // namespace
}  // namespace roster::testing
