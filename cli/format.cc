#include "cli/format.h"

#include <algorithm>

#include "CLI/Validators.hpp"
#include "absl/strings/str_join.h"

namespace roster::cli {

std::vector<std::string> AllFormats() {
  return {"table", "wide", "json", "yaml", "name"};
}

CLI::Option* AddFormatOption(CLI::App& app, Format& format,
                             const std::vector<std::string>& choices) {
  const std::vector<std::string> all = AllFormats();  // order of the enum
  return app
      .add_option_function<std::string>(
          "-o,--output",
          [&format, all](const std::string& name) {
            const auto found = std::find(all.begin(), all.end(), name);
            format = static_cast<Format>(found - all.begin());
          },
          "How to print: " + absl::StrJoin(choices, ", "))
      ->check(CLI::IsMember(choices).description(""))
      ->type_name("FORMAT");
}

CLI::Option* AddChoice(CLI::App& app, const std::string& flags,
                       std::string& value,
                       const std::vector<std::string>& choices,
                       const std::string& help) {
  value = choices.front();
  return app
      .add_option(flags, value, help + ": " + absl::StrJoin(choices, ", "))
      ->check(CLI::IsMember(choices).description(""))
      ->type_name("WORD");
}

}  // namespace roster::cli
