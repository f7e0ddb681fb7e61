// The real rosterctl, run to its end: what it prints and what it exits with.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "nlohmann/json.hpp"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/cli/rosterctl_fixture.h"
#include "tests/unit/cli/sample_members.h"

namespace roster::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;

// Exits with `code`, prints nothing on stdout, and `why` on stderr in one line.
void ExpectFailure(const CommandResult& result, int code,
                   const std::string& why) {
  EXPECT_EQ(result.status.code, code) << result.err;
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, StartsWith("rosterctl: "));
  EXPECT_THAT(result.err, HasSubstr(why));
  EXPECT_EQ(std::count(result.err.begin(), result.err.end(), '\n'), 1)
      << result.err;
}

v1::ViewInfo StaleView() {
  v1::ViewInfo view;
  view.set_synced(true);
  view.set_disconnect_reason("connection lost to \x1b[31mzk:2181");
  *view.mutable_as_of() =
      ToProto(absl::Now() - absl::Hours(50) - absl::Minutes(30));
  return view;
}

class CommandsTest : public RosterctlTest {
 protected:
  CommandsTest() {
    service().SetMember(WorkingMember(absl::Now()));
    service().SetMember(PlainMember("web-02", absl::Now()));
  }
};

TEST_F(CommandsTest, MembersPrintsATable) {
  const CommandResult result = Run({"members"});

  EXPECT_EQ(result.status.code, 0);
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(result.out,
            R"(NAME    STATUS  FOR   SERVICE         DOING        AGE
web-01  UP      3d4h  search-indexer  reindex 12%  3d4h
web-02  UP      3d4h  -               -            3d4h
)");
}

TEST_F(CommandsTest, MembersPrintsNames) {
  EXPECT_EQ(Run({"members", "-o", "name"}).out, "web-01\nweb-02\n");
}

TEST_F(CommandsTest, MembersAsJsonIsOneArrayOverAllPages) {
  for (int i = 0; i < 95; ++i) {
    service().SetMember(PlainMember(absl::StrCat("x-", i), absl::Now()));
  }
  service().LimitPages(10);

  const CommandResult result = Run({"members", "-o", "json"});

  const Json members = Json::parse(result.out);
  EXPECT_EQ(members.size(), 97u);
  EXPECT_EQ(members[0]["name"], "web-01");
  EXPECT_EQ(members[0]["status"], "MEMBER_STATUS_UP");
  EXPECT_EQ(service().list_members_calls(), 10);
}

TEST_F(CommandsTest, MembersSortsByStatusThenName) {
  service().SetMember(LostMember(absl::Now()));  // web-02

  EXPECT_EQ(Run({"members", "--sort", "status", "-o", "name"}).out,
            "web-02\nweb-01\n");
}

TEST_F(CommandsTest, MembersPassesTheSelectorOn) {
  const CommandResult none = Run({"members", "-l", "status=LOST"});
  EXPECT_EQ(none.status.code, 0);
  EXPECT_EQ(none.out, "");
  EXPECT_EQ(none.err, "rosterctl: no members match 'status=LOST'\n");

  EXPECT_EQ(Run({"members", "-l", "status=LOST", "-o", "json"}).out, "[]\n");
  ExpectFailure(Run({"members", "-l", "zone="}), 2, "a value is missing");
}

TEST_F(CommandsTest, MemberShowsEverything) {
  const CommandResult result = Run({"member", "web-01"});

  EXPECT_EQ(result.status.code, 0) << result.err;
  for (const char* part :
       {"Status:      UP", "Service:     search-indexer", "role = db",
        "grpc = 10.0.0.7:50051", "obeys order 3", "cpu_ratio", "31%",
        "[#.........]  12%", "documents"}) {
    EXPECT_THAT(result.out, HasSubstr(part));
  }
}

TEST_F(CommandsTest, MemberAsJsonIsOneObject) {
  const Json member = Json::parse(Run({"member", "web-01", "-o", "json"}).out);
  EXPECT_EQ(member["name"], "web-01");
  EXPECT_EQ(member["labels"]["zone"], "a");
}

TEST_F(CommandsTest, AnUnknownMemberIs3WithNamesThatAreNear) {
  ExpectFailure(Run({"member", "web-1"}), 3,
                "there is no member 'web-1'; did you mean 'web-01'?");
  ExpectFailure(Run({"member", "mailer"}), 3, "'rosterctl members' lists them");
}

