#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl audit`: who ordered what.
Command AddAuditCommand(CLI::App& app);

}  // namespace roster::cli
