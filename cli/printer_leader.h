#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/table.h"
#include "roster/v1/coordination.pb.h"

// The tables and pages of elections. Pure: `now` is passed in. All server text
// is made visible, by Table or here.
//
// Thread-safety: all functions are thread-safe.

namespace roster::cli {

std::vector<Column> ElectionColumns(bool wide);
std::vector<Cell> ElectionRow(const roster::v1::Election& election, bool wide,
                              absl::Time now);

// Who leads. `election` has the candidates; null if they are not known.
std::string LeaderDetail(const std::string& name,
                         const roster::v1::GetLeaderResponse& answer,
                         const roster::v1::Election* election, absl::Time now,
                         const RenderOptions& options);

// Why `designation` may have no effect, one sentence each: there is no such
// election (null) or no such candidate yet, or none of the candidates obeys.
// `election` has all candidates.
std::vector<std::string> DesignationDoubts(
    const std::string& name, const roster::v1::Designation& designation,
    const roster::v1::Election* election);

// "web-01, web-02; hand back immediately".
std::string DesignationText(const roster::v1::Designation& designation);

}  // namespace roster::cli
