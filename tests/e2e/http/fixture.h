#pragma once

#include <memory>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/e2e/http/http_client.h"
#include "tests/e2e/rosterd_process.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/zk_probe.h"
#include "tests/support/zk_server.h"

namespace roster::testing {

// A rosterd on a cluster whose members are plain znodes.
class HttpE2eTest : public ::testing::Test {
 protected:
  explicit HttpE2eTest(ZkServer& server = ZkServer::Shared())
      : servers_(server.ConnectString(server.NewChroot())), probe_(servers_) {
    EXPECT_OK(probe_.CreateWithParents("/clusterServer"));
    Serve();
  }
  void SetUp() override { EVENTUALLY(rosterd_->Connected()); }

  // Also anew, after rosterd_ was ended.
  void Serve() {
    rosterd_ = RosterdProcess::Watching(servers_);
    http_ = std::make_unique<HttpClient>(rosterd_->http());
  }

  void Join(const std::string& name,
            const std::string& record = R"({"v":1,"state":"UP"})") {
    ASSERT_OK(
        probe_.Create("/clusterServer/" + name, record, NodeKind::kEphemeral)
            .status())
        << name;
    EVENTUALLY(rosterd_->Get(name).present());
  }
  void Leave(const std::string& name) {
    ASSERT_OK(probe_.Delete("/clusterServer/" + name));
  }

  const std::string servers_;
  ZkProbe probe_;
  std::unique_ptr<RosterdProcess> rosterd_;
  std::unique_ptr<HttpClient> http_;
};

}  // namespace roster::testing
