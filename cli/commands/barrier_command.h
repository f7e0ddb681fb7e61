#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl barrier`: which are open, and who is inside.
Command AddBarrierCommand(CLI::App& app);

}  // namespace roster::cli
