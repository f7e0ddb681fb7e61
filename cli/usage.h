#pragma once

#include <string>
#include <vector>

#include "CLI/App.hpp"

namespace roster::cli {

// What the parsing of `app` went wrong with, and where to read on: "there is
// no flag '--resaon'; did you mean '--reason'?; see 'rosterctl drain --help'".
// Words that are nearly right are named.
//
// REQUIRES: `app` has just thrown `error`.
std::string ExplainUsage(const CLI::App& app, const CLI::ParseError& error);

// The mistake of a flag whose value was forgotten, so that it took the flag
// after it for one: "--reason wants a value, and '--yes' follows it". Empty if
// `app`, which has been parsed, has no such flag. The parser lets it pass.
std::string ForgottenValue(const CLI::App& app);

// The mistake of a word too many, which the parser gave to the command above:
// of "leader designate kz web-02" to "leader". Empty if there is none.
std::string StrayWord(const CLI::App& app);

// What is said of the word `typed` where `app` wants a command.
std::string NoSuchCommand(const CLI::App& app, const std::string& typed);

// `what`, and that the help on `command` tells more.
std::string WithHelp(const std::string& what, const CLI::App& command);

// The command that `app` has parsed, down to the innermost one; `app` itself
// if there is none.
const CLI::App& InnermostCommand(const CLI::App& app);

// "rosterctl budget set" for the command of that name.
std::string FullName(const CLI::App& app);

// A command that is made under another one takes over its text below the
// flags. Leaves of it what concerns the command: its own examples.
void KeepOwnExamples(CLI::App& app);

}  // namespace roster::cli
