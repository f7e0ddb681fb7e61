// rosterctl: the operator's command line. See docs/rosterctl.md.

#include <string>
#include <vector>

#include "cli/application.h"
#include "cli/client.h"
#include "cli/terminal.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  roster::cli::Application application;
  // For the completion scripts only: it takes half-written command lines,
  // which would not parse.
  if (!arguments.empty() && arguments.front() == "__complete") {
    return roster::cli::ExitCode(roster::cli::Print(
        application.Complete({arguments.begin() + 1, arguments.end()})));
  }
  return application.Run(arguments);
}
