#include "cli/commands/status_command.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/format.h"
#include "cli/printer_detail.h"
#include "cli/printer_ensemble.h"
#include "cli/printer_json.h"
#include "cli/staleness.h"
#include "cli/terminal.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

using roster::v1::GetSummaryResponse;

struct Flags {
  std::string cluster;
  Format format = Format::kTable;
};

absl::StatusOr<std::vector<std::string>> Clusters(Client& client,
                                                  const Flags& flags) {
  if (!flags.cluster.empty()) return std::vector<std::string>{flags.cluster};
  ROSTER_ASSIGN_OR_RETURN(const auto response,
                          client.Call(&Client::Stub::ListClusters,
                                      roster::v1::ListClustersRequest()));
  std::vector<std::string> names;
  for (const auto& summary : response.clusters()) {
    names.push_back(summary.cluster());
  }
  return names;
}

// Who is elected, by more than an id; empty if that cannot be had.
roster::v1::Monitor ElectedOf(Client& client,
                              const roster::v1::ClusterSummary& summary) {
  if (summary.leader_id().empty()) return {};
  roster::v1::ListMonitorsRequest request;
  request.set_cluster(summary.cluster());
  const auto response =
      client.Call(&Client::ControlStub::ListMonitors, request);
  if (!response.ok()) return {};
  for (const roster::v1::Monitor& monitor : response->monitors())
    if (monitor.id() == summary.leader_id()) return monitor;
  return {};
}

absl::Status Show(Client& client, const Flags& flags, bool color) {
  ROSTER_ASSIGN_OR_RETURN(const std::vector<std::string> clusters,
                          Clusters(client, flags));
  std::vector<GetSummaryResponse> summaries;
  for (const std::string& cluster : clusters) {
    roster::v1::GetSummaryRequest request;
    request.set_cluster(cluster);
    ROSTER_ASSIGN_OR_RETURN(GetSummaryResponse response,
                            client.Call(&Client::Stub::GetSummary, request));
    summaries.push_back(std::move(response));
  }
  std::string out;
  std::vector<std::string> documents;
  for (const GetSummaryResponse& response : summaries) {
    WarnIfStale(response.summary().view());
    if (flags.format == Format::kName) {
      out += base::StrCat(Visible(response.summary().cluster()), "\n");
    } else if (IsTable(flags.format)) {
      // All clusters of a rosterd share its ZooKeeper.
      if (out.empty())
        out = base::StrCat(
            ServerReport(response, client.options().endpoint),
            EnsembleReport(response.ensemble(), absl::Now(), {.color = color}));
      out += ClusterReport(response.summary(), absl::Now(), {.color = color},
                           ElectedOf(client, response.summary()));
    } else {
      documents.push_back(ToJsonLine(response));
    }
  }
  if (flags.format == Format::kJson) out = JsonArray(documents);
  if (flags.format == Format::kYaml) out = JsonToYaml(JsonArray(documents));
  return Print(out);
}

}  // namespace

Command AddStatusCommand(CLI::App& app) {
  const auto flags = std::make_shared<Flags>();
  Command command;
  command.app =
      app.add_subcommand("status", "Show how rosterd and its clusters are");
  CLI::Option* cluster =
      command.app->add_option("--cluster", flags->cluster, "Only this cluster")
          ->type_name("NAME");
  CLI::Option* output =
      AddFormatOption(*command.app, flags->format, AllFormats());
  command.app->footer(R"(Examples:
  rosterctl status
  rosterctl status -o json | jq '.[].summary.view.connected')");
  command.completers = {{cluster, ClusterNames()},
                        {output, Words(AllFormats())}};
  command.run = [flags](const Globals& globals) -> absl::Status {
    ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
    return Show(*client, *flags, UseColor(globals.no_color));
  };
  return command;
}

}  // namespace roster::cli
