// When commands ask, and what they say before anything is changed: one rule for
// all of them.

#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/rosterctl_fixture.h"
#include "tests/unit/cli/sample_members.h"

namespace roster::testing {
namespace {

namespace v1 = roster::v1;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

using Words = std::vector<std::string>;

class ConfirmTest : public RosterctlTest {
 protected:
  // Where there is no terminal the command is refused, and says with what.
  void ExpectAsks(const Words& words, const std::string& question) {
    const CommandResult result = Run(words);
    EXPECT_EQ(result.status.code, 2) << words[0];
    EXPECT_THAT(result.err,
                AllOf(HasSubstr("this would " + question), HasSubstr("--yes")));
  }
  static Words With(Words words, const std::string& more) {
    words.push_back(more);
    return words;
  }
};

TEST_F(ConfirmTest, WhatCannotBeTakenBackIsAskedFor) {
  const Words evict = {"evict", "web-01", "--reason", "hangs"};
  const Words forget = {"forget", "web-01"};
  ExpectAsks(evict, "remove web-01 from the members");
  ExpectAsks(forget, "forget web-01");
  ExpectAsks({"operation", "op-1", "--cancel"}, "end operation op-1 for good");
  ExpectAsks({"budget", "delete", "web"}, "delete budget 'web'");
  ExpectAsks({"config", "delete", "a"}, "delete config entry 'a'");
  ExpectAsks({"guard", "release"}, "end the mass-loss guard");
  EXPECT_THAT(control().evictions(), IsEmpty());
  EXPECT_THAT(control().forgets(), IsEmpty());
  EXPECT_EQ(control().cancel().id(), "");

  EXPECT_EQ(Run(With(evict, "--yes")).status.code, 0);
  EXPECT_EQ(Run(With(evict, "-y")).status.code, 0);
  EXPECT_EQ(Run(With(forget, "-y")).status.code, 0);
  EXPECT_THAT(control().evictions(), SizeIs(2));
  EXPECT_THAT(control().forgets(), SizeIs(1));
}

TEST_F(ConfirmTest, ADryRunIsNeverAskedFor) {
  EXPECT_EQ(Run({"evict", "web-01", "--reason", "x", "--dry-run"}).status.code,
            0);
  EXPECT_EQ(Run({"forget", "web-01", "--dry-run"}).status.code, 0);
  ASSERT_THAT(control().evictions(), SizeIs(1));
  EXPECT_TRUE(control().evictions()[0].validate_only());
  EXPECT_TRUE(control().forgets()[0].validate_only());
}

TEST_F(ConfirmTest, WhatMeansManyIsAskedForWithTheirNumber) {
  control().SetSelected({"web-01", "web-02", "web-03"});
  ExpectAsks({"online", "-l", "zone=a"}, "end the holds on 3 members");
  ExpectAsks({"online", "--all", "--all-holds"},
             "end every hold, whoever owns it, on 3 members");
  for (const auto& release : control().releases())
    EXPECT_TRUE(release.validate_only()) << "only looks";
  EXPECT_EQ(Run({"online", "--all", "-y"}).status.code, 0);
  EXPECT_FALSE(control().releases().back().validate_only());
  // One member is clear enough.
  EXPECT_EQ(Run({"online", "web-01"}).status.code, 0);
  control().SetSelected({"web-01"});
  EXPECT_EQ(Run({"online", "-l", "zone=a"}).status.code, 0);
}

TEST_F(ConfirmTest, AMissingReasonIsNamedWithWhatItIsGoodFor) {
  const CommandResult evict = Run({"evict", "web-01", "--yes"});
  EXPECT_EQ(evict.status.code, 2);
  EXPECT_THAT(evict.err, AllOf(HasSubstr("--reason"), HasSubstr("audit"),
                               Not(HasSubstr("offline"))));
  const CommandResult drain = Run({"drain", "web-01"});
  EXPECT_THAT(drain.err, HasSubstr("whoever finds the members offline"));
}

TEST_F(ConfirmTest, ARefusalNamesTheFlagThatHelps) {
  const auto refuse = [&](const std::string& remedy) {
    google::rpc::Status details;
    google::rpc::ErrorInfo info;
    info.set_reason("SOME_REASON");
    (*info.mutable_metadata())["remedy"] = remedy;
    details.add_details()->PackFrom(info);
    control().FailWith({grpc::StatusCode::FAILED_PRECONDITION, "no",
                        details.SerializeAsString()});
  };
  refuse("allow_absent");
  EXPECT_EQ(Run({"drain", "web-99", "--reason", "x"}).err,
            "rosterctl: no (--allow-absent)\n");
  refuse("hold_ids,owner,all_holds");
  EXPECT_EQ(Run({"online", "web-01"}).err,
            "rosterctl: no (--hold ID, --owner OWNER, --all-holds)\n");
  refuse("something_newer");
  EXPECT_EQ(Run({"online", "web-01"}).err, "rosterctl: no\n");
}

TEST_F(ConfirmTest, AnUnknownNameIs3WithNamesThatAreNear) {
  service().SetMember(PlainMember("web-01", absl::Now()));
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  info.set_reason("MEMBER_NOT_FOUND");
  details.add_details()->PackFrom(info);
  control().FailWith({grpc::StatusCode::NOT_FOUND, "never seen: wbe-01",
                      details.SerializeAsString()});
  for (const Words& words :
       {Words{"online", "wbe-01"}, Words{"drain", "wbe-01", "--reason", "x"},
        Words{"rolling-restart", "wbe-01", "--reason", "x"}}) {
    const CommandResult result = Run(words);
    EXPECT_EQ(result.status.code, 3);
    EXPECT_EQ(result.err,
              "rosterctl: never seen: wbe-01; did you mean 'web-01'?\n");
  }
}

TEST_F(ConfirmTest, ADryRunOfARollingRestartShowsItsBatches) {
  v1::Operation operation;
  operation.set_id("op-1");
  operation.mutable_pacing()->set_batch_size(2);
  for (const char* name : {"a", "b", "c", "d", "e"})
    operation.add_members()->set_name(name);
  operation.mutable_members(3)->set_problem("obeys no orders");
  operation.set_total(5);
  v1::BudgetReport report;
  report.set_explanation("budget \"web\": 1 of 5 may be taken");
  control().SetReports({report});
  control().SetOperation({operation});
  const Words restart = {"rolling-restart", "--all",   "--batch-size", "2",
                         "--reason",        "version", "--dry-run"};
  const CommandResult result = Run(restart);
  EXPECT_EQ(result.status.code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("dry run: nothing was changed\n"));
  EXPECT_THAT(result.out, HasSubstr("1      a, b\n"));
  EXPECT_THAT(result.out, HasSubstr("3      e\n"));
  EXPECT_THAT(result.out, HasSubstr("5 members, 2 at a time, 3 batches\n"));
  EXPECT_THAT(result.out, HasSubstr("note  d: obeys no orders\n"));
  EXPECT_THAT(result.out, HasSubstr("waits  budget \"web\""));
  EXPECT_TRUE(control().restart().validate_only());

  // What would be refused is refused here too, with the same exit code.
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  info.set_reason("BUDGET_EXCEEDED");
  details.add_details()->PackFrom(info);
  control().FailWith({grpc::StatusCode::FAILED_PRECONDITION, "a freeze",
                      details.SerializeAsString()});
  EXPECT_EQ(Run(restart).status.code, 8);
}

TEST_F(ConfirmTest, WhatWasSkippedIsNotShownAsDone) {
  v1::Operation operation;
  operation.set_id("op-1");
  operation.set_state(v1::OPERATION_STATE_CANCELLED);
  operation.set_total(3);
  operation.set_skipped(3);
  for (const char* name : {"a", "b", "c"}) {
    auto* member = operation.add_members();
    member->set_name(name);
    member->set_step(v1::OPERATION_STEP_SKIPPED);
  }
  control().SetOperation({operation});
  const CommandResult result = Run({"operation", "op-1"});
  EXPECT_THAT(result.out, HasSubstr("0/3 done, 3 skipped"));
  EXPECT_THAT(result.out, HasSubstr("[..........]"));
}

}  // namespace
}  // namespace roster::testing
