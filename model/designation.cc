#include "model/designation.h"

#include <algorithm>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_replace.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "model/actor_json.h"
#include "model/json_fields.h"
#include "model/paths.h"

namespace roster::model {
namespace {

constexpr HandBack kHandBacks[] = {HandBack::kImmediate,
                                   HandBack::kWhenLeaderEnds};
constexpr absl::Duration kMaxSettle = absl::Hours(24);
constexpr std::string_view kElections = "/elections/";

absl::Status Bad(std::string_view field, std::string_view problem) {
  return base::WithBadField(absl::InvalidArgumentError(base::StrCat(
                                "designation: ", field, ": ", problem)),
                            field);
}

}  // namespace

std::string_view HandBackName(HandBack hand_back) {
  switch (hand_back) {
    case HandBack::kImmediate:
      return "IMMEDIATE";
    case HandBack::kWhenLeaderEnds:
      return "WHEN_LEADER_ENDS";
  }
  return "UNKNOWN";
}

size_t Designation::RankOf(std::string_view name) const {
  return std::find(leaders.begin(), leaders.end(), name) - leaders.begin();
}

absl::Status ValidateDesignation(const Designation& designation) {
  const std::vector<std::string>& leaders = designation.leaders;
  if (leaders.empty() || leaders.size() > kMaxDesignatedLeaders)
    return Bad("leaders", base::StrCat(leaders.size(), " names; 1 to ",
                                       kMaxDesignatedLeaders, " are allowed"));
  absl::flat_hash_set<std::string> seen;
  for (size_t i = 0; i < leaders.size(); ++i) {
    const std::string field = base::StrCat("leaders[", i, "]");
    if (absl::Status status = ValidateMemberName(leaders[i]); !status.ok())
      return Bad(field, base::Message(status));
    if (!seen.insert(leaders[i]).second) return Bad(field, "is named twice");
  }
  if (designation.settle < absl::ZeroDuration() ||
      designation.settle > kMaxSettle)
    return Bad("settle", "not from 0 to 1 day");
  return absl::OkStatus();
}

absl::StatusOr<Designation> ParseDesignation(std::string_view bytes) {
  ROSTER_ASSIGN_OR_RETURN(const Json json, ParseDocument("designation", bytes,
                                                         kDesignationVersion));
  absl::Status status;
  FieldReader fields(json, "designation", "", status);
  Designation designation;
  fields.Require("leaders");
  fields.Read("version", designation.version, 1);
  fields.Read("leaders", designation.leaders);
  fields.ReadEnum("hand_back", kHandBacks, HandBackName, designation.hand_back);
  fields.ReadSeconds("settle_s", designation.settle);
  designation.actor = ReadActor(fields.Object("actor"));
  fields.Read("reason", designation.reason);
  fields.Read("at", designation.at);
  ROSTER_RETURN_IF_ERROR(status);
  ROSTER_RETURN_IF_ERROR(ValidateDesignation(designation));
  return designation;
}

std::string SerializeDesignation(const Designation& designation) {
  OrderedJson json = {{"v", kDesignationVersion}};
  AddInteger(json, "version", designation.version);
  json["leaders"] = designation.leaders;
  json["hand_back"] = HandBackName(designation.hand_back);
  if (designation.settle > absl::ZeroDuration())
    AddSeconds(json, "settle_s", designation.settle);
  if (designation.actor != Actor())
    json["actor"] = ActorJson(designation.actor);
  AddText(json, "reason", designation.reason);
  AddTime(json, "at", designation.at);
  return json.dump(-1, ' ', /*ensure_ascii=*/false,
                   OrderedJson::error_handler_t::replace);
}

absl::Status ValidateElectionName(std::string_view name) {
  const auto bad = [](std::string_view problem) {
    return base::WithReason(
        base::WithBadField(absl::InvalidArgumentError(
                               base::StrCat("election name: ", problem)),
                           "name"),
        "INVALID_ELECTION_NAME");
  };
  if (name.empty()) return bad("is empty");
  if (name.size() > kMaxNameBytes)
    return bad(
        base::StrCat(name.size(), " bytes are more than ", kMaxNameBytes));
  if (absl::Status valid = ValidatePath(base::StrCat("/", name)); !valid.ok())
    return bad(base::Message(valid));
  return absl::OkStatus();
}

std::string DesignationNodeName(std::string_view election) {
  return absl::StrReplaceAll(base::ToAbsl(election),
                             {{"%", "%25"}, {"/", "%2F"}});
}

std::optional<std::string> ElectionOfDesignationNode(
    std::string_view node_name) {
  std::string election = absl::StrReplaceAll(base::ToAbsl(node_name),
                                             {{"%2F", "/"}, {"%25", "%"}});
  const bool valid = election.starts_with("/")
                         ? ValidatePath(election).ok()
                         : ValidateElectionName(election).ok();
  if (!valid || DesignationNodeName(election) != node_name) return std::nullopt;
  return election;
}

std::string DesignationPathOf(std::string_view election_path) {
  const size_t at = election_path.find(kElections);
  if (at == election_path.npos) return "";
  const std::string_view name = election_path.substr(at + kElections.size());
  if (!ValidateElectionName(name).ok()) return "";
  return base::StrCat(election_path.substr(0, at), "/designations/",
                      DesignationNodeName(name));
}

}  // namespace roster::model