TEST_F(CommandsTest, AnUnknownClusterIs3) {
  ExpectFailure(Run({"members", "--cluster", "nope"}), 3,
                "there is no cluster 'nope'");
  ExpectFailure(Run({"member", "web-01", "--cluster", "nope"}), 3, "nope");
}

TEST_F(CommandsTest, ProgressPrintsBars) {
  EXPECT_THAT(
      Run({"progress"}).out,
      HasSubstr("web-01  reindex  [#.........]  12%  120k/1M  12.3k/s  4m"));
  EXPECT_EQ(Run({"progress", "-o", "name"}).out, "web-01/reindex-7\n");
  const Json tasks = Json::parse(Run({"progress", "-o", "json"}).out);
  EXPECT_EQ(tasks[0]["member"], "web-01");
  EXPECT_EQ(tasks[0]["total"], 1'000'000);
}

TEST_F(CommandsTest, ProgressSortsByEtaAndProgress) {
  v1::Member member = WorkingMember(absl::Now());
  member.set_name("zebra");
  member.mutable_tasks(0)->set_progress_ratio(0.9);
  *member.mutable_tasks(0)->mutable_expected_end() =
      ToProto(absl::Now() + absl::Seconds(9));
  service().SetMember(member);

  EXPECT_THAT(Run({"progress", "-o", "name"}).out, StartsWith("web-01"));
  EXPECT_THAT(Run({"progress", "-o", "name", "--sort", "eta"}).out,
              StartsWith("zebra"));
  EXPECT_THAT(Run({"progress", "-o", "name", "--sort", "progress"}).out,
              StartsWith("zebra"));
}

TEST_F(CommandsTest, ProgressShowsOnlyWhatRunsUnlessAllIsAsked) {
  v1::Member lost = WorkingMember(absl::Now());
  lost.set_present(false);
  lost.set_status(v1::MEMBER_STATUS_LOST);
  service().SetMember(lost);

  EXPECT_EQ(Run({"progress"}).out, "");
  EXPECT_THAT(Run({"progress"}).err, HasSubstr("no running tasks"));
  EXPECT_THAT(Run({"progress", "--all"}).out, HasSubstr("reindex"));
}

