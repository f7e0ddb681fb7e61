#pragma once

#include <string>
#include <vector>

#include "CLI/App.hpp"

namespace roster::cli {

// How a command prints, by -o.
enum class Format { kTable, kWide, kJson, kYaml, kName };

inline bool IsTable(Format format) {
  return format == Format::kTable || format == Format::kWide;
}

// Adds -o/--output with the formats of `choices`, by their names on the
// command line ("table", ...), to `app`. `format` must outlive the parsing.
CLI::Option* AddFormatOption(CLI::App& app, Format& format,
                             const std::vector<std::string>& choices);

// All of them.
std::vector<std::string> AllFormats();

// Adds an option whose value is one of `choices`; the first is the default.
CLI::Option* AddChoice(CLI::App& app, const std::string& flags,
                       std::string& value,
                       const std::vector<std::string>& choices,
                       const std::string& help);

}  // namespace roster::cli
