#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl leader`: who leads, and who should.
Command AddLeaderCommand(CLI::App& app);

}  // namespace roster::cli
