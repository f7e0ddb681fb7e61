#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl holds`: who holds what offline.
Command AddHoldsCommand(CLI::App& app);
// `rosterctl order NAME`: what was ordered of one member.
Command AddOrderCommand(CLI::App& app);

}  // namespace roster::cli
