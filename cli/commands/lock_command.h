#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl lock`: who has which lock, and who waits for it.
Command AddLockCommand(CLI::App& app);

}  // namespace roster::cli
