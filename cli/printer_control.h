#pragma once

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/table.h"
#include "roster/v1/control.pb.h"

// The tables and pages of what operators ordered. Pure: `now` is passed in. All
// server text is made visible, by Table or here.
//
// Thread-safety: all functions are thread-safe.

namespace roster::cli {

// "RUNNING", ...; "UNREADABLE" for an operation without one.
std::string OperationStateName(roster::v1::OperationState state);
std::string OperationStepName(roster::v1::OperationStep step);
std::string OperationKindName(roster::v1::OperationKind kind);
Color OperationStateColor(roster::v1::OperationState state);

std::vector<Column> HoldColumns(bool wide);
std::vector<Cell> HoldRow(const roster::v1::MemberHold& hold, bool wide,
                          absl::Time now);

// What became of each member.
std::vector<Column> OrderChangeColumns();
std::vector<Cell> OrderChangeRow(const roster::v1::OrderChange& change,
                                 absl::Time now);

std::vector<Column> BudgetColumns(bool wide);
std::vector<Cell> BudgetRow(const roster::v1::BudgetReport& report, bool wide);
// "at least 80%", "at most 1 away".
std::string BudgetLimit(const roster::v1::Budget& budget);
// What each budget says, in words.
std::string BudgetExplanations(
    const google::protobuf::RepeatedPtrField<roster::v1::BudgetReport>& reports,
    const RenderOptions& options);

std::vector<Column> OperationColumns(bool wide);
std::vector<Cell> OperationRow(const roster::v1::Operation& operation,
                               bool wide, absl::Time now);
// "12/50 done, 1 failed, 2 under way".
std::string OperationProgress(const roster::v1::Operation& operation);
// One operation with all its members.
std::string OperationDetail(const roster::v1::Operation& operation,
                            absl::Time now, const RenderOptions& options);

std::vector<Column> AuditColumns(bool wide);
std::vector<Cell> AuditRow(const roster::v1::AuditEntry& entry, bool wide);

std::vector<Column> MonitorColumns(bool wide);
std::vector<Cell> MonitorRow(const roster::v1::Monitor& monitor, bool wide,
                             absl::Time now);

std::string OrderDetail(const roster::v1::GetOrderResponse& order,
                        absl::Time now, const RenderOptions& options);
std::string PolicyDetail(const roster::v1::Policy& policy);

}  // namespace roster::cli
