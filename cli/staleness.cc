#include "cli/staleness.h"

#include "absl/time/clock.h"
#include "base/strings.h"
#include "cli/printer_table.h"
#include "cli/terminal.h"
#include "cli/text.h"

namespace roster::cli {

std::string Staleness(const roster::v1::ViewInfo& view, absl::Time now) {
  if (view.connected() && view.synced()) return "";
  std::string text =
      view.has_as_of() ? base::StrCat("as of ", Age(view.as_of(), now), " ago")
                       : "nothing has been read yet";
  if (!view.disconnect_reason().empty()) {
    text += base::StrCat(": ", view.disconnect_reason());
  } else if (!view.connected()) {
    text += base::StrCat(": ZooKeeper is out of reach");
  } else {
    text += base::StrCat(": the members are still being read");
  }
  return Visible(text);
}

void WarnIfStale(const roster::v1::ViewInfo& view) {
  const std::string staleness = Staleness(view, absl::Now());
  if (staleness.empty()) return;
  Complain(base::StrCat("view is stale: ", staleness));
}

void WarnIfStale(Client& client, const std::string& cluster) {
  const auto response = client.Call(&Client::Stub::ListClusters,
                                    roster::v1::ListClustersRequest());
  if (!response.ok()) return;
  for (const auto& summary : response->clusters()) {
    if (!cluster.empty() && summary.cluster() != cluster) continue;
    if (Staleness(summary.view(), absl::Now()).empty()) continue;
    // One ZooKeeper serves them all: the first tells enough.
    return WarnIfStale(summary.view());
  }
}

void StalenessTeller::Tell(const roster::v1::ViewInfo& view) {
  const bool stale = !Staleness(view, absl::Now()).empty();
  WarnIfStale(view);
  if (stale_ && !stale) Complain("view is up to date again");
  stale_ = stale;
}

}  // namespace roster::cli
