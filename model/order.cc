#include "model/order.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "model/timestamp.h"
#include "nlohmann/json.hpp"

namespace roster::model {
namespace {

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;  // for people who look at it

absl::Status Bad(std::string_view where, std::string_view what) {
  return absl::InvalidArgumentError(base::StrCat("order: ", where, what));
}

// The field `key` of `object`; null when it is absent or JSON's null.
const Json* Find(const Json& object, const char* key) {
  const auto it = object.find(key);
  return it == object.end() || it->is_null() ? nullptr : &*it;
}

// The readers of single fields. `where` is the path of `object`, with a final
// dot, for the message. An absent field leaves `out` as it is.
absl::Status ReadString(const Json& object, const char* key,
                        std::string_view where, std::string& out) {
  const Json* value = Find(object, key);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_string()) {
    return Bad(where, base::StrCat(key, ": not a string"));
  }
  out = value->get_ref<const std::string&>();
  return absl::OkStatus();
}

absl::Status ReadTime(const Json& object, const char* key,
                      std::string_view where, absl::Time& out) {
  std::string text;
  ROSTER_RETURN_IF_ERROR(ReadString(object, key, where, text));
  if (Find(object, key) == nullptr) return absl::OkStatus();
  const std::optional<absl::Time> time = ParseTimestamp(text);
  if (!time) return Bad(where, base::StrCat(key, ": not an RFC 3339 time"));
  out = *time;
  return absl::OkStatus();
}

absl::Status ReadMode(const Json& object, std::string_view where,
                      HoldMode& out) {
  std::string mode;
  ROSTER_RETURN_IF_ERROR(ReadString(object, "mode", where, mode));
  if (mode == "DRAIN") {
    out = HoldMode::kDrain;
  } else if (mode == "IMMEDIATE") {
    out = HoldMode::kImmediate;
  } else {
    return Bad(where, "mode: neither \"DRAIN\" nor \"IMMEDIATE\"");
  }
  return absl::OkStatus();
}

absl::StatusOr<Hold> ReadHold(const Json& json, std::string_view where) {
  if (!json.is_object()) return Bad(where, ": not an object");
  const std::string prefix = base::StrCat(where, ".");
  Hold hold;
  ROSTER_RETURN_IF_ERROR(ReadString(json, "id", prefix, hold.id));
  if (hold.id.empty()) return Bad(prefix, "id: missing");
  ROSTER_RETURN_IF_ERROR(ReadString(json, "owner", prefix, hold.owner));
  ROSTER_RETURN_IF_ERROR(ReadMode(json, prefix, hold.mode));
  ROSTER_RETURN_IF_ERROR(ReadString(json, "reason", prefix, hold.reason));
  ROSTER_RETURN_IF_ERROR(ReadString(json, "ticket", prefix, hold.ticket));
  ROSTER_RETURN_IF_ERROR(ReadTime(json, "created_at", prefix, hold.created_at));
  ROSTER_RETURN_IF_ERROR(ReadTime(json, "deadline", prefix, hold.deadline));
  ROSTER_RETURN_IF_ERROR(ReadTime(json, "expires_at", prefix, hold.expires_at));
  return hold;
}

// Numbers beyond int64_t count as no integer.
std::optional<int64_t> ReadInteger(const Json* value) {
  if (value == nullptr || !value->is_number_integer()) return std::nullopt;
  if (value->is_number_unsigned() &&
      value->get<uint64_t>() > uint64_t{INT64_MAX}) {
    return std::nullopt;
  }
  return value->get<int64_t>();
}

absl::Status ReadHolds(const Json& json, std::vector<Hold>& out) {
  const Json* holds = Find(json, "holds");
  // Not assumed to be empty: that would bring a machine online by mistake.
  if (holds == nullptr) return Bad("holds", ": missing");
  if (!holds->is_array()) return Bad("holds", ": not an array");
  for (size_t i = 0; i < holds->size(); ++i) {
    const std::string where = base::StrCat("holds[", i, "]");
    ROSTER_ASSIGN_OR_RETURN(Hold hold, ReadHold((*holds)[i], where));
    for (const Hold& other : out) {
      if (other.id == hold.id) {
        return Bad(where, ".id: the same as of another hold");
      }
    }
    out.push_back(std::move(hold));
  }
  return absl::OkStatus();
}

absl::Status ReadVersion(const Json& json) {
  const Json* value = Find(json, "v");
  if (value == nullptr) return Bad("v", ": missing");
  const std::optional<int64_t> version = ReadInteger(value);
  if (!version || *version < 1) return Bad("v", ": not a version");
  if (*version > kOrderVersion) {
    return Bad("v", base::StrCat(": version ", *version, " is newer than ",
                                 kOrderVersion));
  }
  return absl::OkStatus();
}

// `desired` repeats for people what `holds` says; a disagreement means that
// somebody edited one of them only.
absl::Status CheckDesired(const Json& json, const Order& order) {
  std::string desired;
  ROSTER_RETURN_IF_ERROR(ReadString(json, "desired", "", desired));
  if (Find(json, "desired") == nullptr) return absl::OkStatus();
  if (desired != "ONLINE" && desired != "OFFLINE") {
    return Bad("desired", ": neither \"ONLINE\" nor \"OFFLINE\"");
  }
  if ((desired == "OFFLINE") != order.held()) {
    return Bad("desired", base::StrCat(": ", desired, " with ",
                                       order.holds.size(), " holds"));
  }
  return absl::OkStatus();
}

OrderedJson ToJson(const Hold& hold) {
  OrderedJson json = {
      {"id", base::ToValidUtf8(hold.id)},
      {"owner", base::ToValidUtf8(hold.owner)},
      {"mode", hold.mode == HoldMode::kDrain ? "DRAIN" : "IMMEDIATE"},
      {"reason", base::ToValidUtf8(hold.reason)},
      {"ticket", base::ToValidUtf8(hold.ticket)}};
  if (hold.created_at != absl::InfinitePast()) {
    json["created_at"] = FormatTimestamp(hold.created_at);
  }
  if (hold.deadline != absl::InfiniteFuture()) {
    json["deadline"] = FormatTimestamp(hold.deadline);
  }
  if (hold.expires_at != absl::InfiniteFuture()) {
    json["expires_at"] = FormatTimestamp(hold.expires_at);
  }
  return json;
}

}  // namespace

absl::StatusOr<Order> ParseOrder(std::string_view bytes) {
  if (bytes.empty()) return Order{};
  // nlohmann's reader takes a NUL byte for the end of its input.
  if (bytes.find('\0') != bytes.npos) return Bad("", "holds a NUL byte");
  const Json json = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Bad("", "not JSON");
  if (!json.is_object()) return Bad("", "not a JSON object");
  ROSTER_RETURN_IF_ERROR(ReadVersion(json));

  Order order;
  const std::optional<int64_t> epoch = ReadInteger(Find(json, "epoch"));
  if (!epoch || *epoch < 0) return Bad("epoch", ": not an integer >= 0");
  order.epoch = *epoch;
  ROSTER_RETURN_IF_ERROR(ReadHolds(json, order.holds));
  ROSTER_RETURN_IF_ERROR(CheckDesired(json, order));
  return order;
}

std::string SerializeOrder(const Order& order) {
  OrderedJson holds = OrderedJson::array();
  for (const Hold& hold : order.holds) holds.push_back(ToJson(hold));
  return OrderedJson{{"v", kOrderVersion},
                     {"epoch", order.epoch},
                     {"desired", order.held() ? "OFFLINE" : "ONLINE"},
                     {"holds", std::move(holds)}}
      .dump();
}

}  // namespace roster::model
