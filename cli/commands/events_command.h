#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl events`: what happened, and what happens.
Command AddEventsCommand(CLI::App& app);

}  // namespace roster::cli
