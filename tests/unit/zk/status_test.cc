#include "zk/status.h"

#include <gtest/gtest.h>
#include <zookeeper/zookeeper.h>

#include "tests/support/status_matchers.h"

namespace roster::zk {
namespace {

using ::roster::testing::StatusIs;

TEST(StatusTest, NamesOperationAndError) {
  EXPECT_OK(StatusFromCode(ZOK, "get /a"));
  EXPECT_THAT(
      StatusFromCode(ZNODEEXISTS, "create /a/b"),
      StatusIs(absl::StatusCode::kAlreadyExists, "create /a/b: node exists"));
}

TEST(StatusTest, KeepsTheCode) {
  EXPECT_EQ(CodeOf(StatusFromCode(ZNOAUTH, "get /a")), ZNOAUTH);
  EXPECT_EQ(CodeOf(absl::OkStatus()), ZOK);
  EXPECT_EQ(CodeOf(absl::UnavailableError("not ours")), ZOK);
}

// What the owner of a request should do next is all that errors are for.
TEST(StatusTest, TellsWhatToDo) {
  struct Row {
    int code;
    absl::StatusCode canonical;
    bool retryable;
    bool outcome_unknown;
    bool session_lost;
  };
  for (const Row& row : {
           Row{ZNONODE, absl::StatusCode::kNotFound, false, false, false},
           Row{ZBADVERSION, absl::StatusCode::kAborted, false, false, false},
           Row{ZNOTEMPTY, absl::StatusCode::kFailedPrecondition, false, false,
               false},
           Row{ZCONNECTIONLOSS, absl::StatusCode::kUnavailable, true, true,
               false},
           Row{ZOPERATIONTIMEOUT, absl::StatusCode::kUnavailable, true, true,
               false},
           Row{ZSESSIONEXPIRED, absl::StatusCode::kCancelled, true, true, true},
           Row{ZCLOSING, absl::StatusCode::kCancelled, true, true, true},
           Row{ZSESSIONMOVED, absl::StatusCode::kFailedPrecondition, true,
               false, false},
           Row{ZNOAUTH, absl::StatusCode::kPermissionDenied, false, false,
               false},
           Row{ZAUTHFAILED, absl::StatusCode::kUnauthenticated, false, false,
               true},
           Row{ZTHROTTLEDOP, absl::StatusCode::kUnavailable, true, false,
               false},
           Row{ZBADARGUMENTS, absl::StatusCode::kInvalidArgument, false, false,
               false},
           Row{ZUNIMPLEMENTED, absl::StatusCode::kUnimplemented, false, false,
               false},
           Row{ZSYSTEMERROR, absl::StatusCode::kInternal, false, false, false},
       }) {
    const absl::Status status = StatusFromCode(row.code, "x");
    EXPECT_EQ(status.code(), row.canonical) << status;
    EXPECT_EQ(IsRetryable(status), row.retryable) << status;
    EXPECT_EQ(IsOutcomeUnknown(status), row.outcome_unknown) << status;
    EXPECT_EQ(IsSessionLost(status), row.session_lost) << status;
  }
}

TEST(StatusTest, ARequestThatWasNeverSentHasAKnownOutcome) {
  const absl::Status status = absl::UnavailableError("not connected");
  EXPECT_TRUE(IsRetryable(status));
  EXPECT_FALSE(IsOutcomeUnknown(status));
}

}  // namespace
}  // namespace roster::zk
