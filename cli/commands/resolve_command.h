#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl resolve`: where a service can be reached.
Command AddResolveCommand(CLI::App& app);

}  // namespace roster::cli
