#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/table.h"
#include "roster/v1/control.pb.h"

// The table of the monitors, and the page of the policy. Pure. All server text
// is made visible, by Table or here.
//
// Thread-safety: all functions are thread-safe.

namespace roster::cli {

std::vector<Column> MonitorColumns(bool wide);
std::vector<Cell> MonitorRow(const roster::v1::Monitor& monitor, bool wide,
                             absl::Time now);

std::string PolicyDetail(const roster::v1::Policy& policy);

}  // namespace roster::cli
