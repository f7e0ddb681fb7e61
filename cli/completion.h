#pragma once

#include <map>
#include <string>
#include <vector>

#include "CLI/App.hpp"
#include "cli/command.h"

namespace roster::cli {

// What can stand in place of the last of `words` on the command line of `app`:
// commands, flags, values of flags, and of positional words. It walks the tree
// that also parses, so the two cannot disagree. Lines of
// "answer<TAB>description", sorted; the description may be missing.
//
// `endpoint` is the flag whose value, when it is among the words, is where
// live names are asked for.
std::string CompleteWords(
    const CLI::App& app, const std::vector<std::string>& words,
    const std::map<const CLI::Option*, Completer>& completers,
    const CLI::Option& endpoint, Globals globals);

}  // namespace roster::cli
