#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl evict NAME`: removes a member that ignores its order.
Command AddEvictCommand(CLI::App& app);
// `rosterctl forget NAME`: forgets a member that is gone.
Command AddForgetCommand(CLI::App& app);

}  // namespace roster::cli
