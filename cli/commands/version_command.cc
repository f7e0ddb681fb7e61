#include "cli/commands/version_command.h"

#include <memory>
#include <string>

#include "base/status_macros.h"
#include "base/strings.h"
#include "base/version.h"
#include "cli/terminal.h"
#include "cli/text.h"

namespace roster::cli {
namespace {

// Version of the rosterd that answers. Any of its clusters will do.
absl::StatusOr<std::string> ServerVersion(Client& client) {
  ROSTER_ASSIGN_OR_RETURN(const auto clusters,
                          client.Call(&Client::Stub::ListClusters,
                                      roster::v1::ListClustersRequest()));
  if (clusters.clusters().empty()) return "unknown (it watches no cluster)";
  roster::v1::GetSummaryRequest request;
  request.set_cluster(clusters.clusters(0).cluster());
  ROSTER_ASSIGN_OR_RETURN(const auto response,
                          client.Call(&Client::Stub::GetSummary, request));
  return response.server_version();
}

}  // namespace

Command AddVersionCommand(CLI::App& app) {
  const auto only_client = std::make_shared<bool>(false);
  Command command;
  command.app = app.add_subcommand(
      "version", "Show the version of rosterctl, and of rosterd");
  command.app->add_flag("--client", *only_client, "Do not ask rosterd");
  command.app->footer(R"(A rosterd that does not answer is not an error here.

Examples:
  rosterctl version
  rosterctl version --client)");
  command.run = [only_client](const Globals& globals) -> absl::Status {
    ROSTER_RETURN_IF_ERROR(
        Print(base::StrCat("rosterctl ", kVersion, " (", kRevision, ")\n")));
    if (*only_client) return absl::OkStatus();
    ROSTER_ASSIGN_OR_RETURN(const auto client, Connect(globals));
    const absl::StatusOr<std::string> version = ServerVersion(*client);
    if (!version.ok()) {
      Complain(base::Message(version.status()));
      return absl::OkStatus();
    }
    return Print(base::StrCat("rosterd ", Visible(*version), " at ",
                              client->options().endpoint, "\n"));
  };
  return command;
}

}  // namespace roster::cli
