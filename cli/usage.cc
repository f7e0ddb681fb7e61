#include "cli/usage.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "base/strings.h"
#include "cli/nearest.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

constexpr char kNotConverted[] = "Could not convert: ";

// The name of an error can be that of the command.
bool HasCode(const CLI::ParseError& error, CLI::ExitCodes code) {
  return error.get_exit_code() == static_cast<int>(code);
}

bool IsFlag(const std::string& word) {
  return word.size() > 1 && word.front() == '-' && word != "--";
}

// Of the command, and of those above it, whose flags it takes too.
const CLI::Option* FindOption(const CLI::App& app, const std::string& name) {
  for (const CLI::App* level = &app; level != nullptr;
       level = level->get_parent()) {
    const CLI::Option* option = level->get_option_no_throw(name);
    if (option != nullptr) return option;
  }
  return nullptr;
}

std::string NoSuchFlag(const CLI::App& app, const std::string& word) {
  const std::string typed = word.substr(0, word.find('='));
  std::set<std::string> flags;
  for (const CLI::App* level = &app; level != nullptr;
       level = level->get_parent()) {
    for (const CLI::Option* option : level->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        flags.insert("--" + name);
      }
    }
  }
  return base::StrCat("there is no flag '", Visible(typed), "'",
                      DidYouMean(Nearest(typed, {flags.begin(), flags.end()},
                                         /*limit=*/2)));
}

// "--count wants a number, not 'x'", from "Could not convert: --count = x".
std::string NotConverted(const CLI::App& app, const std::string& what) {
  const std::string rest = what.substr(sizeof(kNotConverted) - 1);
  const size_t equals = rest.find(" = ");
  if (equals == std::string::npos) return what;
  const std::string name = rest.substr(0, equals);
  const CLI::Option* option = FindOption(app, name);
  if (option == nullptr) return what;
  return base::StrCat(name, " wants a ",
                      absl::AsciiStrToLower(option->get_type_name()), ", not '",
                      Visible(rest.substr(equals + 3)), "'");
}

std::string Mistake(const CLI::App& app, const CLI::App& command,
                    const CLI::ParseError& error) {
  const std::vector<std::string> rest = app.remaining(/*recurse=*/true);
  const bool missing = HasCode(error, CLI::ExitCodes::RequiredError);
  std::string what = error.what();
  if (missing || HasCode(error, CLI::ExitCodes::ExtrasError)) {
    // A flag after a command that is wrong is not a mistake of its own.
    const bool wants_command = command.get_require_subcommand_min() > 0;
    if (wants_command && !rest.empty() && !IsFlag(rest.front())) {
      return NoSuchCommand(command, rest.front());
    }
    const auto flag = std::find_if(rest.begin(), rest.end(), IsFlag);
    if (flag != rest.end()) return NoSuchFlag(command, *flag);
  }
  if (missing && &app == &command && rest.empty()) {
    return "what should be shown? name a command, such as members or status";
  }
  if (absl::StartsWith(what, kNotConverted)) return NotConverted(command, what);
  if (absl::StartsWith(what, "The ")) what.front() = 't';
  return what;
}

}  // namespace

std::string ExplainUsage(const CLI::App& app, const CLI::ParseError& error) {
  if (std::string forgotten = ForgottenValue(app); !forgotten.empty())
    return forgotten;
  const CLI::App& command = InnermostCommand(app);
  return WithHelp(Mistake(app, command, error), command);
}

std::string ForgottenValue(const CLI::App& app) {
  const CLI::App& command = InnermostCommand(app);
  for (const CLI::App* level = &command; level != nullptr;
       level = level->get_parent()) {
    for (const CLI::Option* option : level->get_options()) {
      if (option->get_lnames().empty() || option->get_items_expected_max() == 0)
        continue;
      for (const std::string& value : option->results())
        if (value.starts_with("--") && FindOption(command, value) != nullptr)
          return WithHelp(
              base::StrCat("--", option->get_lnames().front(),
                           " wants a value, and '", value, "' follows it"),
              command);
    }
  }
  return "";
}

std::string StrayWord(const CLI::App& app) {
  const CLI::App& command = InnermostCommand(app);
  for (const CLI::App* level = command.get_parent(); level != nullptr;
       level = level->get_parent())
    for (const CLI::Option* option : level->get_options())
      if (option->get_positional() && option->count() > 0)
        return WithHelp(
            base::StrCat("the following argument was not expected: ",
                         Visible(option->results().front())),
            command);
  return "";
}

std::string WithHelp(const std::string& what, const CLI::App& command) {
  return base::StrCat(what, what.ends_with("?") ? " " : "; ", "see '",
                      FullName(command), " --help'");
}

std::string NoSuchCommand(const CLI::App& app, const std::string& typed) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    names.push_back(command->get_name());
  }
  const std::string of =
      app.get_parent() == nullptr ? "" : base::StrCat(FullName(app), " ");
  return base::StrCat("there is no command '", of, Visible(typed), "'",
                      DidYouMean(Nearest(typed, names, /*limit=*/2)));
}

const CLI::App& InnermostCommand(const CLI::App& app) {
  const CLI::App* command = &app;
  while (!command->get_subcommands().empty()) {
    command = command->get_subcommands().front();
  }
  return *command;
}

std::string FullName(const CLI::App& app) {
  if (app.get_parent() == nullptr) return app.get_name();
  return base::StrCat(FullName(*app.get_parent()), " ", app.get_name());
}

void KeepOwnExamples(CLI::App& app) {
  if (app.get_parent() == nullptr ||
      app.get_footer() != app.get_parent()->get_footer()) {
    return;
  }
  const std::string wanted = base::StrCat("  ", FullName(app), " ");
  std::string examples;
  bool continued = false;  // the line before ended in a backslash
  const std::vector<std::string> lines = absl::StrSplit(app.get_footer(), '\n');
  for (const std::string& line : lines) {
    if (!continued && !absl::StartsWith(line + " ", wanted)) continue;
    examples += "\n" + line;
    continued = absl::EndsWith(line, "\\");
  }
  app.footer(examples.empty() ? "" : "Examples:" + examples);
}

}  // namespace roster::cli
