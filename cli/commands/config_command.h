#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl config`: the cluster's configuration.
Command AddConfigCommand(CLI::App& app);

}  // namespace roster::cli
