#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl drain`: takes members offline when their work is done, and
// watches.
Command AddDrainCommand(CLI::App& app);
// `rosterctl offline`: takes members offline at once.
Command AddOfflineCommand(CLI::App& app);

}  // namespace roster::cli
