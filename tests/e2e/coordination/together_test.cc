// The examples of barriers: start_together, parallel_sort.
#include <signal.h>

#include <algorithm>

#include "tests/e2e/coordination/example_fixture.h"

namespace roster::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::SizeIs;

class TogetherExamplesTest : public ExampleTest {
 protected:
  Process Participant(int i) {
    return Start("start_together",
                 Shell({"run", "--barrier", "/barrier"},
                       absl::StrCat("echo ", i, " >> started")));
  }
  Process Worker(int i) {
    return Start("parallel_sort",
                 {"--barrier", "/barrier", "--workers", "3", "--worker",
                  std::to_string(i), "input", "output"});
  }
  // Lines in no order, of several lengths, some of them equal.
  std::vector<std::string> WriteInput() {
    std::vector<std::string> lines;
    std::string text;
    for (uint64_t i = 0, x = 1; i < 3000; ++i) {
      x = x * 6364136223846793005ULL + 1442695040888963407ULL;
      lines.push_back(absl::StrCat((x >> 33) % 2000));
      absl::StrAppend(&text, lines.back(), "\n");
    }
    WriteFile(dir_.path() / "input", text);
    return lines;
  }
};

TEST_F(TogetherExamplesTest, NobodyStartsBeforeAllAreThere) {
  ASSERT_EQ(
      Run("start_together", {"set", "--barrier", "/barrier", "--count", "3"})
          .status.code,
      0);
  const Process doomed = Participant(0);
  const Process second = Participant(1);
  EVENTUALLY(Children("/barrier") == 2);
  Kill9(doomed);
  EVENTUALLY(Children("/barrier") == 1);  // it does not count any more
  const Process third = Participant(2);
  EVENTUALLY(Children("/barrier") == 2);
  EXPECT_FALSE(Exists("started"));
  const Process fourth = Participant(3);
  for (const Process* process : {&second, &third, &fourth})
    EXPECT_EQ(ExitCode(*process), 0) << (*process)->Stderr();
  EXPECT_THAT(Lines("started"), SizeIs(3));
}

TEST_F(TogetherExamplesTest, TooFewDoNotStart) {
  ASSERT_EQ(
      Run("start_together", {"set", "--barrier", "/barrier", "--count", "2"})
          .status.code,
      0);
  EXPECT_EQ(Run("start_together",
                Shell({"run", "--barrier", "/barrier", "--wait", "0.2"},
                      "touch started"))
                .status.code,
            75);
  EXPECT_FALSE(Exists("started"));
}

TEST_F(TogetherExamplesTest, SortsByThreeWorkers) {
  std::vector<std::string> lines = WriteInput();
  std::sort(lines.begin(), lines.end());
  std::vector<Process> workers;
  for (int i = 0; i < 3; ++i) workers.push_back(Worker(i));
  for (const Process& worker : workers)
    EXPECT_EQ(ExitCode(worker), 0) << worker->Stderr();
  EXPECT_EQ(Lines("output"), lines);
  EXPECT_THAT(Files("."), SizeIs(2)) << "input and output, nothing else";
}

TEST_F(TogetherExamplesTest, AWorkerThatDiesBeforeTheStartIsReplaced) {
  std::vector<std::string> lines = WriteInput();
  std::sort(lines.begin(), lines.end());
  std::vector<Process> workers;
  for (int i = 0; i < 2; ++i) workers.push_back(Worker(i));
  EVENTUALLY(Children("/barrier") == 2);
  Kill9(workers[1]);
  EVENTUALLY(Children("/barrier") == 1);
  workers.erase(workers.begin() + 1);
  for (int i = 1; i < 3; ++i) workers.push_back(Worker(i));
  for (const Process& worker : workers)
    EXPECT_EQ(ExitCode(worker), 0) << worker->Stderr();
  EXPECT_EQ(Lines("output"), lines);
}

TEST_F(TogetherExamplesTest, APartOfTheDeadIsNotTakenForEmpty) {
  WriteInput();
  WriteFile(dir_.path() / "output", "of yesterday\n");
  ASSERT_OK(probe_.Create("/barrier", ""));
  // Worker 2 comes, and goes before it has done anything.
  auto dead = std::make_unique<ZkProbe>(servers_);
  ASSERT_OK(dead->Create("/barrier/dead", "", NodeKind::kEphemeral));
  const Process first = Worker(0), second = Worker(1);
  EVENTUALLY(probe_.Exists("/barrier/ready"));
  dead.reset();
  EXPECT_EQ(ExitCode(first), 1);
  EXPECT_THAT(first->Stderr(), HasSubstr("output.part2"));
  EXPECT_EQ(ExitCode(second), 0);
  EXPECT_EQ(Content("output"), "of yesterday\n");
}

}  // namespace
}  // namespace roster::testing
