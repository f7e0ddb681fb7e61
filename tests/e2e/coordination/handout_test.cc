// The examples that hand something out: work_queue, tell_all, spool, gate.
#include <signal.h>

#include <set>

#include "tests/e2e/coordination/example_fixture.h"

namespace roster::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class HandoutExamplesTest : public ExampleTest {
 protected:
  // The example with a shell before it, which has input for it.
  Process Pipe(const std::string& input, const std::string& program,
               const std::string& arguments) {
    auto process = Subprocess::Start(
        {.argv = {"sh", "-c",
                  absl::StrCat(input, " | ", EXAMPLES_DIR, "/", program,
                               " --zookeeper ", servers_, " ", arguments)},
         .working_dir = dir_.path()});
    EXPECT_OK(process);
    return *std::move(process);
  }
  Process Worker(const std::string& script) {
    return Start("work_queue",
                 {"work", "--queue", "/queue", "--", "sh", "-c", script, "sh"});
  }
  Process Listener(const std::string& name, const std::string& script) {
    return Start("tell_all", {"listen", "--topic", "t", "--name", name, "--",
                              "sh", "-c", script, "sh"});
  }
  CommandResult Tell(const std::string& to, const std::string& wait) {
    return Run("tell_all",
               {"send", "--topic", "t", "--to", to, "--wait", wait, "now"});
  }
};

TEST_F(HandoutExamplesTest, F68_EveryFileOfTheQueueIsDealtWith) {
  std::filesystem::create_directory(dir_.path() / "in");
  for (int i = 0; i < 20; ++i)
    WriteFile(dir_.path() / "in" / std::to_string(i), absl::StrCat("file ", i));
  ASSERT_EQ(ExitCode(Pipe("ls in", "work_queue", "put --queue /queue")), 0);
  const Process doomed = Worker("touch taken; " + Until("never"));
  EVENTUALLY(Exists("taken"));
  std::vector<Process> workers;
  for (int i = 0; i < 2; ++i)
    workers.push_back(Worker("sha256sum in/$1 > in/$1.sum"));
  EVENTUALLY(Children("/queue/entries") == 1);  // the one that is taken
  Kill9(doomed);
  EVENTUALLY(Children("/queue/entries") == 0);
  EXPECT_THAT(Files("in"), SizeIs(40));
  for (const Process& worker : workers) {
    worker->Kill(SIGTERM);
    EXPECT_EQ(ExitCode(worker), 0);
  }
}

TEST_F(HandoutExamplesTest, AFailedItemGoesBackToTheQueue) {
  ASSERT_EQ(ExitCode(Pipe("echo item", "work_queue", "put --queue /queue")), 0);
  const Process worker = Worker("[ -e tried ] || { touch tried; exit 1; }");
  EVENTUALLY(Exists("tried"));
  EVENTUALLY(Children("/queue/entries") == 0);
}

TEST_F(HandoutExamplesTest, TheSenderSeesWhoHasDoneWhat) {
  const Process first = Listener("web-01", "echo $1 >> first");
  const Process second = Listener("web-02", "[ -e fine ] && echo $1 >> second");
  // A message is for who listens, and the newest one for who comes later.
  const CommandResult failed = Tell("web-01,web-02", "20");
  EXPECT_EQ(failed.status.code, 1) << failed.out << failed.err;
  EXPECT_THAT(failed.out, HasSubstr("web-01: done"));
  EXPECT_THAT(failed.out, HasSubstr("web-02: the command ended with 1"));
  Touch("fine");
  EXPECT_EQ(Tell("web-01,web-02", "20").status.code, 0);
  EXPECT_EQ(Content("second"), "now\n");
  EXPECT_THAT(Lines("first"), SizeIs(2));
}

TEST_F(HandoutExamplesTest, WhoIsDeadDoesNotAnswerAndIsToldAgain) {
  const Process first = Listener("web-01", "touch told");
  Kill9(first);
  const CommandResult missing = Tell("web-01", "0.2");
  EXPECT_EQ(missing.status.code, 75);
  EXPECT_EQ(missing.out, "web-01: no answer\n");
  const Process again = Listener("web-01", "touch told");
  EVENTUALLY(Exists("told"));
}

TEST_F(HandoutExamplesTest, SpooledFilesHaveNamesThatNobodyElseHas) {
  std::filesystem::create_directory(dir_.path() / "spool");
  std::vector<Process> hosts;
  for (int i = 0; i < 8; ++i)
    hosts.push_back(Pipe(absl::StrCat("echo content-", i), "spool", "spool"));
  std::set<std::string> contents;
  for (const Process& host : hosts) {
    EXPECT_EQ(ExitCode(host), 0) << host->Stderr();
    const std::string name = host->Stdout();
    ASSERT_THAT(name, HasSubstr("job-"));
    contents.insert(Content("spool/" + name.substr(0, name.size() - 1)));
  }
  EXPECT_THAT(contents, SizeIs(8));
  EXPECT_THAT(Files("spool"), SizeIs(8));
}

TEST_F(HandoutExamplesTest, TheGateHoldsBackUntilItIsOpened) {
  ASSERT_EQ(Run("gate", {"close", "--gate", "/gate"}).status.code, 0);
  EXPECT_EQ(
      Run("gate", {"pass", "--gate", "/gate", "--wait", "0.2"}).status.code,
      75);
  const Process pass =
      Start("gate", Shell({"pass", "--gate", "/gate"}, "touch passed"));
  ASSERT_EQ(Run("gate", {"close", "--gate", "/gate"}).status.code, 0);
  EXPECT_TRUE(pass->Running());
  EXPECT_FALSE(Exists("passed"));
  ASSERT_EQ(Run("gate", {"open", "--gate", "/gate"}).status.code, 0);
  EXPECT_EQ(ExitCode(pass), 0) << pass->Stderr();
  EXPECT_TRUE(Exists("passed"));
}

}  // namespace
}  // namespace roster::testing
