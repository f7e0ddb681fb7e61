#include "tests/unit/cli/rosterctl_fixture.h"

#include "tests/support/status_matchers.h"

namespace roster::testing {

std::string RosterctlTest::Binary() { return ROSTERCTL_BINARY; }

std::vector<std::pair<std::string, std::string>> RosterctlTest::Environment()
    const {
  // A proxy for the web, as many hosts have one, must not be used.
  return {{"ROSTER_ENDPOINT", rosterd_.endpoint()},
          {"TZ", "UTC"},
          {"NO_COLOR", ""},
          {"http_proxy", "http://127.0.0.1:9"}};
}

CommandResult RosterctlTest::Run(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), Binary());
  auto result = RunCommand(
      SubprocessOptions{.argv = std::move(arguments), .env = Environment()});
  EXPECT_OK(result);
  return result.ok() ? *std::move(result) : CommandResult{};
}

std::unique_ptr<Subprocess> RosterctlTest::Start(
    std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), Binary());
  auto process = Subprocess::Start(
      SubprocessOptions{.argv = std::move(arguments), .env = Environment()});
  EXPECT_OK(process);
  return process.ok() ? *std::move(process) : nullptr;
}

}  // namespace roster::testing
