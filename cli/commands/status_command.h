#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl status`: is rosterd well, how fresh is its view, how many members
// have which status.
Command AddStatusCommand(CLI::App& app);

}  // namespace roster::cli
