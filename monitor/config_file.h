#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace roster::monitor {

// Hands the settings of a YAML file to the options of `app` that neither a
// flag nor a variable has set: one document of at most 1 MiB. Returns an error
// text, with the line, or "".
std::string ReadConfigFile(const std::string& file, CLI::App& app);

}  // namespace roster::monitor
