#include "monitor/gateway/rest_error.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error_details.h"
#include "monitor/rpc/to_grpc_status.h"
#include "nlohmann/json.hpp"

namespace roster::monitor {
namespace {

using nlohmann::json;

TEST(RestErrorTest, HasCodeMessageAndDetails) {
  const absl::Status status = base::WithRetryDelay(
      base::WithPrecondition(
          base::WithReason(absl::FailedPreconditionError("no \"<b>\" now"),
                           "BUDGET_EXCEEDED", {{"budget", "web"}}),
          "BUDGET", "web", "one too many"),
      absl::Milliseconds(1500));

  const HttpResponse response = RestError(status);

  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(response.content_type, "application/json");
  const json error = json::parse(response.body);
  EXPECT_EQ(error["code"], "FAILED_PRECONDITION");
  EXPECT_EQ(error["message"], "no \"<b>\" now");
  ASSERT_EQ(error["details"].size(), 3u);
  EXPECT_EQ(error["details"][0]["@type"],
            "type.googleapis.com/google.rpc.ErrorInfo");
  EXPECT_EQ(error["details"][0]["reason"], "BUDGET_EXCEEDED");
  EXPECT_EQ(error["details"][0]["metadata"]["budget"], "web");
  ASSERT_EQ(response.headers.size(), 1u);
  EXPECT_EQ(response.headers[0].first, "Retry-After");
  EXPECT_EQ(response.headers[0].second, "2");
  EXPECT_EQ(ReasonOf(ToGrpcStatus(status)), "BUDGET_EXCEEDED");
}

TEST(RestErrorTest, EveryCodeHasAStatusOfAnError) {
  for (int code = 1; code <= 16; ++code) {
    const grpc::Status status(static_cast<grpc::StatusCode>(code), "why");
    const HttpResponse response = RestError(status);
    EXPECT_GE(response.status, 400) << code;
    EXPECT_LT(response.status, 600) << code;
    EXPECT_NE(json::parse(response.body)["code"], "") << code;
  }
}

TEST(RestErrorTest, DetailsThatCannotBeReadAreLeftOut) {
  const grpc::Status status(grpc::StatusCode::NOT_FOUND, "gone", "\xff\xff");
  EXPECT_EQ(json::parse(RestError(status).body)["details"], json::array());
  EXPECT_EQ(ReasonOf(status), "");
}

}  // namespace
}  // namespace roster::monitor
