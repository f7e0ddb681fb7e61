#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl monitors`: the rosterds, and who is elected.
Command AddMonitorsCommand(CLI::App& app);

}  // namespace roster::cli
