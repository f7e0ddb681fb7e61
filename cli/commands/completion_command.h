#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl completion SHELL`: the script that makes bash, zsh or fish
// complete the command line. The scripts only ask `rosterctl __complete`.
Command AddCompletionCommand(CLI::App& app);

}  // namespace roster::cli
