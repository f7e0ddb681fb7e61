// The real rosterctl, watching: changes, Ctrl-C, terminals, and a rosterd that
// goes away and comes back.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "nlohmann/json.hpp"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/cli/pty_process.h"
#include "tests/unit/cli/rosterctl_fixture.h"
#include "tests/unit/cli/sample_members.h"

namespace roster::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using Json = nlohmann::json;

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines =
      absl::StrSplit(text, '\n', absl::SkipEmpty());
  return lines;
}

class WatchTest : public RosterctlTest {
 protected:
  WatchTest() {
    service().SetMember(WorkingMember(absl::Now()));
    service().SetMember(PlainMember("web-02", absl::Now()));
  }

  // Moves the task of web-01.
  void Advance(double ratio) {
    v1::Member member = WorkingMember(absl::Now());
    member.mutable_tasks(0)->set_progress_ratio(ratio);
    member.mutable_tasks(0)->set_done(ratio * 1'000'000);
    service().SetMember(member);
  }

  // Ends the process as Ctrl-C does, and returns its exit code.
  static int Interrupt(Subprocess& process, int signal = SIGINT) {
    process.Kill(signal);
    const auto status = process.Wait(absl::Seconds(10));
    EXPECT_OK(status);
    return status.ok() && status->signal == 0 ? status->code : -1;
  }
};

TEST_F(WatchTest, MembersPrintsTheTableThenALineForEachChange) {
  const auto watch = Start({"members", "--watch"});
  EVENTUALLY_THAT(watch->Stdout(), HasSubstr("web-02"));

  service().SetMember(LostMember(absl::Now()));
  EVENTUALLY_THAT(watch->Stdout(), HasSubstr("web-02  LOST"));
  // Nothing that shows has changed: no line.
  service().SetMember(LostMember(absl::Now()));
  service().RemoveMember("web-02");
  EVENTUALLY_THAT(watch->Stdout(), HasSubstr("REMOVED"));

  EXPECT_EQ(Interrupt(*watch), 130);
  EXPECT_EQ(watch->Stdout(),
            R"(NAME    STATUS    FOR     SERVICE         DOING         AGE
web-01  UP        3d4h    search-indexer  reindex 12%   3d4h
web-02  UP        3d4h    -               -             3d4h
web-02  LOST      4m10s   search-indexer  -             3d4h
web-02  REMOVED   -       -               -             -
)");
  EXPECT_EQ(watch->Stderr(), "");
}

TEST_F(WatchTest, SigtermEndsItTidily) {
  const auto watch = Start({"members", "--watch"});
  EVENTUALLY_THAT(watch->Stdout(), HasSubstr("web-02"));

  EXPECT_EQ(Interrupt(*watch, SIGTERM), 143);
}

TEST_F(WatchTest, AsJsonIsOneMessageALine) {
  const auto watch = Start({"members", "--watch", "-o", "json"});
  EVENTUALLY_THAT(watch->Stdout(), HasSubstr("synced"));
  service().RemoveMember("web-02");
  EVENTUALLY_THAT(watch->Stdout(), HasSubstr("removed"));
  EXPECT_EQ(Interrupt(*watch), 130);

  std::vector<std::string> kinds;
  for (const std::string& line : Lines(watch->Stdout())) {
    const Json message = Json::parse(line);
    for (const char* kind :
         {"reset", "view", "member", "synced", "removed", "bookmark"}) {
      if (message.contains(kind)) kinds.push_back(kind);
    }
  }
  EXPECT_THAT(kinds, ElementsAre("reset", "view", "member", "member", "synced",
                                 "removed"));
}

