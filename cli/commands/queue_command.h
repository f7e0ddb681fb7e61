#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl queue`: what waits in which queue.
Command AddQueueCommand(CLI::App& app);

}  // namespace roster::cli
