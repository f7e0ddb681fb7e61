#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl operations`: the operations of a cluster.
Command AddOperationsCommand(CLI::App& app);
// `rosterctl operation ID`: shows, watches, pauses, resumes, cancels one.
Command AddOperationCommand(CLI::App& app);

}  // namespace roster::cli
