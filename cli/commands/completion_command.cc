#include "cli/commands/completion_command.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/terminal.h"

namespace roster::cli {
namespace {

// The shell passes the words before the cursor; the last of them is the one to
// complete and may be empty. Answers are lines of "word<TAB>description".

// Colons are in bash's COMP_WORDBREAKS, so a name like web:8080 reaches us in
// three words; the script reads the line again without them.
constexpr char kBash[] =
    R"sh(# bash completion for rosterctl: source <(rosterctl completion bash)
_rosterctl() {
  local line=${COMP_LINE:0:COMP_POINT} word answer
  local -a words
  read -r -a words <<<"$line"
  [[ $line == *[[:space:]] ]] && words+=("")
  word=${words[${#words[@]} - 1]}
  COMPREPLY=()
  while IFS=$'\t' read -r answer _; do
    [[ -n $answer ]] && COMPREPLY+=("$answer")
  done < <(command "${words[0]}" __complete "${words[@]:1}" 2>/dev/null)
  # Readline replaces only what follows the last break character.
  if [[ $word == *:* && $COMP_WORDBREAKS == *:* ]]; then
    COMPREPLY=("${COMPREPLY[@]#"${word%"${word##*:}"}"}")
  fi
  if [[ $word == --*=* && $COMP_WORDBREAKS == *=* ]]; then
    COMPREPLY=("${COMPREPLY[@]#"${word%%=*}="}")
  fi
}
complete -F _rosterctl rosterctl
)sh";

constexpr char kZsh[] = R"sh(#compdef rosterctl
# zsh completion for rosterctl: source <(rosterctl completion zsh)
_rosterctl() {
  local line answer description
  local -a lines answers
  lines=("${(@f)$(command ${words[1]} __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
  for line in $lines; do
    answer=${line%%$'\t'*}
    [[ -z $answer ]] && continue
    description=
    [[ $line == *$'\t'* ]] && description=${line#*$'\t'}
    answers+=("${answer//:/\\:}${description:+:$description}")
  done
  (( ${#answers} )) && _describe -o rosterctl answers
}
if [[ $funcstack[1] == _rosterctl ]]; then
  _rosterctl "$@"
else
  compdef _rosterctl rosterctl
fi
)sh";

constexpr char kFish[] =
    R"sh(# fish completion for rosterctl: rosterctl completion fish | source
function __rosterctl_complete
    set -l tokens (commandline -opc)
    set -l current (commandline -ct)
    command $tokens[1] __complete $tokens[2..-1] "$current" 2>/dev/null
end
complete -c rosterctl -f -a '(__rosterctl_complete)'
)sh";

const std::map<std::string, std::string>& Scripts() {
  static const auto& scripts = *new std::map<std::string, std::string>{
      {"bash", kBash}, {"fish", kFish}, {"zsh", kZsh}};
  return scripts;
}

}  // namespace

Command AddCompletionCommand(CLI::App& app) {
  const auto shell = std::make_shared<std::string>();
  std::vector<std::string> shells;
  for (const auto& [name, script] : Scripts()) shells.push_back(name);
  Command command;
  command.app = app.add_subcommand("completion",
                                   "Print the completion script of a shell");
  CLI::Option* option =
      command.app->add_option("SHELL", *shell, "bash, zsh or fish")
          ->required()
          ->check(CLI::IsMember(shells).description(""))
          ->type_name("");
  command.app->footer(R"(Examples:
  source <(rosterctl completion bash)      # in ~/.bashrc
  source <(rosterctl completion zsh)       # in ~/.zshrc, after compinit
  rosterctl completion fish | source       # in ~/.config/fish/config.fish)");
  command.completers = {{option, Words(shells)}};
  command.run = [shell](const Globals&) { return Print(Scripts().at(*shell)); };
  return command;
}

}  // namespace roster::cli
