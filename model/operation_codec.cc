// ParseOperation, SalvageOperation and SerializeOperation of model/operation.h.

#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "model/actor_json.h"
#include "model/json_fields.h"
#include "model/operation.h"

namespace roster::model {
namespace {

constexpr OperationKind kAllKinds[] = {OperationKind::kTakeOffline,
                                       OperationKind::kRollingRestart};
constexpr OperationState kAllStates[] = {
    OperationState::kScheduled, OperationState::kRunning,
    OperationState::kPaused,    OperationState::kSucceeded,
    OperationState::kFailed,    OperationState::kCancelled};
constexpr OperationStep kAllSteps[] = {
    OperationStep::kPending,    OperationStep::kDraining,
    OperationStep::kRestarting, OperationStep::kVerifying,
    OperationStep::kDone,       OperationStep::kFailed,
    OperationStep::kSkipped};
constexpr OperationOrder kAllOrders[] = {
    OperationOrder::kName, OperationOrder::kGiven, OperationOrder::kOldest};
constexpr HoldMode kAllHoldModes[] = {HoldMode::kDrain, HoldMode::kImmediate};

Pacing ReadPacing(FieldReader fields) {
  Pacing pacing;
  fields.Read("batch_size", pacing.batch_size, 1);
  fields.Read("batch_percent", pacing.batch_percent, 0, 100);
  fields.ReadEnum("order", kAllOrders, OperationOrderName, pacing.order);
  fields.ReadSeconds("min_healthy_s", pacing.min_healthy);
  fields.Read("failure_limit", pacing.failure_limit);
  fields.ReadSeconds("step_timeout_s", pacing.step_timeout);
  return pacing;
}

OrderedJson PacingJson(const Pacing& pacing) {
  OrderedJson json = {{"batch_size", pacing.batch_size}};
  AddInteger(json, "batch_percent", pacing.batch_percent);
  json["order"] = OperationOrderName(pacing.order);
  AddSeconds(json, "min_healthy_s", pacing.min_healthy);
  json["failure_limit"] = pacing.failure_limit;
  AddSeconds(json, "step_timeout_s", pacing.step_timeout);
  return json;
}

OperationMember ReadMember(FieldReader& fields) {
  OperationMember member;
  fields.Read("name", member.name);
  if (member.name.empty()) fields.Fail("name", "missing");
  fields.ReadEnum("step", kAllSteps, OperationStepName, member.step);
  fields.Read("since", member.since);
  fields.Read("czxid", member.czxid);
  fields.Read("incarnation", member.incarnation);
  fields.Read("problem", member.problem);
  return member;
}

// PENDING goes without saying.
OrderedJson MemberJson(const OperationMember& member) {
  OrderedJson json = {{"name", base::ToValidUtf8(member.name)}};
  if (member.step != OperationStep::kPending) {
    json["step"] = OperationStepName(member.step);
  }
  AddTime(json, "since", member.since);
  AddInteger(json, "czxid", member.czxid);
  AddText(json, "incarnation", member.incarnation);
  AddText(json, "problem", member.problem);
  return json;
}

void ReadMembers(FieldReader& fields, std::vector<OperationMember>& out) {
  fields.Require("members");
  fields.ReadArray("members", [&](FieldReader& of_member) {
    out.push_back(ReadMember(of_member));
  });
  if (out.size() > kMaxOperationMembers) {
    fields.Fail("members", base::StrCat("more than ", kMaxOperationMembers));
  }
  absl::flat_hash_set<absl::string_view> names;
  for (size_t i = 0; i < out.size() && fields.ok(); ++i) {
    if (!names.insert(out[i].name).second) {
      fields.Fail(base::StrCat("members[", i, "].name"),
                  "the same as of another member");
    }
  }
}

// What operators said.
void ReadTerms(FieldReader& fields, Operation& operation) {
  operation.actor = ReadActor(fields.Object("actor"));
  fields.Read("owner", operation.owner);
  fields.Read("reason", operation.reason);
  fields.Read("ticket", operation.ticket);
  fields.Read("selector", operation.selector);
  operation.pacing = ReadPacing(fields.Object("pacing"));
  fields.ReadEnum("mode", kAllHoldModes, HoldModeName, operation.mode);
  fields.ReadSeconds("drain_timeout_s", operation.drain_timeout);
  fields.Read("deadline", operation.deadline);
  fields.ReadSeconds("expire_after_s", operation.expire_after);
  fields.Read("expires_at", operation.expires_at);
  fields.Read("force", operation.force);
}

void AddTerms(OrderedJson& json, const Operation& operation) {
  json["actor"] = ActorJson(operation.actor);
  AddText(json, "owner", operation.owner);
  AddText(json, "reason", operation.reason);
  AddText(json, "ticket", operation.ticket);
  AddText(json, "selector", operation.selector);
  json["pacing"] = PacingJson(operation.pacing);
  json["mode"] = HoldModeName(operation.mode);
  AddSeconds(json, "drain_timeout_s", operation.drain_timeout);
  AddTime(json, "deadline", operation.deadline, absl::InfiniteFuture());
  AddSeconds(json, "expire_after_s", operation.expire_after);
  AddTime(json, "expires_at", operation.expires_at, absl::InfiniteFuture());
  AddFlag(json, "force", operation.force);
}

}  // namespace

absl::StatusOr<Operation> ParseOperation(std::string_view bytes) {
  ROSTER_ASSIGN_OR_RETURN(const Json json,
                          ParseDocument("operation", bytes, kOperationVersion));
  absl::Status status;
  FieldReader fields(json, "operation", "", status);
  Operation operation;
  fields.Read("id", operation.id);
  if (operation.id.empty()) fields.Fail("id", "missing");
  fields.Require("kind");
  fields.ReadEnum("kind", kAllKinds, OperationKindName, operation.kind);
  fields.Require("state");
  fields.ReadEnum("state", kAllStates, OperationStateName, operation.state);
  ReadTerms(fields, operation);
  fields.Read("created_at", operation.created_at);
  fields.Read("start_at", operation.start_at);
  fields.Read("started_at", operation.started_at);
  fields.Read("ended_at", operation.ended_at);
  fields.Read("waiting", operation.waiting);
  fields.Read("problem", operation.problem);
  ReadMembers(fields, operation.members);
  ROSTER_RETURN_IF_ERROR(status);
  return operation;
}

std::optional<Operation> SalvageOperation(std::string_view id,
                                          std::string_view bytes) {
  const Json json = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return std::nullopt;
  const auto members = json.find("members");
  if (members == json.end() || !members->is_array()) return std::nullopt;
  Operation operation;
  operation.id = id;
  for (const Json& element : *members) {
    if (!element.is_object()) return std::nullopt;
    absl::Status status;
    FieldReader fields(element, "operation", "", status);
    OperationMember member = ReadMember(fields);
    if (member.name.empty()) return std::nullopt;
    operation.members.push_back(std::move(member));
  }
  // Each for itself: what is wrong with one says nothing of the others.
  const auto try_read = [&json](const auto& read) {
    absl::Status status;
    FieldReader fields(json, "operation", "", status);
    read(fields);
  };
  try_read([&](FieldReader& fields) {
    fields.ReadEnum("kind", kAllKinds, OperationKindName, operation.kind);
  });
  try_read([&](FieldReader& fields) {
    fields.ReadEnum("state", kAllStates, OperationStateName, operation.state);
  });
  try_read([&](FieldReader& fields) { fields.Read("owner", operation.owner); });
  try_read(
      [&](FieldReader& fields) { fields.Read("reason", operation.reason); });
  try_read([&](FieldReader& fields) {
    fields.Read("created_at", operation.created_at);
  });
  if (operation.owner.empty()) operation.owner = operation.id;
  return operation;
}

std::string SerializeOperation(const Operation& operation) {
  OrderedJson json = {{"v", kOperationVersion},
                      {"id", base::ToValidUtf8(operation.id)},
                      {"kind", OperationKindName(operation.kind)},
                      {"state", OperationStateName(operation.state)}};
  AddTerms(json, operation);
  AddTime(json, "created_at", operation.created_at);
  AddTime(json, "start_at", operation.start_at);
  AddTime(json, "started_at", operation.started_at);
  AddTime(json, "ended_at", operation.ended_at);
  AddText(json, "waiting", operation.waiting);
  AddText(json, "problem", operation.problem);
  OrderedJson members = OrderedJson::array();
  for (const OperationMember& member : operation.members) {
    members.push_back(MemberJson(member));
  }
  json["members"] = std::move(members);
  return json.dump();
}

}  // namespace roster::model
