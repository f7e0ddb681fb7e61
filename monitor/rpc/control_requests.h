#pragma once

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "monitor/control/requests.h"
#include "roster/v1/control.pb.h"

namespace roster::monitor {

// The changes that can be asked of ControlService, as values for a Controller.
// Everything that is wrong with a request by itself is found here; what depends
// on the cluster is the Controller's. InvalidArgument, naming the field. Pure;
// `now` is this machine's clock.

absl::StatusOr<TakeOfflineRequest> DecodeRequest(
    const roster::v1::TakeOfflineRequest& in, RequestMeta meta, absl::Time now);
absl::StatusOr<BringOnlineRequest> DecodeRequest(
    const roster::v1::BringOnlineRequest& in, RequestMeta meta, absl::Time now);
absl::StatusOr<MemberRequest> DecodeRequest(const roster::v1::EvictRequest& in,
                                            RequestMeta meta, absl::Time now);
absl::StatusOr<MemberRequest> DecodeRequest(const roster::v1::ForgetRequest& in,
                                            RequestMeta meta, absl::Time now);
absl::StatusOr<SetBudgetRequest> DecodeRequest(
    const roster::v1::SetBudgetRequest& in, RequestMeta meta, absl::Time now);
absl::StatusOr<DeleteBudgetRequest> DecodeRequest(
    const roster::v1::DeleteBudgetRequest& in, RequestMeta meta,
    absl::Time now);
absl::StatusOr<RollingRestartRequest> DecodeRequest(
    const roster::v1::RollingRestartRequest& in, RequestMeta meta,
    absl::Time now);
absl::StatusOr<ChangeOperationRequest> DecodeRequest(
    const roster::v1::PauseOperationRequest& in, RequestMeta meta,
    absl::Time now);
absl::StatusOr<ChangeOperationRequest> DecodeRequest(
    const roster::v1::ResumeOperationRequest& in, RequestMeta meta,
    absl::Time now);
absl::StatusOr<ChangeOperationRequest> DecodeRequest(
    const roster::v1::CancelOperationRequest& in, RequestMeta meta,
    absl::Time now);
// What is absent becomes the default.
absl::StatusOr<SetPolicyRequest> DecodeRequest(
    const roster::v1::SetPolicyRequest& in, RequestMeta meta, absl::Time now);
absl::StatusOr<ReleaseGuardRequest> DecodeRequest(
    const roster::v1::ReleaseGuardRequest& in, RequestMeta meta,
    absl::Time now);

}  // namespace roster::monitor
