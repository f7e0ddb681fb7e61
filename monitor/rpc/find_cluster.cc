#include "monitor/rpc/find_cluster.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error_details.h"
#include "base/utf8.h"
#include "model/paths.h"

namespace roster::monitor {

std::string Shown(const std::string& text) {
  return std::string(
      base::TruncateUtf8(text, /*max_bytes=*/model::kMaxNameBytes));
}

absl::StatusOr<size_t> FindCluster(const std::vector<std::string>& names,
                                   const std::string& asked) {
  if (asked.empty() && names.size() == 1) return 0;
  if (asked.empty()) {
    return base::WithReason(
        base::WithBadField(
            absl::InvalidArgumentError(
                absl::StrCat("cluster: this rosterd watches several, say which "
                             "(rosterctl: --cluster): ",
                             absl::StrJoin(names, ", "))),
            "cluster"),
        "CLUSTER_REQUIRED");
  }
  const auto found = std::find(names.begin(), names.end(), asked);
  if (found != names.end()) return found - names.begin();
  return base::WithReason(absl::NotFoundError(absl::StrCat(
                              "this rosterd watches no cluster '", Shown(asked),
                              "'; it watches: ", absl::StrJoin(names, ", "))),
                          "CLUSTER_NOT_FOUND", {{"cluster", Shown(asked)}});
}

}  // namespace roster::monitor
