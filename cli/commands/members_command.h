#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl members`: the members of a cluster, once or as they change.
Command AddMembersCommand(CLI::App& app);

}  // namespace roster::cli
