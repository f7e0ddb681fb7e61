#pragma once

#include <string>
#include <vector>

#include "cli/table.h"
#include "roster/v1/control.pb.h"

// The table of the audit. Pure. All server text is made visible, by Table or
// here.
//
// Thread-safety: all functions are thread-safe.

namespace roster::cli {

std::vector<Column> AuditColumns(bool wide);
std::vector<Cell> AuditRow(const roster::v1::AuditEntry& entry, bool wide);

}  // namespace roster::cli
