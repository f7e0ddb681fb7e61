#include "monitor/gateway/rest_request.h"

#include <google/protobuf/util/json_util.h>

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "monitor/http/http_query.h"
#include "nlohmann/json.hpp"

namespace roster::monitor {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr size_t kShownBytes = 256;

absl::Status Bad(std::string_view field, std::string_view what) {
  const std::string name(base::TruncateUtf8(field, kShownBytes));
  return base::WithBadField(
      absl::InvalidArgumentError(base::StrCat(name, ": ", what)), name);
}

// What protobuf's reader does not mind: a key that is given twice, and bytes
// that are not given at all, which would be taken for no bytes.
absl::Status CheckKeys(const std::string& body, const Message& message) {
  using Event = nlohmann::json::parse_event_t;
  std::vector<std::set<std::string>> keys;  // of the objects that are open
  std::set<std::string> outermost;
  std::string twice;
  const auto look = [&](int, Event event, nlohmann::json& parsed) {
    if (event == Event::object_start) keys.emplace_back();
    if (event == Event::key && !keys.empty() &&
        !keys.back().insert(parsed.get<std::string>()).second)
      twice = parsed.get<std::string>();
    if (event == Event::object_end && !keys.empty()) {
      outermost = std::move(keys.back());
      keys.pop_back();
    }
    return true;
  };
  // What is no JSON is told by the reader.
  (void)nlohmann::json::parse(body, look, /*allow_exceptions=*/false);
  if (!twice.empty()) return Bad(twice, "is given twice in the body");
  const google::protobuf::Descriptor& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i)
    if (type.field(i)->type() == FieldDescriptor::TYPE_BYTES &&
        !outermost.contains(type.field(i)->name()) &&
        !outermost.contains(type.field(i)->json_name()))
      return Bad(type.field(i)->name(),
                 "is missing from the body; \"\" stands for no bytes");
  return absl::OkStatus();
}

absl::Status ReadBody(const std::string& body, Message* message) {
  if (!base::IsValidUtf8(body))
    return absl::InvalidArgumentError("the body is not UTF-8");
  ROSTER_RETURN_IF_ERROR(CheckKeys(body, *message));
  if (body.empty()) return absl::OkStatus();
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = false;
  const auto status =
      google::protobuf::util::JsonStringToMessage(body, message, options);
  if (status.ok()) return absl::OkStatus();
  const std::string why = base::ToValidUtf8(
      {status.message().data(), static_cast<size_t>(status.message().size())});
  return absl::InvalidArgumentError(base::StrCat(
      "the body is not the JSON of a ", message->GetDescriptor()->name(), ": ",
      base::TruncateUtf8(why, kShownBytes)));
}

// Sets or adds one value. Parameters are for scalars: whoever needs more has a
// body.
absl::Status SetField(std::string_view name, const std::string& text,
                      const FieldDescriptor* field, Message* message) {
  const auto* reflection = message->GetReflection();
  const bool repeated = field->is_repeated();
  // In a body they are base64; here a text would be taken for itself.
  if (field->type() == FieldDescriptor::TYPE_BYTES)
    return Bad(name, "can be given in the body only");
  switch (field->cpp_type()) {
    case FieldDescriptor::CPPTYPE_STRING:
      repeated ? reflection->AddString(message, field, text)
               : reflection->SetString(message, field, text);
      return absl::OkStatus();
    case FieldDescriptor::CPPTYPE_BOOL: {
      const std::optional<bool> flag = FlagValue(text);
      if (repeated || !flag) return Bad(name, "is true or false");
      reflection->SetBool(message, field, *flag);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_INT32: {
      int32_t value = 0;
      if (repeated || !absl::SimpleAtoi(text, &value))
        return Bad(name, "is no number that fits");
      reflection->SetInt32(message, field, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_INT64: {
      int64_t value = 0;
      if (repeated || !absl::SimpleAtoi(text, &value))
        return Bad(name, "is no number that fits");
      reflection->SetInt64(message, field, value);
      return absl::OkStatus();
    }
    case FieldDescriptor::CPPTYPE_ENUM: {
      const auto* value = field->enum_type()->FindValueByName(text);
      if (value == nullptr)
        return Bad(name,
                   "there is no '" +
                       std::string(base::TruncateUtf8(text, kShownBytes)) +
                       "'; it is one of " + field->enum_type()->name());
      repeated ? reflection->AddEnum(message, field, value)
               : reflection->SetEnum(message, field, value);
      return absl::OkStatus();
    }
    default:
      return Bad(name, "can be given in the body only");
  }
}

// Finds "budget.name" in the message and in those inside of it.
absl::Status SetPath(std::string_view path, const std::string& text,
                     Message* message) {
  const std::vector<std::string> parts =
      absl::StrSplit(base::ToAbsl(path), '.');
  for (size_t i = 0; i < parts.size(); ++i) {
    const auto* field = message->GetDescriptor()->FindFieldByName(parts[i]);
    const bool last = i + 1 == parts.size();
    if (field == nullptr ||
        (!last && (field->is_repeated() ||
                   field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE)))
      return Bad(path, "there is no such parameter");
    if (!last) {
      message = message->GetReflection()->MutableMessage(message, field);
      continue;
    }
    const auto* reflection = message->GetReflection();
    if (!field->is_repeated() && reflection->HasField(*message, field)) {
      if (field->cpp_type() != FieldDescriptor::CPPTYPE_STRING ||
          reflection->GetString(*message, field) != text)
        return Bad(path, "is given twice");
      return absl::OkStatus();
    }
    return SetField(path, text, field, message);
  }
  return absl::OkStatus();
}

absl::Status SetActor(const HttpRequest& request, Message* message) {
  const auto* field = message->GetDescriptor()->FindFieldByName("actor");
  const std::string_view actor = request.Header(kActorHeader);
  if (field == nullptr || actor.empty() || request.method == "GET" ||
      message->GetReflection()->HasField(*message, field))
    return absl::OkStatus();
  if (!base::IsValidUtf8(actor))
    return absl::InvalidArgumentError("X-Roster-Actor is not UTF-8");
  message->GetReflection()->SetString(message, field, std::string(actor));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::unique_ptr<Message>> BuildRequest(
    const RestRoute& route, const PathFields& fields,
    const HttpRequest& request) {
  const Message* prototype =
      google::protobuf::MessageFactory::generated_factory()->GetPrototype(
          route.method->input_type());
  std::unique_ptr<Message> message(prototype->New());
  if (route.has_body()) {
    ROSTER_RETURN_IF_ERROR(ReadBody(request.body, message.get()));
  } else if (!request.body.empty()) {
    return absl::InvalidArgumentError("a GET has no body");
  }
  ROSTER_ASSIGN_OR_RETURN(const HttpQuery query, ParseHttpQuery(request.query));
  for (const auto& [name, value] : query)
    ROSTER_RETURN_IF_ERROR(SetPath(name, value, message.get()));
  for (const auto& [name, value] : fields)
    ROSTER_RETURN_IF_ERROR(SetPath(name, value, message.get()));
  ROSTER_RETURN_IF_ERROR(SetActor(request, message.get()));
  return message;
}

}  // namespace roster::monitor
