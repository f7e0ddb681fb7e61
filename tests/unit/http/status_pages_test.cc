#include "monitor/http/status_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <future>
#include <memory>

namespace roster::monitor {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class StatusPagesTest : public ::testing::Test {
 protected:
  StatusPagesTest() { view_.cluster = "default"; }

  HttpResponse Ask(const std::string& path) {
    HttpRouter router;
    AddStatusPages(
        {.views =
             [this] {
               return std::vector<ClusterViewPtr>{
                   std::make_shared<ClusterView>(view_)};
             },
         .grpc_serving = [this] { return grpc_serving_; },
         .zookeeper_tried = [this] { return zookeeper_tried_; },
         .metrics = [] { return std::string("up 1\n"); },
         .metrics_content_type = "text/plain; version=0.0.4; charset=utf-8"},
        worker_, router);
    std::promise<HttpResponse> response;
    router.Route({.method = "GET", .path = path}, [&](HttpResponse answer) {
      response.set_value(std::move(answer));
    });
    return response.get_future().get();
  }

  ClusterView view_;
  bool grpc_serving_ = true;
  bool zookeeper_tried_ = true;
  HttpWorker worker_{nullptr};
};

TEST_F(StatusPagesTest, IsReadyOnceEveryClusterWasRead) {
  view_.synced = true;
  view_.connected = true;
  view_.as_of = absl::FromUnixSeconds(1);

  const HttpResponse response = Ask("/-/ready");

  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body,
            "ready\nconnected=true\n"
            "cluster=default synced=true connected=true "
            "as_of=1970-01-01T00:00:01.000Z\n");
}

TEST_F(StatusPagesTest, IsNotReadyDuringTheFirstSync) {
  view_.connected = true;

  const HttpResponse response = Ask("/-/ready");

  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body,
              HasSubstr("not ready: cluster default is being read\n"));
}

TEST_F(StatusPagesTest, IsNotReadyBeforeZooKeeperWasTried) {
  zookeeper_tried_ = false;

  EXPECT_EQ(Ask("/-/ready").status, 503);
}

TEST_F(StatusPagesTest, IsReadyWithoutZooKeeperAndSaysSo) {
  view_.disconnect_reason = "connection refused";

  const HttpResponse response = Ask("/-/ready");

  EXPECT_EQ(response.status, 200);
  EXPECT_THAT(response.body, AllOf(HasSubstr("ready\nconnected=false\n"),
                                   HasSubstr("reason=\"connection refused\"")));
}

TEST_F(StatusPagesTest, IsNotReadyWithoutGrpc) {
  view_.synced = true;
  grpc_serving_ = false;

  const HttpResponse response = Ask("/-/ready");

  EXPECT_EQ(response.status, 503);
  EXPECT_THAT(response.body, HasSubstr("gRPC does not serve"));
}

TEST_F(StatusPagesTest, IsHealthyWhateverZooKeeperDoes) {
  zookeeper_tried_ = false;
  grpc_serving_ = false;

  EXPECT_EQ(Ask("/-/healthy").status, 200);
}

TEST_F(StatusPagesTest, ServesMetricsByTheirType) {
  const HttpResponse response = Ask("/metrics");

  EXPECT_EQ(response.body, "up 1\n");
  EXPECT_EQ(response.content_type, "text/plain; version=0.0.4; charset=utf-8");
}

TEST_F(StatusPagesTest, TheFirstPageNamesTheOthers) {
  EXPECT_THAT(Ask("/").body, AllOf(HasSubstr("/metrics"), HasSubstr("/-/ready"),
                                   HasSubstr("/-/healthy")));
}

}  // namespace
}  // namespace roster::monitor
