#pragma once

#include "cli/command.h"

namespace roster::cli {

// `rosterctl progress`: what members are working on, with bars, rates and
// times of arrival, once or live.
Command AddProgressCommand(CLI::App& app);

}  // namespace roster::cli
