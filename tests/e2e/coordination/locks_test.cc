// The examples of locks: with_lock, cron_once, word_cache, at_most, rebalance.
#include <signal.h>

#include <algorithm>
#include <set>

#include "absl/strings/numbers.h"
#include "tests/e2e/coordination/example_fixture.h"

namespace roster::testing {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

class LockExamplesTest : public ExampleTest {
 protected:
  int64_t Token(const std::string& file) const {
    int64_t token = 0;
    EXPECT_TRUE(absl::SimpleAtoi(Lines(file).at(0), &token));
    return token;
  }
};

TEST_F(LockExamplesTest, WithLockRunsTheNextWhenItsHolderIsKilled) {
  const Process first = Start(
      "with_lock", Shell({"--lock", "/lock"},
                         "echo $ROSTER_TOKEN > first; " + Until("never")));
  EVENTUALLY(!Content("first").empty());
  const Process second =
      Start("with_lock", Shell({"--lock", "/lock", "--wait", "60"},
                               "echo $ROSTER_TOKEN > second"));
  EVENTUALLY(Children("/lock") == 2);
  EXPECT_FALSE(Exists("second"));
  EXPECT_EQ(
      Run("with_lock", Shell({"--lock", "/lock"}, "touch third")).status.code,
      75);
  Kill9(first);
  EXPECT_EQ(ExitCode(second), 0);
  EXPECT_GT(Token("second"), Token("first"));
  EXPECT_FALSE(Exists("third"));
}

TEST_F(LockExamplesTest, WithLockEndsTheCommandWhenTheLockIsLost) {
  const Process holder =
      Start("with_lock",
            Shell({"--lock", "/lock"}, "touch begun; " + Until("never")));
  EVENTUALLY(Exists("begun"));
  const auto nodes = probe_.Children("/lock");
  ASSERT_OK(nodes);
  ASSERT_OK(probe_.Delete("/lock/" + nodes->at(0)));  // an operator's hand
  EXPECT_EQ(ExitCode(holder), 76);
}

TEST_F(LockExamplesTest, CronOnceRunsOnceInAPeriod) {
  std::vector<Process> hosts;
  for (int i = 0; i < 4; ++i)
    hosts.push_back(
        Start("cron_once", Shell({"--job", "backup", "--every", "1000000000",
                                  "--name", absl::StrCat("host-", i)},
                                 "echo ran >> runs")));
  int told = 0;
  for (const Process& host : hosts) {
    EXPECT_EQ(ExitCode(host), 0) << host->Stderr();
    told += host->Stdout().find("done by host-") != std::string::npos;
  }
  EXPECT_THAT(Lines("runs"), SizeIs(1));
  EXPECT_EQ(told, 3);
}

TEST_F(LockExamplesTest, CronOnceRunsElsewhereWhenItsHostDies) {
  const Arguments flags = {"--job", "backup", "--every", "1000000000"};
  const Process first =
      Start("cron_once", Shell(flags, "touch begun; " + Until("never")));
  EVENTUALLY(Exists("begun"));
  const Process second = Start("cron_once", Shell(flags, "echo ran >> runs"));
  Kill9(first);
  EXPECT_EQ(ExitCode(second), 0) << second->Stderr();
  EXPECT_THAT(Lines("runs"), SizeIs(1));
}

TEST_F(LockExamplesTest, CronOnceTriesAgainAfterAFailure) {
  const Arguments flags = {"--job", "backup", "--every", "1000000000"};
  EXPECT_EQ(Run("cron_once", Shell(flags, "exit 7")).status.code, 7);
  EXPECT_EQ(Run("cron_once", Shell(flags, "echo ran >> runs")).status.code, 0);
  EXPECT_THAT(Lines("runs"), SizeIs(1));
}

TEST_F(LockExamplesTest, WordCacheIsCountedOnceForAll) {
  std::filesystem::create_directory(dir_.path() / "texts");
  for (int i = 0; i < 20; ++i)
    WriteFile(dir_.path() / "texts" / std::to_string(i), "a whale, a sea\n");
  const Arguments flags = {"--lock", "/lock", "--cache",
                           "words",  "texts", "whale"};
  std::vector<Process> readers;
  for (int i = 0; i < 5; ++i) readers.push_back(Start("word_cache", flags));
  std::multiset<std::string> answers;
  for (const Process& reader : readers) {
    EXPECT_EQ(ExitCode(reader), 0) << reader->Stderr();
    answers.insert(reader->Stdout());
  }
  EXPECT_EQ(answers.count("20 counted\n"), 1);
  EXPECT_EQ(answers.count("20 cached\n"), 4);
  EXPECT_EQ(Children("/lock"), 0);

  WriteFile(dir_.path() / "texts" / "20", "another whale\n");
  EXPECT_EQ(Run("word_cache", flags).out, "21 counted\n");
  // Half of it, as its writer's death leaves it.
  const std::string cache = Content("words");
  WriteFile(dir_.path() / "words", cache.substr(0, cache.size() / 2));
  EXPECT_EQ(Run("word_cache", flags).out, "21 counted\n");
  EXPECT_EQ(Run("word_cache", flags).out, "21 cached\n");
}

TEST_F(LockExamplesTest, WordCacheWaitsForAWriterUntilItDies) {
  std::filesystem::create_directory(dir_.path() / "texts");
  const Arguments flags = {"--lock", "/lock", "--cache",
                           "words",  "texts", "whale"};
  ASSERT_OK(probe_.Create("/lock", ""));
  auto writer = std::make_unique<ZkProbe>(servers_);
  ASSERT_OK(
      writer->Create("/lock/x-__WRIT__", "", NodeKind::kEphemeralSequential));
  const Process reader = Start("word_cache", flags);
  EVENTUALLY(Children("/lock") == 2);
  EXPECT_TRUE(reader->Running());
  const int64_t session = writer->session_id();
  writer->Abandon();
  ASSERT_OK(probe_.ExpireSession(session));
  EXPECT_EQ(ExitCode(reader), 0) << reader->Stderr();
}

TEST_F(LockExamplesTest, AtMostSoManyRunAtATime) {
  std::filesystem::create_directory(dir_.path() / "running");
  const Arguments flags = {"--leases", "2", "--semaphore", "/leases"};
  std::vector<Process> hosts;
  for (int i = 0; i < 6; ++i)
    hosts.push_back(
        Start("at_most", Shell(flags,
                               "touch running/$$; ls running | wc -l >> seen; "
                               "sort /etc/passwd > /dev/null; rm running/$$")));
  for (const Process& host : hosts)
    EXPECT_EQ(ExitCode(host), 0) << host->Stderr();
  EXPECT_THAT(Lines("seen"), SizeIs(6));
  EXPECT_THAT(Lines("seen"), Each(Le("2")));
}

TEST_F(LockExamplesTest, AtMostGivesTheLeaseOfTheDeadToTheNext) {
  const auto start = [&](const std::string& name) {
    return Start("at_most", Shell({"--leases", "1", "--semaphore", "/leases"},
                                  "touch " + name + "; " + Until("go")));
  };
  const Process first = start("first");
  EVENTUALLY(Exists("first"));
  const Process second = start("second");
  EVENTUALLY(Children("/leases/leases") == 2);
  EXPECT_FALSE(Exists("second"));
  Kill9(first);
  EVENTUALLY(Exists("second"));
  Touch("go");
  EXPECT_EQ(ExitCode(second), 0);
}

TEST_F(LockExamplesTest, RebalancingInARingNeitherStopsNorLosesFiles) {
  const Arguments folders = {"a", "b", "c"};
  for (const std::string& folder : folders)
    std::filesystem::create_directory(dir_.path() / folder);
  for (int i = 0; i < 30; ++i) Touch(absl::StrCat("a/", i));
  const auto pair = [&](size_t i) {
    return Arguments{"--locks", "/locks", folders[i], folders[(i + 1) % 3]};
  };
  for (int round = 0; round < 3; ++round) {
    std::vector<Process> hosts;
    for (size_t i = 0; i < 3; ++i) hosts.push_back(Start("rebalance", pair(i)));
    for (const Process& host : hosts)
      EXPECT_EQ(ExitCode(host), 0) << host->Stderr();
  }
  std::set<std::string> files;
  size_t count = 0;
  for (const std::string& folder : folders)
    for (const std::string& file : Files(folder)) {
      files.insert(file);
      ++count;
    }
  EXPECT_THAT(files, SizeIs(30));
  EXPECT_EQ(count, 30);
  EXPECT_THAT(Files("c"), Not(IsEmpty()));
}

}  // namespace
}  // namespace roster::testing
