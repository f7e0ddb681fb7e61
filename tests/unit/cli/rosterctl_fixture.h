#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/subprocess.h"
#include "tests/unit/cli/fake_rosterd.h"

namespace roster::testing {

// The real rosterctl against a FakeRosterd.
class RosterctlTest : public ::testing::Test {
 protected:
  // `rosterctl ARGUMENTS...` to its end, with ROSTER_ENDPOINT set to the fake.
  CommandResult Run(std::vector<std::string> arguments) const;
  // The same, left running.
  std::unique_ptr<Subprocess> Start(std::vector<std::string> arguments) const;

  // Path of the program, and its environment.
  static std::string Binary();
  std::vector<std::pair<std::string, std::string>> Environment() const;

  FakeMembershipService& service() { return rosterd_.service(); }
  FakeControlService& control() { return rosterd_.control(); }
  FakeCoordinationService& coordination() { return rosterd_.coordination(); }

  FakeRosterd rosterd_;
};

}  // namespace roster::testing
