#include "cli/endpoint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "cli/connect_error.h"
#include "tests/support/status_matchers.h"

namespace roster::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(EndpointTest, ThePortMayBeLeftOut) {
  EXPECT_EQ(*ParseEndpoint("web-01"), "web-01:7470");
  EXPECT_EQ(*ParseEndpoint("web-01:80"), "web-01:80");
  EXPECT_EQ(*ParseEndpoint("[::1]"), "[::1]:7470");
  EXPECT_EQ(*ParseEndpoint("[::1]:80"), "[::1]:80");
}

TEST(EndpointTest, TargetsOfGrpcAreTakenAsTheyAre) {
  for (const char* target :
       {"unix:/run/rosterd", "dns:///a:1", "ipv4:1.2.3.4:5", "ipv6:[::1]:5"})
    EXPECT_EQ(*ParseEndpoint(target), target);
}

TEST(EndpointTest, WhatCanBeNoneIsNamedWithTheReason) {
  const auto why = [](const char* endpoint) {
    const auto parsed = ParseEndpoint(endpoint);
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument)
        << endpoint;
    return std::string(parsed.status().message());
  };
  EXPECT_THAT(why(""), HasSubstr("it is empty"));
  EXPECT_THAT(why("http://a"), HasSubstr("gRPC, not HTTP"));
  EXPECT_THAT(why("a b"), HasSubstr("spaces"));
  EXPECT_THAT(why("::1"), HasSubstr("brackets"));
  EXPECT_THAT(why("::1:7470"), HasSubstr("brackets"));
  EXPECT_THAT(why("[::1"), HasSubstr("']' is missing"));
  EXPECT_THAT(why(":7470"), HasSubstr("the host is missing"));
  for (const char* port : {"a:", "a:x", "a:0", "a:65536", "[::1]7470", "a:-1"})
    EXPECT_THAT(why(port), HasSubstr("from 1 to 65535"));
  EXPECT_THAT(why("a\x1b[2J"), StartsWith("'a\\x1b[2J' is not an endpoint"));
}

TEST(ConnectErrorTest, OnlyTheCauseOfWhatGrpcSaysIsKept) {
  const ConnectError error = ExplainConnectError(
      "failed to connect to all addresses; last error: UNKNOWN: "
      "ipv4:127.0.0.1:1: Failed to connect to remote host: Connection refused");
  EXPECT_EQ(error.cause, "connection refused");
  EXPECT_EQ(error.hint, "is it running? set --endpoint or ROSTER_ENDPOINT");
  EXPECT_EQ(Cause("ZooKeeper is out of reach"), "ZooKeeper is out of reach");
}

TEST(ConnectErrorTest, ANameWithoutAnAddressIsSaidWithoutTheLibrarysWords) {
  const ConnectError error = ExplainConnectError(
      "DNS resolution failed for web:7470: C-ares status is not ARES_SUCCESS "
      "qtype=AAAA name=web is_balancer=0: Domain name not found");
  EXPECT_EQ(error.cause,
            "no address is known for 'web:7470': domain name not found");
  EXPECT_THAT(error.hint, StartsWith("is the name right?"));
}

TEST(ConnectErrorTest, WhatWasMixedUpIsGuessed) {
  const auto explain = [](const char* last) {
    const ConnectError error = ExplainConnectError(
        absl::StrCat("failed to connect to all addresses; last error: UNKNOWN: "
                     "ipv4:127.0.0.1:1: ",
                     last));
    return absl::StrCat(error.cause, "; ", error.hint);
  };
  EXPECT_THAT(explain("Trying to connect an http1.x server"),
              HasSubstr("rosterd's HTTP port?"));
  EXPECT_THAT(explain("SSL_ERROR_SSL: error:0A00010B:SSL routines::wrong "
                      "version number"),
              StartsWith("it does not speak TLS; leave the --tls flags"));
  EXPECT_THAT(explain("SSL routines::certificate verify failed"),
              HasSubstr("--tls-ca"));
  EXPECT_THAT(explain("Peer name web is not in peer certificate"),
              StartsWith("peer name web is not in peer certificate; "));
  EXPECT_THAT(explain("Socket closed"), HasSubstr("does it serve TLS?"));
  // A connection that there had been.
  EXPECT_EQ(ExplainConnectError("Socket closed").cause, "socket closed");
  EXPECT_THAT(ExplainConnectError("Socket closed").hint,
              StartsWith("is it running?"));
}

}  // namespace
}  // namespace roster::cli
