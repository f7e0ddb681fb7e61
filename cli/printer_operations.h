#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/table.h"
#include "roster/v1/control.pb.h"

// The tables and pages of operations. Pure. All server text is made visible, by
// Table or here.
//
// Thread-safety: all functions are thread-safe.

namespace roster::cli {

// "RUNNING", ...; "UNREADABLE" for an operation without one.
std::string OperationStateName(roster::v1::OperationState state);
std::string OperationStepName(roster::v1::OperationStep step);
std::string OperationKindName(roster::v1::OperationKind kind);
Color OperationStateColor(roster::v1::OperationState state);

std::vector<Column> OperationColumns(bool wide);
std::vector<Cell> OperationRow(const roster::v1::Operation& operation,
                               bool wide, absl::Time now);
// "12/50 done, 3 skipped, 1 failed, 2 under way".
std::string OperationProgress(const roster::v1::Operation& operation);
// What an operation would do, batch by batch, and what the budgets say to the
// first: one that does not allow it makes the operation wait.
std::string OperationPlan(
    const roster::v1::Operation& operation,
    const google::protobuf::RepeatedPtrField<roster::v1::BudgetReport>& budgets,
    const RenderOptions& options);
// One operation with all its members.
std::string OperationDetail(const roster::v1::Operation& operation,
                            absl::Time now, const RenderOptions& options);

}  // namespace roster::cli
