// One role of the end-to-end bench; run.py starts them and compares.

#include <CLI/CLI.hpp>

#include "bench/end_to_end/roles.h"

int main(int argc, char** argv) {
  CLI::App app{"A role of the end-to-end bench; see bench/README.md"};
  app.require_subcommand(1);
  roster::bench::LoadOptions load;
  std::string servers, members_path = "/clusterServer", endpoint;

  CLI::App* load_command =
      app.add_subcommand("load", "makes and updates members");
  load_command->add_option("--servers", servers)->required();
  load_command->add_option("--members", load.members);
  load_command->add_option("--members-path", members_path);
  load_command->add_option("--name-bytes", load.name_bytes);
  load_command->add_option("--record-bytes", load.record_bytes);
  CLI::App* floor =
      app.add_subcommand("floor", "the C client's own watch loop");
  floor->add_option("--servers", servers)->required();
  floor->add_option("--members-path", members_path);
  CLI::App* subscriber =
      app.add_subcommand("subscriber", "a WatchMembers stream");
  subscriber->add_option("--endpoint", endpoint)->required();
  CLI11_PARSE(app, argc, argv);

  if (load_command->parsed()) {
    load.servers = servers;
    load.members_path = members_path;
    return roster::bench::RunLoad(load);
  }
  if (floor->parsed()) return roster::bench::RunFloor(servers, members_path);
  return roster::bench::RunSubscriber(endpoint);
}
