#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl clusters`: the clusters that rosterd watches, one line each.
Command AddClustersCommand(CLI::App& app);

}  // namespace roster::cli
