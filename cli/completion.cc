#include "cli/completion.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/strings.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

// Position is where the words before the last one have led.
struct Position {
  std::vector<const CLI::App*> apps;     // from the root to the command
  const CLI::Option* pending = nullptr;  // a flag that waits for its value
  size_t positionals = 0;                // of the command, already given
};

bool TakesValue(const CLI::Option& option) {
  return option.get_items_expected_max() > 0;
}

// The flag that `word` ("--output", "-o") names; null if there is none.
const CLI::Option* FindFlag(const Position& position, const std::string& word) {
  for (const CLI::App* app : position.apps) {
    const CLI::Option* option = app->get_option_no_throw(word);
    if (option != nullptr && option->nonpositional()) return option;
  }
  return nullptr;
}

std::vector<const CLI::Option*> Positionals(const CLI::App& app) {
  return app.get_options(
      [](const CLI::Option* option) { return option->get_positional(); });
}

void Advance(Position& position, const std::string& word,
             const CLI::Option& endpoint, Globals& globals) {
  if (position.pending != nullptr) {
    if (position.pending == &endpoint) globals.endpoint = word;
    position.pending = nullptr;
    return;
  }
  if (word.starts_with("-")) {
    const size_t equals = word.find('=');
    const CLI::Option* flag = FindFlag(position, word.substr(0, equals));
    if (flag == nullptr || !TakesValue(*flag)) return;
    if (equals == std::string::npos) {
      position.pending = flag;
    } else if (flag == &endpoint) {
      globals.endpoint = word.substr(equals + 1);
    }
    return;
  }
  const CLI::App* command = nullptr;
  for (const CLI::App* candidate :
       position.apps.back()->get_subcommands(nullptr)) {
    if (candidate->get_name() == word) command = candidate;
  }
  if (command != nullptr) {
    position.apps.push_back(command);
  } else {
    ++position.positionals;
  }
}

// Adds lines for those of `answers` that begin with `typed`.
class Answers {
 public:
  explicit Answers(std::string typed) : typed_(std::move(typed)) {}

  void Add(const std::string& answer, const std::string& description = "") {
    if (!answer.starts_with(typed_)) return;
    // A name with control characters, or blanks, cannot be typed from a list.
    if (Visible(answer) != answer) return;
    if (answer.find(' ') != std::string::npos) return;
    lines_.insert(description.empty()
                      ? answer + "\n"
                      : base::StrCat(answer, "\t", description, "\n"));
  }
  std::string Take() const {
    std::string out;
    for (const std::string& line : lines_) out += line;
    return out;
  }

 private:
  const std::string typed_;
  std::set<std::string> lines_;
};

}  // namespace

std::string CompleteWords(
    const CLI::App& app, const std::vector<std::string>& words,
    const std::map<const CLI::Option*, Completer>& completers,
    const CLI::Option& endpoint, Globals globals) {
  Position position = {.apps = {&app}};
  const std::string typed = words.empty() ? "" : words.back();
  for (size_t i = 0; i + 1 < words.size(); ++i) {
    Advance(position, words[i], endpoint, globals);
  }
  Answers answers(typed);
  const auto add_values = [&](const CLI::Option* option,
                              const std::string& prefix) {
    const auto completer = completers.find(option);
    if (completer == completers.end()) return;
    for (const std::string& value : completer->second(globals)) {
      answers.Add(prefix + value);
    }
  };
  if (position.pending != nullptr) {
    add_values(position.pending, "");
    return answers.Take();
  }
  const size_t equals = typed.find('=');
  if (typed.starts_with("--") && equals != std::string::npos) {
    add_values(FindFlag(position, typed.substr(0, equals)),
               typed.substr(0, equals + 1));
    return answers.Take();
  }
  if (typed.starts_with("-")) {
    for (const CLI::App* level : position.apps) {
      for (const CLI::Option* option : level->get_options()) {
        for (const std::string& name : option->get_lnames()) {
          answers.Add("--" + name, option->get_description());
        }
      }
    }
    return answers.Take();
  }
  for (const CLI::App* command :
       position.apps.back()->get_subcommands(nullptr)) {
    answers.Add(command->get_name(), command->get_description());
  }
  const auto positionals = Positionals(*position.apps.back());
  if (position.positionals < positionals.size()) {
    add_values(positionals[position.positionals], "");
  } else if (!positionals.empty() &&
             positionals.back()->get_items_expected_max() > 1) {
    add_values(positionals.back(), "");  // NAME...
  }
  return answers.Take();
}

}  // namespace roster::cli
