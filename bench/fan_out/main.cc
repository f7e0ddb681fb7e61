// One role of the fan-out bench; run.py starts them and compares.

#include <CLI/CLI.hpp>

#include "bench/fan_out/roles.h"

int main(int argc, char** argv) {
  CLI::App app{"A role of the fan-out bench; see bench/README.md"};
  app.require_subcommand(1);
  int message_bytes = 300;
  roster::bench::ReaderOptions readers;

  CLI::App* broadcast =
      app.add_subcommand("broadcast", "a gRPC server that only broadcasts");
  broadcast->add_option("--message-bytes", message_bytes);
  CLI::App* readers_command =
      app.add_subcommand("readers", "many WatchMembers streams");
  readers_command->add_option("--endpoint", readers.endpoint)->required();
  readers_command->add_option("--streams", readers.streams);
  readers_command->add_option("--channels", readers.channels);
  readers_command->add_flag("--never-read", readers.never_read);
  CLI11_PARSE(app, argc, argv);

  if (broadcast->parsed()) return roster::bench::RunBroadcast(message_bytes);
  return roster::bench::RunReaders(readers);
}
