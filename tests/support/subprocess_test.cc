#include "tests/support/subprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <cerrno>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "tests/support/eventually.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace roster::testing {
namespace {

using ::testing::HasSubstr;

// Whether a process of this id exists and is no zombie.
bool Alive(pid_t pid) {
  const std::string stat = ReadFile("/proc/" + std::to_string(pid) + "/stat");
  const size_t state = stat.rfind(") ");
  return state != stat.npos && stat[state + 2] != 'Z';
}

TEST(SubprocessTest, ReportsExitCodeAndBothOutputs) {
  ASSERT_OK_AND_ASSIGN(
      const CommandResult result,
      RunCommand({"sh", "-c", "echo to-out; echo to-err >&2; exit 7"}));

  EXPECT_EQ(result.status, (ExitStatus{.code = 7}));
  EXPECT_EQ(result.out, "to-out\n");
  EXPECT_EQ(result.err, "to-err\n");
}

TEST(SubprocessTest, ReportsTheSignalThatEndedIt) {
  ASSERT_OK_AND_ASSIGN(auto process, Subprocess::Start({{"sleep", "600"}}));

  process->Kill(SIGKILL);

  EXPECT_THAT(process->Wait(absl::Seconds(10)),
              IsOkAndHolds(ExitStatus{.code = -1, .signal = SIGKILL}));
}

TEST(SubprocessTest, NamesAProgramThatCannotBeRun) {
  EXPECT_THAT(
      Subprocess::Start({{"/nonexistent/program"}}),
      StatusIs(absl::StatusCode::kNotFound, HasSubstr("/nonexistent/program")));
}

TEST(SubprocessTest, PassesEnvironmentAndFolder) {
  const TempDir dir;

  ASSERT_OK_AND_ASSIGN(const CommandResult result,
                       RunCommand({.argv = {"sh", "-c", "echo $COLOUR; pwd"},
                                   .env = {{"COLOUR", "green"}},
                                   .working_dir = dir.path()}));

  EXPECT_EQ(result.out, "green\n" + dir.path().string() + "\n");
}

TEST(SubprocessTest, InheritsNoDescriptors) {
  const TempDir dir;
  // Opened without O_CLOEXEC on purpose.
  FILE* file = fopen(dir.File("inherited").c_str(), "w");
  ASSERT_NE(file, nullptr);

  ASSERT_OK_AND_ASSIGN(const CommandResult result,
                       RunCommand({"ls", "-l", "/proc/self/fd"}));

  fclose(file);
  EXPECT_THAT(result.out, Not(HasSubstr("inherited")));
}

TEST(SubprocessTest, DeadlineEndsACommandAndShowsItsOutput) {
  EXPECT_THAT(RunCommand({"sh", "-c", "echo begun; exec sleep 600"},
                         absl::Milliseconds(300)),
              StatusIs(absl::StatusCode::kDeadlineExceeded,
                       HasSubstr("stdout: begun")));
}

TEST(SubprocessTest, DestructionKillsTheProcessAndItsChildren) {
  ASSERT_OK_AND_ASSIGN(
      auto process,
      Subprocess::Start({{"sh", "-c", "sleep 600 & echo $!; wait"}}));
  int child = 0;
  EVENTUALLY(absl::SimpleAtoi(process->Stdout(), &child));
  ASSERT_TRUE(Alive(child));
  const pid_t pid = process->pid();

  process.reset();

  EXPECT_FALSE(Alive(pid));
  EVENTUALLY(!Alive(child));
}

TEST(SubprocessTest, AnEndedProcessLeavesNoZombie) {
  ASSERT_OK_AND_ASSIGN(auto process, Subprocess::Start({{"true"}}));

  ASSERT_OK(process->Wait(absl::Seconds(10)));

  EXPECT_EQ(kill(process->pid(), 0), -1);
  EXPECT_EQ(errno, ESRCH);
}

}  // namespace
}  // namespace roster::testing
