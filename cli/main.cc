// rosterctl: the operator's command line. See docs/rosterctl.md.

#include <stdlib.h>

#include <string>
#include <vector>

#include "cli/application.h"
#include "cli/client.h"
#include "cli/terminal.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  // rosterctl says itself what is wrong; log lines of the library would stand
  // in between. GRPC_VERBOSITY=debug still brings them.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  roster::cli::Application application;
  // For the completion scripts only: it takes half-written command lines,
  // which would not parse.
  if (!arguments.empty() && arguments.front() == "__complete") {
    return roster::cli::ExitCode(roster::cli::Print(
        application.Complete({arguments.begin() + 1, arguments.end()})));
  }
  return application.Run(arguments);
}
