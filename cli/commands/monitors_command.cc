#include "cli/commands/monitors_command.h"

#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/print_items.h"
#include "cli/printer_cluster.h"
#include "cli/staleness.h"

namespace roster::cli {
namespace {

using roster::v1::Monitor;

struct Flags {
  std::string cluster;
  Format format = Format::kTable;
};

absl::Status Run(const Flags& flags, const Globals& globals) {
  ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
  roster::v1::ListMonitorsRequest request;
  request.set_cluster(flags.cluster);
  ROSTER_ASSIGN_OR_RETURN(
      const auto response,
      client->Call(&Client::ControlStub::ListMonitors, request));
  WarnIfStale(*client, flags.cluster);
  const bool wide = flags.format == Format::kWide;
  const std::string none =
      base::StrCat("no rosterd is known in ZooKeeper; ", kWhyNoMonitor);
  const Listing<Monitor> listing = {
      .columns = MonitorColumns(wide),
      .row =
          [wide](const auto& monitor) {
            return MonitorRow(monitor, wide, absl::Now());
          },
      .name = [](const auto& monitor) { return monitor.id(); },
      .empty = none};
  return PrintItems(response.monitors(), listing, flags.format,
                    UseColor(globals.no_color));
}

}  // namespace

Command AddMonitorsCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  Command command;
  command.app =
      app.add_subcommand("monitors", "List the rosterds, and who is elected");
  CLI::Option* cluster =
      command.app->add_option("--cluster", flags->cluster, "Of this cluster")
          ->type_name("NAME");
  CLI::Option* output =
      AddFormatOption(*command.app, flags->format, AllFormats());
  command.app->footer(R"(Examples:
  rosterctl monitors
  rosterctl monitors -o wide)");
  command.completers = {{cluster, ClusterNames()},
                        {output, Words(AllFormats())}};
  command.run = [flags](const Globals& globals) {
    return Run(*flags, globals);
  };
  return command;
}

}  // namespace roster::cli
