#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl budget list|set|delete|explain`.
Command AddBudgetCommand(CLI::App& app);

}  // namespace roster::cli