TEST_F(WatchTest, ResumesWithItsTokenWhenTheLinkIsBack) {
  const auto watch = Start({"members", "--watch"});
  EVENTUALLY_THAT(watch->Stdout(), HasSubstr("web-02"));

  rosterd_.Stop();
  EVENTUALLY_THAT(
      watch->Stderr(),
      HasSubstr(absl::StrCat("lost rosterd at ", rosterd_.endpoint(), ": ")));
  service().SetMember(LostMember(absl::Now()));
  rosterd_.Start(/*same_run=*/true);
  EVENTUALLY_THAT(watch->Stdout(), HasSubstr("web-02  LOST"));

  EXPECT_THAT(service().watch_tokens(), ElementsAre("", "run1/2"));
  EXPECT_THAT(watch->Stderr(), HasSubstr("again; resumed, nothing is missing"));
  EXPECT_EQ(Lines(watch->Stderr()).size(), 2u) << watch->Stderr();
  EXPECT_EQ(Lines(watch->Stdout()).size(), 4u) << "nothing is printed twice";
  EXPECT_EQ(Interrupt(*watch), 130);
}

TEST_F(WatchTest, ShowsOnlyWhatDiffersAfterRosterdRestarted) {
  const auto watch = Start({"members", "--watch"});
  EVENTUALLY_THAT(watch->Stdout(), HasSubstr("web-02"));

  rosterd_.Stop();
  rosterd_.Start(/*same_run=*/false);
  service().SetMember(WorkingMember(absl::Now()));
  EVENTUALLY_THAT(watch->Stdout(), HasSubstr("web-02  REMOVED"));
  service().SetMember(PlainMember("web-03", absl::Now()));
  EVENTUALLY_THAT(watch->Stdout(), HasSubstr("web-03"));

  EXPECT_THAT(watch->Stderr(), HasSubstr("sends everything anew"));
  EXPECT_EQ(Lines(watch->Stdout()).size(), 5u) << watch->Stdout();
  EXPECT_EQ(Interrupt(*watch), 130);
}

TEST_F(WatchTest, CtrlCWorksWhileRosterdIsAway) {
  const auto watch = Start({"members", "--watch"});
  EVENTUALLY_THAT(watch->Stdout(), HasSubstr("web-02"));
  rosterd_.Stop();
  EVENTUALLY_THAT(watch->Stderr(), HasSubstr("trying again"));

  EXPECT_EQ(Interrupt(*watch), 130);
}

TEST_F(WatchTest, SaysWhenTheViewBecomesStaleAndLiveAgain) {
  const auto watch = Start({"members", "--watch"});
  EVENTUALLY_THAT(watch->Stdout(), HasSubstr("web-02"));
  v1::ViewInfo view;
  view.set_synced(true);
  view.set_disconnect_reason("connection lost");
  *view.mutable_as_of() = ToProto(absl::Now());

  service().SetView(view);
  EVENTUALLY_THAT(watch->Stderr(), HasSubstr("view is stale: as of 0s ago: "
                                             "connection lost"));
  view.set_connected(true);
  service().SetView(view);
  EVENTUALLY_THAT(watch->Stderr(), HasSubstr("up to date again"));
  EXPECT_EQ(Interrupt(*watch), 130);
}

TEST_F(WatchTest, AnErrorThatTryingCannotMendEndsIt) {
  const auto watch = Start({"members", "--watch"});
  EVENTUALLY_THAT(watch->Stdout(), HasSubstr("web-02"));
  service().FailWith({grpc::StatusCode::PERMISSION_DENIED, "not any more"});
  service().EndStreams();

  const auto status = watch->Wait(absl::Seconds(10));
  ASSERT_OK(status);
  EXPECT_EQ(status->code, 6);
  EXPECT_THAT(watch->Stderr(), HasSubstr("not any more"));
}

TEST_F(WatchTest, ProgressPrintsALineForEachStep) {
  const auto watch = Start({"progress", "--watch"});
  EVENTUALLY_THAT(watch->Stdout(), HasSubstr("12%"));
  Advance(0.5);
  EVENTUALLY_THAT(watch->Stdout(), HasSubstr("[#####.....]  50%"));
  v1::Member done = WorkingMember(absl::Now());
  done.mutable_tasks(0)->set_state(v1::TASK_STATE_SUCCEEDED);
  service().SetMember(done);
  EVENTUALLY_THAT(watch->Stdout(), HasSubstr("SUCCEEDED"));

  EXPECT_EQ(Interrupt(*watch), 130);
  EXPECT_EQ(Lines(watch->Stdout()).size(), 4u) << watch->Stdout();
}

