#include "monitor/rpc/to_grpc_status.h"

#include "absl/strings/cord.h"
#include "tests/unit/rpc/rpc_fixture.h"

namespace roster::monitor {
namespace {

TEST(ToGrpcStatusTest, OkIsOk) {
  EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok());
  EXPECT_TRUE(base::WithReason(absl::OkStatus(), "X").ok());
}

TEST(ToGrpcStatusTest, EveryCodeKeepsItsNumberAndMessage) {
  for (int code = 1; code <= 16; ++code) {
    const grpc::Status status = ToGrpcStatus(
        absl::Status(static_cast<absl::StatusCode>(code), "what and where"));
    EXPECT_EQ(status.error_code(), code);
    EXPECT_EQ(status.error_message(), "what and where");
  }
}

TEST(ToGrpcStatusTest, WithoutAReasonTheCodeIsTheReason) {
  EXPECT_EQ(ErrorOf(ToGrpcStatus(absl::DataLossError("x"))),
            "DATA_LOSS/DATA_LOSS");
}

TEST(ToGrpcStatusTest, DetailsArrive) {
  absl::Status status = absl::FailedPreconditionError("not now");
  status = base::WithReason(status, "NOT_NOW", {{"cluster", "alpha"}});
  status = base::WithBadField(status, "cluster");
  status = base::WithRetryDelay(status, absl::Milliseconds(2500));
  status = base::WithPrecondition(status, "BUDGET", "alpha", "wait");
  status.SetPayload("roster/inside", absl::Cord("secret"));

  const grpc::Status out = ToGrpcStatus(status);

  const auto info = DetailOf<google::rpc::ErrorInfo>(out);
  EXPECT_EQ(info.reason(), "NOT_NOW");
  EXPECT_EQ(info.domain(), "roster");
  EXPECT_EQ(info.metadata().at("cluster"), "alpha");
  const auto bad = DetailOf<google::rpc::BadRequest>(out);
  ASSERT_EQ(bad.field_violations_size(), 1);
  EXPECT_EQ(bad.field_violations(0).field(), "cluster");
  EXPECT_EQ(bad.field_violations(0).description(), "not now");
  const auto retry = DetailOf<google::rpc::RetryInfo>(out);
  EXPECT_EQ(retry.retry_delay().seconds(), 2);
  EXPECT_EQ(retry.retry_delay().nanos(), 500'000'000);
  const auto failure = DetailOf<google::rpc::PreconditionFailure>(out);
  ASSERT_EQ(failure.violations_size(), 1);
  EXPECT_EQ(failure.violations(0).type(), "BUDGET");
  // What is not of google.rpc stays inside.
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(out.error_details()));
  EXPECT_EQ(details.details_size(), 4);
  EXPECT_EQ(details.code(), out.error_code());
}

}  // namespace
}  // namespace roster::monitor
