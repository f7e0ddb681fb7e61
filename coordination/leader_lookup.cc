#include "coordination/leader_lookup.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "base/json_field.h"
#include "base/strings.h"
#include "coordination/election.h"
#include "coordination/http_get.h"
#include "coordination/retry.h"
#include "coordination/static_election.h"
#include "model/paths.h"
#include "model/timestamp.h"
#include "nlohmann/json.hpp"

namespace roster::coordination {
namespace {

using base::TextField;
using Json = nlohmann::json;

// A component of a URL.
std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) != 0 ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain)
      escaped += c;
    else
      escaped += absl::StrFormat("%%%02X", static_cast<unsigned char>(c));
  }
  return escaped;
}

// In JSON's form of protobuf a number of 64 bits is a string.
int64_t Number(const Json& json, const char* key) {
  int64_t number = 0;
  const auto found = json.find(key);
  if (found == json.end()) return 0;
  if (found->is_number_integer()) return found->get<int64_t>();
  return absl::SimpleAtoi(TextField(json, key), &number) ? number : 0;
}

std::optional<LeaderOrigin> OriginOf(const Json& json) {
  const std::string source = TextField(json, "source");
  if (source == "LEADER_SOURCE_LIVE") return LeaderOrigin::kLive;
  if (source == "LEADER_SOURCE_LAST_KNOWN") return LeaderOrigin::kLastKnown;
  if (source == "LEADER_SOURCE_DESIGNATED") return LeaderOrigin::kDesignated;
  return std::nullopt;
}

absl::Status NobodyLeads(std::string_view election) {
  return absl::NotFoundError(base::StrCat(election, ": nobody leads"));
}

}  // namespace

std::string_view LeaderOriginName(LeaderOrigin origin) {
  switch (origin) {
    case LeaderOrigin::kLive:
      return "LIVE";
    case LeaderOrigin::kLastKnown:
      return "LAST_KNOWN";
    case LeaderOrigin::kDesignated:
      return "DESIGNATED";
  }
  return "UNKNOWN";
}

LeaderLookup::LeaderLookup(Client& client, LeaderLookupOptions options)
    : client_(client), options_(std::move(options)) {}

absl::StatusOr<FoundLeader> LeaderLookup::Find(absl::Time deadline) const {
  if (absl::Status status = CheckMayBlock(client_); !status.ok()) return status;
  const auto soon = [&] {
    return std::min(deadline, absl::Now() + options_.patience);
  };
  absl::StatusOr<FoundLeader> found = AskZooKeeper(soon());
  if (found.ok() || absl::IsNotFound(found.status())) return found;
  std::string why = base::StrCat("zookeeper: ", base::Message(found.status()));
  std::optional<FoundLeader> newest;
  for (const std::string& address : options_.rosterds) {
    if (absl::Now() >= deadline) break;
    absl::StatusOr<FoundLeader> answer = AskRosterd(address, soon());
    if (absl::IsNotFound(answer.status())) return answer;
    if (!answer.ok()) {
      why += base::StrCat("; ", base::Message(answer.status()));
      continue;
    }
    if (answer->origin == LeaderOrigin::kLive) return answer;
    const bool better =
        !newest || answer->origin < newest->origin ||
        (answer->origin == newest->origin && answer->as_of > newest->as_of);
    if (better) newest = *std::move(answer);
  }
  if (newest) return *std::move(newest);
  return absl::UnavailableError(base::StrCat("who leads ", options_.election,
                                             " cannot be found out: ", why));
}

absl::StatusOr<FoundLeader> LeaderLookup::AskZooKeeper(
    absl::Time deadline) const {
  const std::string path =
      model::JoinPath(options_.elections_path, options_.election);
  absl::StatusOr<Leader> leader = Election::FindLeader(client_, path, deadline);
  if (absl::IsNotFound(leader.status())) {
    // No candidates in line: it may be of the form with one node.
    auto only = StaticElection::FindLeader(client_, path, deadline);
    if (only.ok() && only->session_id != 0) leader = std::move(only);
  }
  if (!leader.ok()) return leader.status();
  return FoundLeader{.id = std::move(leader->id),
                     .data = std::move(leader->data),
                     .token = leader->token,
                     .as_of = absl::Now(),
                     .answered_by = "zookeeper"};
}

absl::StatusOr<FoundLeader> LeaderLookup::AskRosterd(
    const std::string& address, absl::Time deadline) const {
  // The name may have slashes, so it is no part of the path.
  absl::StatusOr<HttpAnswer> answer = HttpGet(
      address,
      base::StrCat("/api/v1/election/leader?name=", Escaped(options_.election),
                   "&cluster=", Escaped(options_.cluster)),
      deadline);
  if (!answer.ok()) return answer.status();
  const Json json = Json::parse(answer->body, nullptr,
                                /*allow_exceptions=*/false);
  const auto refuse = [&](std::string_view what) {
    return absl::UnavailableError(base::StrCat(address, ": ", what));
  };
  if (!json.is_object())
    return refuse(base::StrCat("HTTP ", answer->status, ", no JSON"));
  if (answer->status != 200) return refuse(TextField(json, "message"));
  const std::optional<LeaderOrigin> origin = OriginOf(json);
  const auto as_of = model::ParseTimestamp(TextField(json, "as_of"));
  if (!origin || !as_of) return refuse("an answer that is not understood");
  const auto leader = json.find("leader");
  if (leader == json.end() || !leader->is_object()) {
    if (*origin == LeaderOrigin::kLive) return NobodyLeads(options_.election);
    return refuse("nobody led when ZooKeeper was last seen");
  }
  FoundLeader found{.id = TextField(*leader, "name"),
                    .token = Number(*leader, "fencing_token"),
                    .origin = *origin,
                    .as_of = *as_of,
                    .answered_by = address};
  if (const auto data = leader->find("data");
      data != leader->end() && data->is_object())
    found.data = TextField(*data, "text");
  return found;
}

}  // namespace roster::coordination