TEST_F(WatchTest, ProgressSaysWhenTheMemberIsLost) {
  const auto watch = Start({"progress", "--watch"});
  EVENTUALLY_THAT(watch->Stdout(), HasSubstr("12%"));
  v1::Member lost = LostMember(absl::Now());
  lost.set_name("web-01");
  service().SetMember(lost);

  EVENTUALLY_THAT(watch->Stdout(), HasSubstr("web-01  reindex  LOST"));
  EXPECT_EQ(Interrupt(*watch), 130);
}

TEST_F(WatchTest, ProgressAsJsonIsOneTaskALine) {
  const auto watch = Start({"progress", "--watch", "-o", "json"});
  EVENTUALLY_THAT(Lines(watch->Stdout()).size(), 1u);
  Advance(0.5);
  EVENTUALLY_THAT(Lines(watch->Stdout()).size(), 2u);
  EXPECT_EQ(Interrupt(*watch), 130);

  const Json task = Json::parse(Lines(watch->Stdout())[1]);
  EXPECT_EQ(task["member"], "web-01");
  EXPECT_EQ(task["done"], 500'000);
}

TEST_F(WatchTest, EventsFollowGoesOnWhereTheListEnded) {
  const absl::Time now = absl::Now();
  for (const char* name : {"a", "b", "c"}) {
    service().AddEvent(SampleEvent(v1::EVENT_TYPE_JOINED, name, now));
  }
  const auto follow = Start({"events", "--follow", "-n", "2", "-o", "json"});
  EVENTUALLY_THAT(service().watchers(), 1);
  service().AddEvent(SampleEvent(v1::EVENT_TYPE_LOST, "a", now));
  EVENTUALLY_THAT(follow->Stdout(), HasSubstr("EVENT_TYPE_LOST"));

  EXPECT_EQ(Interrupt(*follow), 130);
  std::vector<std::string> sequences;
  for (const std::string& line : Lines(follow->Stdout())) {
    sequences.push_back(Json::parse(line)["sequence"]);
  }
  EXPECT_THAT(sequences, ElementsAre("2", "3", "4"));
}

TEST_F(WatchTest, EventsFollowShowsEachEventOnceAcrossACut) {
  const absl::Time now = absl::Now();
  service().AddEvent(SampleEvent(v1::EVENT_TYPE_JOINED, "a", now));
  const auto follow = Start({"events", "--follow"});
  EVENTUALLY_THAT(service().watchers(), 1);
  rosterd_.Stop();
  service().AddEvent(SampleEvent(v1::EVENT_TYPE_LOST, "a", now));
  rosterd_.Start(/*same_run=*/true);
  EVENTUALLY_THAT(follow->Stdout(), HasSubstr("LOST"));

  EXPECT_EQ(Interrupt(*follow), 130);
  EXPECT_EQ(Lines(follow->Stdout()).size(), 3u) << follow->Stdout();
}

TEST_F(WatchTest, EventsFollowSaysWhenAnotherRunCannotResume) {
  service().AddEvent(SampleEvent(v1::EVENT_TYPE_JOINED, "a", absl::Now()));
  const auto follow = Start({"events", "--follow"});
  EVENTUALLY_THAT(service().watchers(), 1);
  rosterd_.Stop();
  rosterd_.Start(/*same_run=*/false);
  service().AddEvent(SampleEvent(v1::EVENT_TYPE_REPLACED, "a", absl::Now()));

  EVENTUALLY_THAT(follow->Stdout(), HasSubstr("REPLACED"));
  EXPECT_THAT(follow->Stderr(), HasSubstr("events may be missing here"));
  EXPECT_EQ(Interrupt(*follow), 130);
}

TEST_F(WatchTest, EventsFollowKeepsToTheTypesAskedFor) {
  const auto follow = Start({"events", "--follow", "--type", "lost"});
  EVENTUALLY_THAT(service().watchers(), 1);
  service().AddEvent(SampleEvent(v1::EVENT_TYPE_JOINED, "a", absl::Now()));
  service().AddEvent(SampleEvent(v1::EVENT_TYPE_LOST, "a", absl::Now()));
  EVENTUALLY_THAT(follow->Stdout(), HasSubstr("LOST"));

  EXPECT_THAT(follow->Stdout(), Not(HasSubstr("JOINED")));
  EXPECT_EQ(Interrupt(*follow), 130);
}

// On a terminal.

TEST_F(WatchTest, ATerminalIsRedrawnInPlace) {
  PtyProcess watch({Binary(), "progress", "--watch"}, Environment(),
                   /*rows=*/24, /*columns=*/80);
  EVENTUALLY_THAT(watch.Output(), HasSubstr("[#.........]  12%"));
  Advance(0.5);
  EVENTUALLY_THAT(watch.Output(), HasSubstr("[#####.....]  50%"));

  EXPECT_THAT(watch.Output(), HasSubstr("\x1b[2A")) << "two lines up";
  watch.Type("\x03");
  EVENTUALLY_THAT(watch.ExitCode(), 130);
}

TEST_F(WatchTest, CtrlCLeavesTheTerminalAsItWas) {
  PtyProcess watch({Binary(), "members", "--watch"}, Environment(),
                   /*rows=*/24, /*columns=*/80);
  EVENTUALLY_THAT(watch.Output(), HasSubstr("web-02"));
  watch.Type("\x03");
  EVENTUALLY_THAT(watch.ExitCode(), 130);

  // No private mode (hidden cursor, other screen, mouse) was ever set.
  EXPECT_THAT(watch.Output(), Not(HasSubstr("\x1b[?")));
  // Every colour is taken back on the same line.
  for (const std::string& line : Lines(watch.Output())) {
    const size_t colour = line.rfind("\x1b[3");
    if (colour == std::string::npos) continue;
    EXPECT_GT(line.rfind("\x1b[0m"), colour) << line;
  }
}

TEST_F(WatchTest, ASmallTerminalShowsWhatFits) {
  for (int i = 0; i < 50; ++i) {
    service().SetMember(PlainMember(absl::StrCat("x-", i), absl::Now()));
  }
  PtyProcess watch({Binary(), "members", "--watch"}, Environment(),
                   /*rows=*/10, /*columns=*/30);
  EVENTUALLY_THAT(watch.Output(), HasSubstr("... and 45 more"));

  EXPECT_THAT(watch.Output(), Not(HasSubstr("x-49")));
  watch.Type("\x03");
  EVENTUALLY_THAT(watch.ExitCode(), 130);
}

TEST_F(WatchTest, NoColorIsObeyed) {
  using Setting = std::pair<std::string, std::string>;
  for (const Setting& unwanted :
       {Setting("NO_COLOR", "1"), Setting("TERM", "dumb")}) {
    auto environment = Environment();
    std::erase_if(environment, [&](const Setting& setting) {
      return setting.first == unwanted.first;
    });
    environment.push_back(unwanted);
    PtyProcess list({Binary(), "members"}, environment, 24, 80);
    EVENTUALLY_THAT(list.ExitCode(), 0);
    EXPECT_THAT(list.Output(), Not(HasSubstr("\x1b["))) << unwanted.first;
  }
  PtyProcess flag({Binary(), "members", "--no-color"}, Environment(), 24, 80);
  EVENTUALLY_THAT(flag.ExitCode(), 0);
  EXPECT_THAT(flag.Output(), Not(HasSubstr("\x1b[")));

  PtyProcess colour({Binary(), "members"}, Environment(), 24, 80);
  EVENTUALLY_THAT(colour.ExitCode(), 0);
  EXPECT_THAT(colour.Output(), HasSubstr("\x1b[32mUP"));
}

}  // namespace
}  // namespace roster::testing