TEST_F(CommandsTest, StatusSaysHowThingsAre) {
  const CommandResult result = Run({"status"});

  EXPECT_EQ(result.status.code, 0);
  EXPECT_EQ(result.out, absl::StrCat("rosterd 9.8.7 at ", rosterd_.endpoint(),
                                     R"(
ZooKeeper CONNECTED (zk:2181)

cluster default (/clusterServer)
  view     live
  members  2: 2 UP
  present  2
  tasks    1 running
  monitors 0, none is elected; the log of the rosterd that answers says why ("cannot stand in line")
)"));
}

TEST_F(CommandsTest, AStaleViewIsServedWithAWarning) {
  service().SetView(StaleView());
  const std::string warning =
      "rosterctl: view is stale: as of 2d2h ago: connection lost to "
      "\\x1b[31mzk:2181\n";

  for (const char* command : {"members", "progress", "status", "clusters"}) {
    const CommandResult result = Run({command});
    EXPECT_EQ(result.status.code, 0) << command;
    EXPECT_EQ(result.err, warning) << command;
    EXPECT_THAT(result.out, Not(IsEmpty())) << command;
  }
  EXPECT_EQ(Run({"member", "web-01"}).err, warning);
  EXPECT_THAT(Run({"status"}).out, HasSubstr("STALE, as of 2d2h ago"));
  EXPECT_EQ(
      Json::parse(
          Run({"status", "-o", "json"}).out)[0]["summary"]["view"]["connected"],
      false);
}

TEST_F(CommandsTest, ClustersPrintsOneLineEach) {
  EXPECT_EQ(Run({"clusters"}).out,
            "NAME     MEMBERS  UP  LOST  TASKS  STALLED  VIEW  PATH\n"
            "default  2        2   0     1      0        live  "
            "/clusterServer\n");
  EXPECT_EQ(Run({"clusters", "-o", "name"}).out, "default\n");
}

TEST_F(CommandsTest, EventsPrintsTheNewestOldestFirst) {
  const absl::Time now = absl::Now();
  service().AddEvent(
      SampleEvent(v1::EVENT_TYPE_JOINED, "a", now - absl::Hours(3)));
  service().AddEvent(
      SampleEvent(v1::EVENT_TYPE_LOST, "a", now - absl::Hours(2)));
  service().AddEvent(
      SampleEvent(v1::EVENT_TYPE_JOINED, "b", now - absl::Minutes(1)));
  service().LimitPages(1);
  const auto sequences = [](const CommandResult& result) {
    std::vector<std::string> sequences;
    for (const Json& event : Json::parse(result.out)) {
      sequences.push_back(event["sequence"]);
    }
    return sequences;
  };

  EXPECT_THAT(sequences(Run({"events", "-o", "json"})),
              ElementsAre("1", "2", "3"));
  EXPECT_THAT(sequences(Run({"events", "-o", "json", "-n", "2"})),
              ElementsAre("2", "3"));
  EXPECT_THAT(sequences(Run({"events", "-o", "json", "--since", "150m"})),
              ElementsAre("2", "3"));
  EXPECT_THAT(sequences(Run({"events", "-o", "json", "--type", "joined"})),
              ElementsAre("1", "3"));
  EXPECT_THAT(sequences(Run({"events", "-o", "json", "-t", "LOST,replaced"})),
              ElementsAre("2"));
  EXPECT_THAT(sequences(Run({"events", "-o", "json", "--member", "b"})),
              ElementsAre("3"));
  EXPECT_THAT(sequences(Run({"events", "-o", "json", "-n", "0"})), IsEmpty());
  EXPECT_THAT(Run({"events"}).out, HasSubstr("  LOST "));
}

TEST_F(CommandsTest, VersionNamesBothSides) {
  EXPECT_THAT(Run({"version"}).out,
              HasSubstr("rosterd 9.8.7 at " + rosterd_.endpoint()));
  rosterd_.Stop();
  const CommandResult alone = Run({"version"});
  EXPECT_EQ(alone.status.code, 0);
  EXPECT_THAT(alone.out, StartsWith("rosterctl "));
  EXPECT_THAT(alone.err, HasSubstr("cannot reach rosterd"));
  EXPECT_EQ(Run({"version", "--client"}).err, "");
}

TEST_F(CommandsTest, HostileNamesReachTheTerminalHarmless) {
  service().SetMember(
      PlainMember("evil\x1b[2J\x1b]0;x\x07\nweb-99 UP", absl::Now()));
  for (const char* format : {"table", "wide", "json", "yaml", "name"}) {
    const CommandResult result = Run({"members", "-o", format});
    EXPECT_EQ(result.status.code, 0) << result.err;
    EXPECT_THAT(result.out, Not(HasSubstr("\x1b"))) << format;
    EXPECT_THAT(result.out, Not(HasSubstr("\nweb-99"))) << format;
  }
}

// Exit codes that the tests above do not show.

TEST_F(CommandsTest, UsageErrorsAre2) {
  ExpectFailure(Run({}), 2, "name a command");
  ExpectFailure(Run({"membres"}), 2, "did you mean 'members' or 'member'?");
  ExpectFailure(Run({"members", "--nope"}), 2, "--nope");
  ExpectFailure(Run({"members", "-o", "xml"}), 2, "xml");
  ExpectFailure(Run({"members", "extra"}), 2, "extra");
  ExpectFailure(Run({"member"}), 2, "NAME is required");
  ExpectFailure(Run({"events", "--since", "soon"}), 2, "not a duration");
  ExpectFailure(Run({"events", "--type", "losst"}), 2, "did you mean 'lost'");
  ExpectFailure(Run({"events", "-n", "-1"}), 2, "-n wants a number");
  ExpectFailure(Run({"members", "--timeout", "0s"}), 2, "more than 0");
  ExpectFailure(Run({"members", "--endpoint", "http://x:7470"}), 2,
                "gRPC, not HTTP");
  ExpectFailure(Run({"members", "--endpoint", "::1:7470"}), 2, "brackets");
  ExpectFailure(Run({"completion", "tcsh"}), 2, "tcsh");
}

TEST_F(CommandsTest, HelpIs0WithExamples) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"--help"},
                                             {"members", "--help"},
                                             {"member", "--help"},
                                             {"progress", "--help"},
                                             {"events", "--help"},
                                             {"status", "--help"},
                                             {"drain", "--help"},
                                             {"offline", "--help"},
                                             {"online", "--help"},
                                             {"holds", "--help"},
                                             {"order", "--help"},
                                             {"rolling-restart", "--help"},
                                             {"operations", "--help"},
                                             {"operation", "--help"},
                                             {"budget", "--help"},
                                             {"budget", "set", "--help"},
                                             {"lock", "--help"},
                                             {"lock", "release", "--help"},
                                             {"queue", "--help"},
                                             {"barrier", "--help"},
                                             {"evict", "--help"},
                                             {"forget", "--help"},
                                             {"audit", "--help"},
                                             {"policy", "set", "--help"},
                                             {"guard", "--help"},
                                             {"monitors", "--help"},
                                             {"clusters", "--help"},
                                             {"version", "--help"},
                                             {"completion", "--help"}}) {
    const CommandResult result = Run(arguments);
    EXPECT_EQ(result.status.code, 0);
    EXPECT_THAT(result.out, HasSubstr("Examples:\n"));
    for (const std::string& line :
         std::vector<std::string>(absl::StrSplit(result.out, '\n'))) {
      EXPECT_LE(line.size(), 80u) << line;
    }
  }
}

