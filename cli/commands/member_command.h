#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl member NAME`: everything about one member.
Command AddMemberCommand(CLI::App& app);

}  // namespace roster::cli
