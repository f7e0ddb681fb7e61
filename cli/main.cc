// rosterctl: the operator's command line. See docs/rosterctl.md.

#include <stdlib.h>

#include <cstdio>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "cli/application.h"
#include "cli/client.h"
#include "cli/terminal.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  // The API carries UTF-8 only; without this, protobuf would complain.
  for (const std::string& argument : arguments) {
    if (roster::base::IsValidUtf8(argument)) continue;
    std::fprintf(stderr, "rosterctl: an argument is not UTF-8: '%s'\n",
                 roster::base::ToValidUtf8(argument).c_str());
    return 2;
  }
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
