#include "monitor/control/leader_copy.h"

#include <cstdint>
#include <utility>

#include "base/json_field.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "model/timestamp.h"
#include "monitor/control/coordination_values.h"
#include "nlohmann/json.hpp"

namespace roster::monitor {
namespace {

using base::IntegerField;
using base::TextField;
using Json = nlohmann::ordered_json;

absl::Time TimeOf(const Json& json, const char* key) {
  return model::ParseTimestamp(TextField(json, key))
      .value_or(absl::InfinitePast());
}

// More than is ever written: of each leader only what is shown is kept.
constexpr uintmax_t kMaxCopyBytes = 64 * 1024 * 1024;

Json LeaderJson(const coordination::Leader& leader) {
  return {{"node", leader.node_path},
          {"data", leader.data},
          {"data_size", leader.data_size},
          {"id", leader.id},
          {"token", leader.token},
          {"session", leader.session_id},
          {"since", model::FormatTimestamp(leader.since)}};
}

coordination::Leader ReadLeader(const Json& json) {
  const std::string data = TextField(json, "data");
  const int64_t size = IntegerField(json, "data_size");
  return {.node_path = TextField(json, "node"),
          .data = data.substr(0, kShownDataBytes),
          .data_size = size > 0 ? static_cast<size_t>(size) : data.size(),
          .id = TextField(json, "id"),
          .token = IntegerField(json, "token"),
          .session_id = IntegerField(json, "session"),
          .since = TimeOf(json, "since")};
}

}  // namespace

LeaderCopy::LeaderCopy(std::string file, std::string origin)
    : copy_(std::move(file), std::move(origin), /*version=*/1) {}

absl::StatusOr<RememberedLeaders> LeaderCopy::Load() const {
  ROSTER_ASSIGN_OR_RETURN(const Json json, copy_.Load(kMaxCopyBytes));
  const auto elections = json.find("elections");
  if (elections == json.end() || !elections->is_object())
    return copy_.Broken("elections: missing");
  RememberedLeaders leaders;
  for (const auto& [key, value] : elections->items()) {
    if (!value.is_object()) return copy_.Broken("elections: not an object");
    RememberedLeader& one = leaders[key];
    one.as_of = TimeOf(value, "as_of");
    one.seen = one.as_of != absl::InfinitePast();
    if (const auto leader = value.find("leader");
        leader != value.end() && leader->is_object())
      one.leader = ReadLeader(*leader);
    if (const auto found = value.find("designation"); found != value.end()) {
      auto read = model::ParseDesignation(found->dump());
      if (!read.ok()) return copy_.Broken(base::Message(read.status()));
      one.designation = *std::move(read);
      one.designation_as_of = TimeOf(value, "designation_as_of");
    }
  }
  return leaders;
}

absl::Status LeaderCopy::Write(const RememberedLeaders& leaders) const {
  Json content;
  Json& elections = content["elections"] = Json::object();
  for (const auto& [key, one] : leaders) {
    Json& json = elections[key] = Json::object();
    if (one.seen) json["as_of"] = model::FormatTimestamp(one.as_of);
    if (one.leader) json["leader"] = LeaderJson(*one.leader);
    if (!one.designation) continue;
    json["designation"] =
        Json::parse(model::SerializeDesignation(*one.designation));
    json["designation_as_of"] = model::FormatTimestamp(one.designation_as_of);
  }
  return copy_.Write(std::move(content));
}

}  // namespace roster::monitor
