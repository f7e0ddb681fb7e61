#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl policy get|set`: how members report, and the mass-loss guard.
Command AddPolicyCommand(CLI::App& app);
// `rosterctl guard release`: ends the mass-loss guard.
Command AddGuardCommand(CLI::App& app);

}  // namespace roster::cli
