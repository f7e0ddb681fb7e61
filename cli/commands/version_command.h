#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl version`: its own version, and that of rosterd if it answers.
Command AddVersionCommand(CLI::App& app);

}  // namespace roster::cli