TEST_F(CommandsTest, PreconditionAndConflictAre4) {
  service().FailWith({grpc::StatusCode::FAILED_PRECONDITION, "not now"});
  ExpectFailure(Run({"members"}), 4, "not now");
  service().FailWith({grpc::StatusCode::ABORTED, "changed meanwhile"});
  ExpectFailure(Run({"members"}), 4, "changed meanwhile");
}

TEST_F(CommandsTest, UnavailableIs5WithWhatToDo) {
  service().FailWith({grpc::StatusCode::UNAVAILABLE, "still reading"});
  ExpectFailure(Run({"members"}), 5, "cannot answer: still reading");

  rosterd_.Stop();
  ExpectFailure(Run({"members"}), 5,
                absl::StrCat("cannot reach rosterd at ", rosterd_.endpoint(),
                             ": connection refused; is it running? set "
                             "--endpoint or ROSTER_ENDPOINT"));
  ExpectFailure(Run({"members", "--watch"}), 5, "connection refused");
  ExpectFailure(Run({"events", "--follow"}), 5, "connection refused");
}

TEST_F(CommandsTest, NotAllowedIs6) {
  service().FailWith({grpc::StatusCode::UNAUTHENTICATED, "no certificate"});
  ExpectFailure(Run({"members"}), 6, "no certificate");
  service().FailWith({grpc::StatusCode::PERMISSION_DENIED, "read only"});
  ExpectFailure(Run({"members"}), 6, "read only");
}

TEST_F(CommandsTest, NoAnswerInTimeIs7) {
  service().Hang();
  ExpectFailure(Run({"members", "--timeout", "300ms"}), 7,
                "did not answer within 300ms");
}

TEST_F(CommandsTest, OtherErrorsAre1) {
  service().FailWith({grpc::StatusCode::INTERNAL, "it broke\x1b[31m"});
  ExpectFailure(Run({"members"}), 1, "failed: it broke\\x1b[31m");
  service().FailWith({grpc::StatusCode::UNIMPLEMENTED, ""});
  ExpectFailure(Run({"members"}), 1, "rosterctl version");
}

TEST_F(CommandsTest, AFullDiskIs1) {
  const auto result = RunCommand(
      SubprocessOptions{.argv = {"sh", "-c", Binary() + " members >/dev/full"},
                        .env = Environment()});
  ASSERT_OK(result);
  EXPECT_EQ(result->status.code, 1);
  EXPECT_THAT(result->err, HasSubstr("No space left"));
}

TEST_F(CommandsTest, FlagsBeatTheEnvironment) {
  ExpectFailure(Run({"members", "--endpoint", "127.0.0.1:1"}), 5,
                "127.0.0.1:1:");
  ExpectFailure(Run({"--endpoint", "127.0.0.1:1", "members"}), 5,
                "127.0.0.1:1:");
}

// Processor time of all children that have ended so far.
absl::Duration ChildrenTime() {
  struct rusage usage = {};
  getrusage(RUSAGE_CHILDREN, &usage);
  return absl::DurationFromTimeval(usage.ru_utime) +
         absl::DurationFromTimeval(usage.ru_stime);
}

TEST_F(CommandsTest, StartsQuickly) {
  // The best of some runs, and processor time: the machine may be busy.
  absl::Duration best = absl::InfiniteDuration();
  for (int i = 0; i < 10; ++i) {
    const absl::Duration before = ChildrenTime();
    EXPECT_EQ(Run({"version", "--client"}).status.code, 0);
    best = std::min(best, ChildrenTime() - before);
  }
  EXPECT_LT(best, Scaled(absl::Milliseconds(100)));
}

}  // namespace
}  // namespace roster::testing
