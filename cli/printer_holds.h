#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/table.h"
#include "roster/v1/control.pb.h"

// The tables and pages of holds and orders. Pure. All server text is made
// visible, by Table or here.
//
// Thread-safety: all functions are thread-safe.

namespace roster::cli {

std::vector<Column> HoldColumns(bool wide);
std::vector<Cell> HoldRow(const roster::v1::MemberHold& hold, bool wide,
                          absl::Time now);

// What became of each member.
std::vector<Column> OrderChangeColumns();
std::vector<Cell> OrderChangeRow(const roster::v1::OrderChange& change,
                                 absl::Time now);

std::string OrderDetail(const roster::v1::GetOrderResponse& order,
                        absl::Time now, const RenderOptions& options);

}  // namespace roster::cli
