// What rosterctl says of a command line that it does not understand, and the
// help that it points to.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "tests/unit/cli/rosterctl_fixture.h"
#include "tests/unit/cli/sample_members.h"

namespace roster::testing {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class UsageTest : public RosterctlTest {
 protected:
  void ExpectMistake(std::vector<std::string> arguments,
                     const std::string& message) const {
    const CommandResult result = Run(std::move(arguments));
    EXPECT_EQ(result.status.code, 2);
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err, "rosterctl: " + message + "\n");
  }
};

TEST_F(UsageTest, AMistakePointsToTheHelpOfTheInnermostCommand) {
  ExpectMistake({"budget", "set"},
                "NAME is required; see 'rosterctl budget set --help'");
  EXPECT_THAT(Run({"lock", "release", "reports"}).err,
              HasSubstr("see 'rosterctl lock release --help'"));
  EXPECT_THAT(Run({"drain", "--nope", "a"}).err,
              HasSubstr("see 'rosterctl drain --help'"));
}

TEST_F(UsageTest, AnUnknownCommandOfACommandIsNamedWithTheNearest) {
  ExpectMistake({"config", "putt", "a", "b"},
                "there is no command 'rosterctl config putt'; did you mean "
                "'put'? see 'rosterctl config --help'");
}

TEST_F(UsageTest, AnUnknownFlagIsNamedWithTheNearest) {
  ExpectMistake({"drain", "a", "--resaon", "x"},
                "there is no flag '--resaon'; did you mean '--reason'? see "
                "'rosterctl drain --help'");
  ExpectMistake({"members", "--endpont=x:1"},
                "there is no flag '--endpont'; did you mean '--endpoint'? see "
                "'rosterctl members --help'");
  ExpectMistake({"members", "-x"},
                "there is no flag '-x'; see 'rosterctl members --help'");
}

TEST_F(UsageTest, AFlagWhoseValueWasForgottenDoesNotTakeTheNextOne) {
  ExpectMistake({"evict", "web-01", "--reason", "--yes"},
                "--reason wants a value, and '--yes' follows it; see "
                "'rosterctl evict --help'");
  ExpectMistake({"--endpoint", "--timeout", "3s", "members"},
                "--endpoint wants a value, and '--timeout' follows it; see "
                "'rosterctl members --help'");
  EXPECT_THAT(control().evictions(), IsEmpty());
  // What only looks like a flag is a value.
  EXPECT_NE(Run({"member", "--", "--help"}).status.code, 2);
}

TEST_F(UsageTest, AFlagThatMayBeRepeatedTakesOneValueEachTime) {
  EXPECT_EQ(Run({"online", "--hold", "h-1", "web-01"}).status.code, 0);
  ASSERT_THAT(control().releases(), SizeIs(1));
  EXPECT_THAT(control().releases()[0].names(), ElementsAre("web-01"));
  EXPECT_THAT(control().releases()[0].hold_ids(), ElementsAre("h-1"));
}

TEST_F(UsageTest, RosterdIsNotAskedWithoutAPause) {
  ExpectMistake({"config", "watch", "a", "--interval", "0"},
                "--interval: rosterd is asked every 100ms at most");
}

TEST_F(UsageTest, APolicyIsNotSetToWhatItIs) {
  ExpectMistake({"policy", "set"},
                "what should be set? see 'rosterctl policy set --help'");
  EXPECT_EQ(Run({"policy", "set", "--max-updates", "0"}).status.code, 0);
  EXPECT_EQ(control().policy().policy().reporting().max_updates_per_second(), 0)
      << "rosterd is asked, and may refuse it";
}

TEST_F(UsageTest, TextForANumberIsSaid) {
  ExpectMistake({"events", "-n", "x"},
                "--count wants a number, not 'x'; see 'rosterctl events "
                "--help'");
}

TEST_F(UsageTest, HelpIsACommandToo) {
  EXPECT_EQ(Run({"help"}).out, Run({"--help"}).out);
  EXPECT_EQ(Run({"help", "drain"}).out, Run({"drain", "--help"}).out);
  EXPECT_EQ(Run({"help", "budget", "set"}).out,
            Run({"budget", "set", "--help"}).out);
  EXPECT_EQ(Run({"__complete", "help", "dra"}).out, "drain\n");
  ExpectMistake({"help", "drian"},
                "there is no command 'drian'; did you mean 'drain'? see "
                "'rosterctl --help'");
}

TEST_F(UsageTest, ACommandUnderAnotherShowsItsOwnExamplesOnly) {
  const std::string set = Run({"budget", "set", "--help"}).out;
  EXPECT_THAT(set, StartsWith("Create or replace a budget"));
  EXPECT_THAT(set, AllOf(HasSubstr("Examples:\n  rosterctl budget set search"),
                         Not(HasSubstr("rosterctl budget list"))));
  const std::string release = Run({"lock", "release", "--help"}).out;
  EXPECT_THAT(release, Not(HasSubstr("Without NAME")));
  EXPECT_THAT(release, HasSubstr("--reason 'web-01 hangs' \\\n      --node"));
}

TEST_F(UsageTest, AnActionThatNobodyTakesIsRefusedByTheAudit) {
  EXPECT_EQ(Run({"audit", "--action", "takeoffline"}).status.code, 0);
  const CommandResult near = Run({"audit", "--action", "TakeOfline"});
  EXPECT_EQ(near.status.code, 2);
  EXPECT_THAT(near.err, HasSubstr("did you mean 'TakeOffline'?"));
  const CommandResult far = Run({"audit", "--action", "drain"});
  EXPECT_EQ(far.status.code, 2);
  EXPECT_THAT(far.err, HasSubstr("the actions are TakeOffline, BringOnline"));
  EXPECT_THAT(Run({"audit", "--help"}).out,
              HasSubstr("Actions:\n  TakeOffline BringOnline"));
}

TEST_F(UsageTest, WhatComesFromAStaleViewIsMarked) {
  v1::ViewInfo view;
  view.set_synced(true);
  view.set_disconnect_reason("quorum lost");
  *view.mutable_as_of() = ToProto(absl::Now() - absl::Hours(2));
  service().SetView(view);
  const std::string warning =
      "rosterctl: view is stale: as of 2h ago: quorum lost\n";

  EXPECT_THAT(Run({"budget", "list"}).err, StartsWith(warning));
  EXPECT_THAT(Run({"events"}).err, StartsWith(warning));
  EXPECT_THAT(Run({"monitors"}).err, StartsWith(warning));
  EXPECT_THAT(Run({"policy", "get"}).err, StartsWith(warning));
  v1::Operation operation;
  operation.set_id("op-1");
  control().SetOperation({operation});
  EXPECT_THAT(Run({"operation", "op-1"}).err, StartsWith(warning));
  EXPECT_THAT(Run({"operations"}).err, StartsWith(warning));
  EXPECT_THAT(Run({"budget", "explain", "--all"}).err, StartsWith(warning));
}

}  // namespace
}  // namespace roster::testing
