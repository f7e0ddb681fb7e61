#include "monitor/rpc/control_requests.h"

#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "model/budget.h"
#include "model/paths.h"
#include "model/policy.h"
#include "monitor/rpc/request_checks.h"
#include "monitor/state/budget_check.h"

namespace roster::monitor {
namespace {

// `status` about a part of `field`, which its message names.
absl::Status InField(absl::Status status, std::string_view field) {
  if (status.ok() || !base::DetailsOf(status).field.empty()) return status;
  return base::WithBadField(std::move(status), field);
}

absl::Status CheckReason(const std::string& reason, Presence presence) {
  return CheckText("reason", reason, kMaxReason, presence);
}

absl::Status CheckMemberName(const std::string& name) {
  const absl::Status valid = model::ValidateMemberName(name);
  return valid.ok() ? valid : BadField("name", base::Message(valid));
}

absl::Status CheckExpectedEpoch(int64_t epoch, const Targets& targets) {
  if (epoch < 0) return BadField("expected_epoch", "it is negative");
  if (targets.names.size() != 1)
    return BadField("expected_epoch", "it is for exactly one name");
  return absl::OkStatus();
}

absl::StatusOr<model::HoldMode> DecodeMode(roster::v1::HoldMode mode) {
  switch (mode) {
    case roster::v1::HOLD_MODE_UNSPECIFIED:
    case roster::v1::HOLD_MODE_DRAIN:
      return model::HoldMode::kDrain;
    case roster::v1::HOLD_MODE_IMMEDIATE:
      return model::HoldMode::kImmediate;
    default:
      return BadField("mode", absl::StrCat("there is no mode ", mode));
  }
}

absl::StatusOr<model::OperationOrder> DecodeOrder(
    roster::v1::OperationOrder order) {
  switch (order) {
    case roster::v1::OPERATION_ORDER_UNSPECIFIED:
    case roster::v1::OPERATION_ORDER_NAME:
      return model::OperationOrder::kName;
    case roster::v1::OPERATION_ORDER_GIVEN:
      return model::OperationOrder::kGiven;
    case roster::v1::OPERATION_ORDER_OLDEST:
      return model::OperationOrder::kOldest;
    default:
      return BadField("pacing.order",
                      absl::StrCat("there is no order ", order));
  }
}

absl::StatusOr<model::Pacing> DecodePacing(const roster::v1::Pacing& in) {
  model::Pacing pacing;
  if (in.batch_size() != 0 && in.batch_percent() != 0) {
    return BadField("pacing.batch_percent",
                    "it cannot be given together with batch_size");
  }
  if (in.batch_size() < 0)
    return BadField("pacing.batch_size", "it is negative");
  if (in.batch_percent() < 0 || in.batch_percent() > 100) {
    return BadField("pacing.batch_percent",
                    absl::StrCat(in.batch_percent(), " is not 1 to 100"));
  }
  if (in.failure_limit() < 0)
    return BadField("pacing.failure_limit", "it is negative");
  if (in.batch_size() != 0) pacing.batch_size = in.batch_size();
  pacing.batch_percent = in.batch_percent();
  pacing.failure_limit = in.failure_limit();
  ROSTER_ASSIGN_OR_RETURN(pacing.order, DecodeOrder(in.order()));
  if (in.has_min_healthy()) {
    ROSTER_ASSIGN_OR_RETURN(pacing.min_healthy,
                            CheckedDuration("pacing.min_healthy",
                                            in.min_healthy(), Zero::kAllowed));
  }
  if (in.has_step_timeout()) {
    ROSTER_ASSIGN_OR_RETURN(
        pacing.step_timeout,
        CheckedDuration("pacing.step_timeout", in.step_timeout()));
  }
  return pacing;
}

// How long the work may take, and when the hold ends.
absl::Status DecodeTimes(const roster::v1::TakeOfflineRequest& in,
                         absl::Time now, HoldTerms& terms) {
  if (in.has_drain_timeout() && in.has_deadline()) {
    return BadField("deadline",
                    "it cannot be given together with drain_timeout");
  }
  if (in.has_expire_after() && in.has_expires_at()) {
    return BadField("expires_at",
                    "it cannot be given together with expire_after");
  }
  if (in.has_drain_timeout()) {
    ROSTER_ASSIGN_OR_RETURN(
        terms.drain_timeout,
        CheckedDuration("drain_timeout", in.drain_timeout()));
  }
  if (in.has_deadline()) {
    ROSTER_ASSIGN_OR_RETURN(terms.deadline,
                            CheckedFuture("deadline", in.deadline(), now));
  }
  if (in.has_expire_after()) {
    ROSTER_ASSIGN_OR_RETURN(terms.expire_after,
                            CheckedDuration("expire_after", in.expire_after()));
  }
  if (in.has_expires_at()) {
    ROSTER_ASSIGN_OR_RETURN(terms.expires_at,
                            CheckedFuture("expires_at", in.expires_at(), now));
  }
  return absl::OkStatus();
}

// What cannot both be: a hold that ends before it begins.
absl::Status CheckStart(const TakeOfflineRequest& request) {
  if (!request.start_at) return absl::OkStatus();
  if (request.terms.deadline && *request.terms.deadline <= *request.start_at)
    return BadField("deadline", "it is not after start_at");
  if (request.terms.expires_at &&
      *request.terms.expires_at <= *request.start_at)
    return BadField("expires_at", "it is not after start_at");
  return absl::OkStatus();
}

absl::StatusOr<HoldTerms> DecodeTerms(const roster::v1::TakeOfflineRequest& in,
                                      const RequestMeta& meta, absl::Time now) {
  ROSTER_RETURN_IF_ERROR(CheckText("owner", in.owner(), kMaxIdentity));
  ROSTER_RETURN_IF_ERROR(CheckReason(in.reason(), Presence::kRequired));
  ROSTER_RETURN_IF_ERROR(CheckText("ticket", in.ticket(), kMaxTicket));
  HoldTerms terms{
      .owner = in.owner().empty() ? meta.actor.name : in.owner(),
      .reason = in.reason(),
      .ticket = in.ticket(),
  };
  ROSTER_ASSIGN_OR_RETURN(terms.mode, DecodeMode(in.mode()));
  ROSTER_RETURN_IF_ERROR(DecodeTimes(in, now, terms));
  return terms;
}

absl::StatusOr<model::Budget> DecodeBudget(const roster::v1::Budget& in) {
  model::Budget budget{.name = in.name(),
                       .selector = in.selector(),
                       .description = in.description()};
  std::string_view field;
  std::string limit;
  switch (in.limit_case()) {
    case roster::v1::Budget::kMinAvailable:
      budget.kind = model::Budget::Kind::kMinAvailable;
      field = "budget.min_available";
      limit = in.min_available();
      break;
    case roster::v1::Budget::kMaxUnavailable:
      budget.kind = model::Budget::Kind::kMaxUnavailable;
      field = "budget.max_unavailable";
      limit = in.max_unavailable();
      break;
    case roster::v1::Budget::LIMIT_NOT_SET:
      return BadField("budget.limit",
                      "one of min_available and max_unavailable is required");
  }
  const auto quantity = model::Quantity::Parse(limit);
  if (!quantity.ok()) return BadField(field, base::Message(quantity.status()));
  budget.limit = *quantity;
  ROSTER_RETURN_IF_ERROR(CheckText("budget.description", in.description(),
                                   model::kMaxBudgetDescription));
  ROSTER_RETURN_IF_ERROR(InField(model::ValidateBudget(budget), "budget"));
  if (const absl::Status valid = ValidateBudgetSelector(budget.selector);
      !valid.ok()) {
    return base::WithReason(base::WithBadField(valid, "budget.selector"),
                            "INVALID_SELECTOR");
  }
  return budget;
}

absl::StatusOr<model::Policy> DecodePolicy(const roster::v1::Policy& in) {
  model::Policy policy;
  if (in.reporting().has_min_interval()) {
    ROSTER_ASSIGN_OR_RETURN(policy.reporting.min_interval,
                            CheckedDuration("policy.reporting.min_interval",
                                            in.reporting().min_interval()));
  }
  if (in.reporting().max_updates_per_second() != 0)
    policy.reporting.max_updates_per_second =
        in.reporting().max_updates_per_second();
  policy.guard.enabled = !in.guard().disabled();
  if (in.guard().min_departures() != 0)
    policy.guard.min_departures = in.guard().min_departures();
  if (in.guard().ratio() != 0) policy.guard.ratio = in.guard().ratio();
  if (in.guard().has_window()) {
    ROSTER_ASSIGN_OR_RETURN(
        policy.guard.window,
        CheckedDuration("policy.guard.window", in.guard().window()));
  }
  if (in.guard().has_hold_for()) {
    ROSTER_ASSIGN_OR_RETURN(
        policy.guard.hold_for,
        CheckedDuration("policy.guard.hold_for", in.guard().hold_for()));
  }
  ROSTER_RETURN_IF_ERROR(InField(model::ValidatePolicy(policy), "policy"));
  return policy;
}

template <typename Request>
absl::StatusOr<ChangeOperationRequest> DecodeChange(
    const Request& in, ChangeOperationRequest::Verb verb, RequestMeta meta) {
  ROSTER_RETURN_IF_ERROR(CheckNodeName("id", in.id()));
  ROSTER_RETURN_IF_ERROR(CheckReason(in.reason(), Presence::kOptional));
  return ChangeOperationRequest{.meta = std::move(meta),
                                .verb = verb,
                                .id = in.id(),
                                .reason = in.reason()};
}

}  // namespace

absl::StatusOr<TakeOfflineRequest> DecodeRequest(
    const roster::v1::TakeOfflineRequest& in, RequestMeta meta,
    absl::Time now) {
  TakeOfflineRequest request{.force = in.force(),
                             .allow_absent = in.allow_absent()};
  ROSTER_ASSIGN_OR_RETURN(request.targets,
                          DecodeTargets(in.names(), in.selector()));
  ROSTER_ASSIGN_OR_RETURN(request.terms, DecodeTerms(in, meta, now));
  if (in.has_start_at()) {
    ROSTER_ASSIGN_OR_RETURN(request.start_at,
                            CheckedFuture("start_at", in.start_at(), now));
  }
  ROSTER_RETURN_IF_ERROR(CheckStart(request));
  if (in.has_pacing()) {
    ROSTER_ASSIGN_OR_RETURN(request.pacing, DecodePacing(in.pacing()));
  }
  if (in.has_expected_epoch()) {
    ROSTER_RETURN_IF_ERROR(
        CheckExpectedEpoch(in.expected_epoch(), request.targets));
    request.expected_epoch = in.expected_epoch();
  }
  request.meta = std::move(meta);
  return request;
}

absl::StatusOr<BringOnlineRequest> DecodeRequest(
    const roster::v1::BringOnlineRequest& in, RequestMeta meta, absl::Time) {
  BringOnlineRequest request{.all_holds = in.all_holds()};
  ROSTER_ASSIGN_OR_RETURN(request.targets,
                          DecodeTargets(in.names(), in.selector()));
  ROSTER_RETURN_IF_ERROR(CheckText("owner", in.owner(), kMaxIdentity));
  ROSTER_RETURN_IF_ERROR(CheckReason(in.reason(), Presence::kOptional));
  if (!in.owner().empty() && (in.all_holds() || !in.hold_ids().empty())) {
    return BadField("owner",
                    "it cannot be given together with hold_ids or all_holds");
  }
  if (in.all_holds() && !in.hold_ids().empty())
    return BadField("all_holds", "it cannot be given together with hold_ids");
  std::set<std::string_view> seen;
  for (int i = 0; i < in.hold_ids_size(); ++i) {
    const std::string field = absl::StrCat("hold_ids[", i, "]");
    ROSTER_RETURN_IF_ERROR(
        CheckText(field, in.hold_ids(i), kMaxId, Presence::kRequired));
    if (!seen.insert(in.hold_ids(i)).second)
      return BadField(field, "it is given twice");
    request.hold_ids.push_back(in.hold_ids(i));
  }
  request.owner = in.owner().empty() ? meta.actor.name : in.owner();
  request.reason = in.reason();
  if (in.has_expected_epoch()) {
    ROSTER_RETURN_IF_ERROR(
        CheckExpectedEpoch(in.expected_epoch(), request.targets));
    request.expected_epoch = in.expected_epoch();
  }
  request.meta = std::move(meta);
  return request;
}

absl::StatusOr<MemberRequest> DecodeRequest(const roster::v1::EvictRequest& in,
                                            RequestMeta meta, absl::Time) {
  ROSTER_RETURN_IF_ERROR(CheckMemberName(in.name()));
  ROSTER_RETURN_IF_ERROR(CheckReason(in.reason(), Presence::kRequired));
  return MemberRequest{.meta = std::move(meta),
                       .name = in.name(),
                       .reason = in.reason(),
                       .force = in.force()};
}

absl::StatusOr<MemberRequest> DecodeRequest(const roster::v1::ForgetRequest& in,
                                            RequestMeta meta, absl::Time) {
  ROSTER_RETURN_IF_ERROR(CheckMemberName(in.name()));
  ROSTER_RETURN_IF_ERROR(CheckReason(in.reason(), Presence::kOptional));
  return MemberRequest{
      .meta = std::move(meta), .name = in.name(), .reason = in.reason()};
}

absl::StatusOr<SetBudgetRequest> DecodeRequest(
    const roster::v1::SetBudgetRequest& in, RequestMeta meta, absl::Time) {
  ROSTER_RETURN_IF_ERROR(CheckReason(in.reason(), Presence::kOptional));
  ROSTER_ASSIGN_OR_RETURN(model::Budget budget, DecodeBudget(in.budget()));
  return SetBudgetRequest{.meta = std::move(meta),
                          .budget = std::move(budget),
                          .reason = in.reason()};
}

absl::StatusOr<DeleteBudgetRequest> DecodeRequest(
    const roster::v1::DeleteBudgetRequest& in, RequestMeta meta, absl::Time) {
  ROSTER_RETURN_IF_ERROR(CheckReason(in.reason(), Presence::kOptional));
  if (const absl::Status valid = model::ValidateClusterName(in.name());
      !valid.ok())
    return BadField("name", base::Message(valid));
  return DeleteBudgetRequest{
      .meta = std::move(meta), .name = in.name(), .reason = in.reason()};
}

absl::StatusOr<RollingRestartRequest> DecodeRequest(
    const roster::v1::RollingRestartRequest& in, RequestMeta meta,
    absl::Time now) {
  RollingRestartRequest request{
      .reason = in.reason(), .ticket = in.ticket(), .force = in.force()};
  ROSTER_ASSIGN_OR_RETURN(request.targets,
                          DecodeTargets(in.names(), in.selector()));
  ROSTER_RETURN_IF_ERROR(CheckReason(in.reason(), Presence::kRequired));
  ROSTER_RETURN_IF_ERROR(CheckText("ticket", in.ticket(), kMaxTicket));
  ROSTER_ASSIGN_OR_RETURN(request.pacing, DecodePacing(in.pacing()));
  if (in.has_drain_timeout()) {
    ROSTER_ASSIGN_OR_RETURN(
        request.drain_timeout,
        CheckedDuration("drain_timeout", in.drain_timeout()));
  }
  if (in.has_start_at()) {
    ROSTER_ASSIGN_OR_RETURN(request.start_at,
                            CheckedFuture("start_at", in.start_at(), now));
  }
  request.meta = std::move(meta);
  return request;
}

absl::StatusOr<ChangeOperationRequest> DecodeRequest(
    const roster::v1::PauseOperationRequest& in, RequestMeta meta, absl::Time) {
  return DecodeChange(in, ChangeOperationRequest::Verb::kPause,
                      std::move(meta));
}

absl::StatusOr<ChangeOperationRequest> DecodeRequest(
    const roster::v1::ResumeOperationRequest& in, RequestMeta meta,
    absl::Time) {
  return DecodeChange(in, ChangeOperationRequest::Verb::kResume,
                      std::move(meta));
}

absl::StatusOr<ChangeOperationRequest> DecodeRequest(
    const roster::v1::CancelOperationRequest& in, RequestMeta meta,
    absl::Time) {
  ROSTER_ASSIGN_OR_RETURN(
      ChangeOperationRequest request,
      DecodeChange(in, ChangeOperationRequest::Verb::kCancel, std::move(meta)));
  request.release_holds = in.release_holds();
  return request;
}

absl::StatusOr<SetPolicyRequest> DecodeRequest(
    const roster::v1::SetPolicyRequest& in, RequestMeta meta, absl::Time) {
  ROSTER_RETURN_IF_ERROR(CheckReason(in.reason(), Presence::kOptional));
  if (!in.has_policy()) return BadField("policy", "it is required");
  ROSTER_ASSIGN_OR_RETURN(const model::Policy policy,
                          DecodePolicy(in.policy()));
  return SetPolicyRequest{
      .meta = std::move(meta), .policy = policy, .reason = in.reason()};
}

absl::StatusOr<ReleaseGuardRequest> DecodeRequest(
    const roster::v1::ReleaseGuardRequest& in, RequestMeta meta, absl::Time) {
  ROSTER_RETURN_IF_ERROR(CheckReason(in.reason(), Presence::kOptional));
  return ReleaseGuardRequest{.meta = std::move(meta), .reason = in.reason()};
}

}  // namespace roster::monitor
