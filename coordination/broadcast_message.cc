#include "coordination/broadcast_message.h"

#include <optional>

#include "base/json_field.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "model/timestamp.h"
#include "nlohmann/json.hpp"

namespace roster::coordination {
namespace {

using base::IntegerField;
using base::TextField;
using Json = nlohmann::ordered_json;

absl::StatusOr<Json> ParseObject(std::string_view what,
                                 std::string_view bytes) {
  Json json = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object())
    return absl::InvalidArgumentError(base::StrCat(what, ": no JSON object"));
  if (const auto v = json.find("v"); v == json.end() || *v != kBroadcastVersion)
    return absl::InvalidArgumentError(
        base::StrCat(what, ": not of a version that is known"));
  return json;
}

absl::Time Time(const Json& json, const char* key) {
  return model::ParseTimestamp(TextField(json, key))
      .value_or(absl::InfinitePast());
}

}  // namespace

absl::StatusOr<BroadcastMessage> ParseBroadcastMessage(std::string_view bytes) {
  ROSTER_ASSIGN_OR_RETURN(const Json json, ParseObject("broadcast", bytes));
  return BroadcastMessage{.id = TextField(json, "id"),
                          .sender = TextField(json, "sender"),
                          .at = Time(json, "at"),
                          .text = TextField(json, "text")};
}

std::string SerializeBroadcastMessage(const BroadcastMessage& message) {
  return Json{{"v", kBroadcastVersion},
              {"id", message.id},
              {"sender", base::ToValidUtf8(message.sender)},
              {"at", model::FormatTimestamp(message.at)},
              {"text", base::ToValidUtf8(message.text)}}
      .dump();
}

absl::StatusOr<BroadcastAnswer> ParseBroadcastAnswer(std::string_view bytes) {
  ROSTER_ASSIGN_OR_RETURN(const Json json,
                          ParseObject("broadcast answer", bytes));
  const auto ok = json.find("ok");
  if (ok == json.end() || !ok->is_boolean())
    return absl::InvalidArgumentError("broadcast answer: ok: no boolean");
  return BroadcastAnswer{.ok = ok->get<bool>(),
                         .result = TextField(json, "result"),
                         .at = Time(json, "at"),
                         .czxid = IntegerField(json, "message_czxid")};
}

std::string SerializeBroadcastAnswer(const BroadcastAnswer& answer) {
  const std::string result = base::ToValidUtf8(answer.result);
  return Json{{"v", kBroadcastVersion},
              {"ok", answer.ok},
              {"result", base::TruncateUtf8(result, kMaxBroadcastResultBytes)},
              {"at", model::FormatTimestamp(answer.at)},
              {"message_czxid", answer.czxid}}
      .dump();
}

}  // namespace roster::coordination
