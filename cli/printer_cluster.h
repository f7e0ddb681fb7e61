#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "cli/table.h"
#include "roster/v1/control.pb.h"

// The table of the monitors, and the page of the policy. Pure. All server text
// is made visible, by Table or here.
//
// Thread-safety: all functions are thread-safe.

namespace roster::cli {

// Why a rosterd that answers is not among those that stand for election.
inline constexpr std::string_view kWhyNoMonitor =
    "the log of the rosterd that answers says why (\"cannot stand in line\")";

std::vector<Column> MonitorColumns(bool wide);
std::vector<Cell> MonitorRow(const roster::v1::Monitor& monitor, bool wide,
                             absl::Time now);

std::string PolicyDetail(const roster::v1::Policy& policy);

}  // namespace roster::cli
