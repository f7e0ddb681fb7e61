#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl online`: ends holds.
Command AddOnlineCommand(CLI::App& app);

}  // namespace roster::cli
