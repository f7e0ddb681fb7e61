#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "monitor/control/requests.h"
#include "monitor/state/cluster_view.h"
#include "roster/v1/control.pb.h"

namespace roster::monitor {

// The calls of ControlService that are answered from a view. Pure.

// UNAVAILABLE with reason VIEW_NOT_SYNCED before the first complete listing:
// until then nobody can say what does not exist.
absl::Status CheckSynced(const ClusterView& view);

absl::Status ListHolds(const ClusterView& view, const std::string& view_id,
                       const roster::v1::ListHoldsRequest& request,
                       roster::v1::ListHoldsResponse* response);
absl::Status ListBudgets(const ClusterView& view,
                         roster::v1::ListBudgetsResponse* response);
absl::Status ExplainBudgets(const ClusterView& view,
                            const roster::v1::ExplainBudgetsRequest& request,
                            roster::v1::ExplainBudgetsResponse* response);
absl::Status ListOperations(const ClusterView& view, absl::Time now,
                            const roster::v1::ListOperationsRequest& request,
                            roster::v1::ListOperationsResponse* response);
// NOT_FOUND with reason OPERATION_NOT_FOUND.
absl::StatusOr<std::shared_ptr<const StoredOperation>> FindOperation(
    const ClusterView& view, const std::string& id);
absl::Status GetPolicy(const ClusterView& view,
                       roster::v1::GetPolicyResponse* response);
// `self`: id of the run of this rosterd.
absl::Status ListMonitors(const ClusterView& view, const std::string& self,
                          roster::v1::ListMonitorsResponse* response);

// A page token of ListAudit has what it was made for, and where to go on.
std::string AuditDigest(const std::string& cluster,
                        const roster::v1::ListAuditRequest& request);
absl::StatusOr<AuditQuery> DecodeAuditQuery(
    const roster::v1::ListAuditRequest& request, const std::string& digest,
    absl::Time deadline);

}  // namespace roster::monitor
