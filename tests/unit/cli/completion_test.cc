// `rosterctl completion` and `rosterctl __complete`.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/cli/rosterctl_fixture.h"
#include "tests/unit/cli/sample_members.h"

namespace roster::testing {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class CompletionTest : public RosterctlTest {
 protected:
  CompletionTest() {
    service().SetMember(PlainMember("web-01", absl::Now()));
    service().SetMember(PlainMember("web-02:8080", absl::Now()));
    service().SetMember(PlainMember("db-01", absl::Now()));
  }

  // Answers, without descriptions.
  std::vector<std::string> Complete(std::vector<std::string> words) const {
    words.insert(words.begin(), "__complete");
    const CommandResult result = Run(words);
    EXPECT_EQ(result.status.code, 0);
    EXPECT_EQ(result.err, "");
    std::vector<std::string> answers;
    for (const std::string& line : std::vector<std::string>(
             absl::StrSplit(result.out, '\n', absl::SkipEmpty()))) {
      answers.push_back(line.substr(0, line.find('\t')));
    }
    return answers;
  }

  // The script for `shell`, in a file.
  std::string Script(const std::string& shell) const {
    const std::string path = dir_.File(shell);
    const CommandResult result = Run({"completion", shell});
    EXPECT_EQ(result.status.code, 0) << result.err;
    WriteFile(path, result.out);
    return path;
  }

  CommandResult Shell(std::vector<std::string> argv) const {
    auto env = Environment();
    env.push_back({"PATH", absl::StrCat(BinaryDir(), ":/usr/bin:/bin")});
    auto result =
        RunCommand(SubprocessOptions{.argv = std::move(argv), .env = env});
    EXPECT_OK(result);
    return result.ok() ? *std::move(result) : CommandResult{};
  }

  static std::string BinaryDir() {
    const std::string binary = Binary();
    return binary.substr(0, binary.rfind('/'));
  }

  TempDir dir_;
};

TEST_F(CompletionTest, Commands) {
  EXPECT_THAT(Complete({"mem"}), ElementsAre("member", "members"));
  EXPECT_THAT(Complete({""}), AllOf(Contains("status"), Contains("events")));
  EXPECT_THAT(Complete({}), Contains("status"));
  EXPECT_THAT(Complete({"nothing"}), IsEmpty());
}

TEST_F(CompletionTest, FlagsOfTheCommandAndGlobalOnes) {
  EXPECT_THAT(Complete({"members", "--s"}),
              ElementsAre("--selector", "--sort"));
  EXPECT_THAT(Complete({"members", "--"}),
              AllOf(Contains("--watch"), Contains("--endpoint")));
  EXPECT_THAT(Complete({"events", "--"}), Not(Contains("--sort")));
}

TEST_F(CompletionTest, ValuesOfFlags) {
  EXPECT_THAT(Complete({"members", "-o", "y"}), ElementsAre("yaml"));
  EXPECT_THAT(Complete({"events", "--output", ""}),
              ElementsAre("json", "table", "wide", "yaml"));
  EXPECT_THAT(Complete({"members", "--output=j"}),
              ElementsAre("--output=json"));
  EXPECT_THAT(Complete({"events", "--type", "task-s"}),
              ElementsAre("task-stalled", "task-started", "task-succeeded"));
  EXPECT_THAT(Complete({"members", "--cluster", ""}), ElementsAre("default"));
  EXPECT_THAT(Complete({"completion", "z"}), ElementsAre("zsh"));
  EXPECT_THAT(Complete({"members", "-l", ""}), IsEmpty());
}

TEST_F(CompletionTest, NamesOfLiveMembers) {
  EXPECT_THAT(Complete({"member", "web"}),
              ElementsAre("web-01", "web-02:8080"));
  EXPECT_THAT(Complete({"member", "-o", "json", "d"}), ElementsAre("db-01"));
  EXPECT_THAT(Complete({"events", "--member", "d"}), ElementsAre("db-01"));
  EXPECT_THAT(Complete({"member", "db-01", ""}), IsEmpty());
}

TEST_F(CompletionTest, AsksTheEndpointOnTheCommandLine) {
  EXPECT_THAT(Complete({"--endpoint", "127.0.0.1:1", "member", ""}), IsEmpty());
  EXPECT_THAT(Complete({"--endpoint=127.0.0.1:1", "member", ""}), IsEmpty());
}

TEST_F(CompletionTest, IsQuietWithoutRosterd) {
  rosterd_.Stop();
  EXPECT_THAT(Complete({"member", ""}), IsEmpty());
}

TEST_F(CompletionTest, HostileNamesAreNotOffered) {
  service().SetMember(PlainMember("$(reboot)\x1b", absl::Now()));
  service().SetMember(PlainMember("two words", absl::Now()));
  EXPECT_THAT(Complete({"member", ""}),
              ElementsAre("db-01", "web-01", "web-02:8080"));
}

TEST_F(CompletionTest, BashScriptIsValid) {
  const CommandResult check = Shell({"bash", "-n", Script("bash")});
  EXPECT_EQ(check.status.code, 0) << check.err;
}

TEST_F(CompletionTest, BashScriptCompletes) {
  const std::string script = Script("bash");
  const auto complete = [&](const std::string& line) {
    return Shell({"bash", "-c",
                  absl::StrCat("source ", script,
                               "; COMP_LINE=$0; COMP_POINT=${#COMP_LINE}; "
                               "_rosterctl; printf '%s\\n' \"${COMPREPLY[@]}\"",
                               ""),
                  line})
        .out;
  };
  EXPECT_EQ(complete("rosterctl mem"), "member\nmembers\n");
  EXPECT_EQ(complete("rosterctl member d"), "db-01\n");
  EXPECT_EQ(complete("rosterctl members --output "),
            "json\nname\ntable\nwide\nyaml\n");
  // Bash breaks words at colons and replaces only what follows the last one.
  EXPECT_EQ(complete("rosterctl member web-02:"), "8080\n");
  EXPECT_EQ(complete("rosterctl members --output=j"), "json\n");
}

TEST_F(CompletionTest, ZshScriptIsValid) {
  if (access("/usr/bin/zsh", X_OK) != 0) GTEST_SKIP() << "zsh is missing";
  const CommandResult check = Shell({"zsh", "-n", Script("zsh")});
  EXPECT_EQ(check.status.code, 0) << check.err;
}

TEST_F(CompletionTest, ZshScriptLoads) {
  if (access("/usr/bin/zsh", X_OK) != 0) GTEST_SKIP() << "zsh is missing";
  const CommandResult load =
      Shell({"zsh", "-fc",
             absl::StrCat("autoload -U compinit; compinit -D -u; source ",
                          Script("zsh"), "; print $_comps[rosterctl]")});
  EXPECT_EQ(load.out, "_rosterctl\n") << load.err;
}

TEST_F(CompletionTest, FishScriptIsValid) {
  if (access("/usr/bin/fish", X_OK) != 0) GTEST_SKIP() << "fish is missing";
  const CommandResult check = Shell({"fish", "-n", Script("fish")});
  EXPECT_EQ(check.status.code, 0) << check.err;
}

TEST_F(CompletionTest, FishScriptCompletes) {
  if (access("/usr/bin/fish", X_OK) != 0) GTEST_SKIP() << "fish is missing";
  const CommandResult result =
      Shell({"fish", "--no-config", "-c",
             absl::StrCat("source ", Script("fish"),
                          "; complete -C 'rosterctl member d'")});
  EXPECT_EQ(result.out, "db-01\n") << result.err;
}

}  // namespace
}  // namespace roster::testing
