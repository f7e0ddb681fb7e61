#pragma once

#include <string>

#include "absl/time/time.h"
#include "monitor/control/requests.h"
#include "monitor/state/cluster_view.h"
#include "roster/v1/control.pb.h"

namespace roster::monitor {

// What a Controller answers, and what views have of control, as roster.v1
// messages. Pure.

void EncodeChange(const OrderChange& change, roster::v1::OrderChange* out);
void EncodeBudget(const model::Budget& budget, roster::v1::Budget* out);
void EncodeReport(const BudgetReport& report, roster::v1::BudgetReport* out);
void EncodeAudit(const AuditLine& line, roster::v1::AuditEntry* out);
void EncodePolicy(const model::Policy& policy, roster::v1::Policy* out);
// `leader`, `self`: see roster.v1.Monitor.
void EncodeMonitor(const MonitorInfo& monitor, bool leader, bool self,
                   roster::v1::Monitor* out);

enum class OperationDetail { kSummary, kWithMembers };
// What cannot be read has an id and a problem, and no state.
void EncodeOperation(const StoredOperation& stored, const std::string& cluster,
                     OperationDetail detail, absl::Time now,
                     roster::v1::Operation* out);

}  // namespace roster::monitor
