#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl rolling-restart`: restarts members batch by batch, and watches.
Command AddRollingRestartCommand(CLI::App& app);

}  // namespace roster::cli
