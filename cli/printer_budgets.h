#pragma once

#include <string>
#include <vector>

#include "cli/table.h"
#include "roster/v1/control.pb.h"

// The tables of budgets. Pure. All server text is made visible, by Table or
// here.
//
// Thread-safety: all functions are thread-safe.

namespace roster::cli {

std::vector<Column> BudgetColumns(bool wide);
std::vector<Cell> BudgetRow(const roster::v1::BudgetReport& report, bool wide);
// "at least 80%", "at most 1 away".
std::string BudgetLimit(const roster::v1::Budget& budget);
// What each budget says, in words.
std::string BudgetExplanations(
    const google::protobuf::RepeatedPtrField<roster::v1::BudgetReport>& reports,
    const RenderOptions& options);

// What whoever has just set it may not have meant, one sentence each: it counts
// nobody, or lets nobody go, at present or ever.
std::vector<std::string> BudgetDoubts(const roster::v1::BudgetReport& report);

}  // namespace roster::cli
