#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/table.h"
#include "roster/v1/config.pb.h"

// The tables and pages of the configuration. Pure: `now` is passed in. All
// server text is made visible, by Table or here.
//
// Thread-safety: all functions are thread-safe.

namespace roster::cli {

// Of a listing, and of a history.
std::vector<Column> ConfigColumns(bool wide);
std::vector<Cell> ConfigRow(const roster::v1::ConfigEntry& entry, bool wide,
                            absl::Time now);

// One entry with its value.
std::string ConfigDetail(const roster::v1::ConfigEntry& entry, absl::Time now,
                         const RenderOptions& options);

// A value as lines for a terminal.
std::string VisibleValue(const std::string& value);

}  // namespace roster::cli
