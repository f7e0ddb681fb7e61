#include "monitor/control/leader_copy.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/replace_file.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "model/timestamp.h"
#include "nlohmann/json.hpp"

namespace roster::monitor {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kCopyVersion = 1;

absl::Status Broken(const std::string& file, std::string_view what) {
  return absl::InvalidArgumentError(base::StrCat(file, ": ", what));
}

std::string Text(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>()
                                                   : "";
}

int64_t Number(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_number_integer()
             ? found->get<int64_t>()
             : 0;
}

absl::Time TimeOf(const Json& json, const char* key) {
  return model::ParseTimestamp(Text(json, key)).value_or(absl::InfinitePast());
}

Json LeaderJson(const coordination::Leader& leader) {
  return {{"node", leader.node_path},
          {"data", leader.data},
          {"id", leader.id},
          {"token", leader.token},
          {"session", leader.session_id},
          {"since", model::FormatTimestamp(leader.since)}};
}

coordination::Leader ReadLeader(const Json& json) {
  return {.node_path = Text(json, "node"),
          .data = Text(json, "data"),
          .id = Text(json, "id"),
          .token = Number(json, "token"),
          .session_id = Number(json, "session"),
          .since = TimeOf(json, "since")};
}

}  // namespace

LeaderCopy::LeaderCopy(std::string file, std::string origin)
    : file_(std::move(file)), origin_(std::move(origin)) {}

absl::StatusOr<RememberedLeaders> LeaderCopy::Load() const {
  // A folder would throw, and a pipe keep us waiting.
  std::error_code error;
  if (!std::filesystem::is_regular_file(file_, error))
    return absl::NotFoundError(base::StrCat(file_, ": is no file"));
  std::ifstream in(file_, std::ios::binary);
  if (!in) return absl::NotFoundError(base::StrCat(file_, ": cannot be read"));
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  const Json json = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Broken(file_, "no JSON object");
  if (Number(json, "v") != kCopyVersion)
    return Broken(file_, "not a copy of a version that is known");
  if (Text(json, "origin") != origin_)
    return absl::FailedPreconditionError(
        base::StrCat(file_, ": a copy of \"", Text(json, "origin"),
                     "\", not \"", origin_, "\""));
  const auto elections = json.find("elections");
  if (elections == json.end() || !elections->is_object())
    return Broken(file_, "elections: missing");
  RememberedLeaders leaders;
  for (const auto& [key, value] : elections->items()) {
    if (!value.is_object()) return Broken(file_, "elections: not an object");
    RememberedLeader& one = leaders[key];
    one.as_of = TimeOf(value, "as_of");
    one.seen = one.as_of != absl::InfinitePast();
    if (const auto leader = value.find("leader");
        leader != value.end() && leader->is_object())
      one.leader = ReadLeader(*leader);
    if (const auto found = value.find("designation"); found != value.end()) {
      auto read = model::ParseDesignation(found->dump());
      if (!read.ok()) return Broken(file_, base::Message(read.status()));
      one.designation = *std::move(read);
      one.designation_as_of = TimeOf(value, "designation_as_of");
    }
  }
  return leaders;
}

absl::Status LeaderCopy::Write(const RememberedLeaders& leaders) const {
  Json elections = Json::object();
  for (const auto& [key, one] : leaders) {
    Json& json = elections[key] = Json::object();
    if (one.seen) json["as_of"] = model::FormatTimestamp(one.as_of);
    if (one.leader) json["leader"] = LeaderJson(*one.leader);
    if (!one.designation) continue;
    json["designation"] =
        Json::parse(model::SerializeDesignation(*one.designation));
    json["designation_as_of"] = model::FormatTimestamp(one.designation_as_of);
  }
  const Json json = {{"v", kCopyVersion},
                     {"origin", origin_},
                     {"elections", std::move(elections)}};
  return base::ReplaceFile(file_, json.dump(2, ' ', /*ensure_ascii=*/false,
                                            Json::error_handler_t::replace) +
                                      "\n");
}

}  // namespace roster::monitor
