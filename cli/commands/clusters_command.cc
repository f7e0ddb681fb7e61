#include "cli/commands/clusters_command.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/format.h"
#include "cli/printer_json.h"
#include "cli/printer_table.h"
#include "cli/staleness.h"
#include "cli/terminal.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

absl::Status Show(Client& client, Format format, bool color) {
  ROSTER_ASSIGN_OR_RETURN(const auto response,
                          client.Call(&Client::Stub::ListClusters,
                                      roster::v1::ListClustersRequest()));
  const bool wide = format == Format::kWide;
  std::string out;
  std::vector<std::string> documents;
  Table table(ClusterColumns(wide));
  for (const auto& summary : response.clusters()) {
    WarnIfStale(summary.view());
    if (format == Format::kName) {
      out += base::StrCat(Visible(summary.cluster()), "\n");
    } else if (IsTable(format)) {
      table.AddRow(ClusterRow(summary, wide, absl::Now()));
    } else {
      documents.push_back(ToJsonLine(summary));
    }
  }
  if (IsTable(format)) out = table.Render({.color = color});
  if (format == Format::kJson) out = JsonArray(documents);
  if (format == Format::kYaml) out = JsonToYaml(JsonArray(documents));
  return Print(out);
}

}  // namespace

Command AddClustersCommand(CLI::App& app) {
  const auto format = std::make_shared<Format>(Format::kTable);
  Command command;
  command.app =
      app.add_subcommand("clusters", "List the clusters that rosterd watches");
  CLI::Option* output = AddFormatOption(*command.app, *format, AllFormats());
  command.app->footer(R"(Examples:
  rosterctl clusters
  rosterctl clusters -o name)");
  command.completers = {{output, Words(AllFormats())}};
  command.run = [format](const Globals& globals) -> absl::Status {
    ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
    return Show(*client, *format, UseColor(globals.no_color));
  };
  return command;
}

}  // namespace roster::cli
