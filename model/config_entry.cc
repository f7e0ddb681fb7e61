#include "model/config_entry.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "model/json_fields.h"
#include "model/paths.h"

namespace roster::model {
namespace {

constexpr std::string_view kBase64 = "base64";
constexpr std::string_view kHistoryPrefix = "v-";

// What JSON holds without becoming several times as long.
bool IsPlainText(std::string_view value) {
  const auto is_control = [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7f;
  };
  return base::IsValidUtf8(value) &&
         std::none_of(value.begin(), value.end(), is_control);
}

void ReadValue(FieldReader& fields, std::string& out) {
  std::string text;
  std::string encoding;
  fields.Read("value", text);
  fields.Read("encoding", encoding);
  if (encoding.empty())
    out = std::move(text);
  else if (encoding != kBase64)
    fields.Fail("encoding", "neither absent nor base64");
  else if (!absl::Base64Unescape(text, &out))
    fields.Fail("value", "no base64");
}

absl::Status CheckLength(std::string_view field, std::string_view text,
                         size_t most) {
  if (text.size() <= most && base::IsValidUtf8(text)) return absl::OkStatus();
  return base::WithBadField(
      absl::InvalidArgumentError(
          text.size() > most ? base::StrCat(field, ": ", text.size(),
                                            " bytes are more than ", most)
                             : base::StrCat(field, ": not valid UTF-8")),
      field);
}

}  // namespace

absl::StatusOr<ConfigEntry> ParseConfigEntry(std::string_view name,
                                             std::string_view bytes) {
  ROSTER_ASSIGN_OR_RETURN(const Json json,
                          ParseDocument("config entry", bytes, kConfigVersion));
  absl::Status status;
  FieldReader fields(json, "config entry", "", status);
  ConfigEntry entry{.name = std::string(name)};
  fields.Require("version");
  fields.Read("version", entry.version, 1);
  ReadValue(fields, entry.value);
  fields.Read("content_type", entry.content_type);
  fields.Read("author", entry.author);
  fields.Read("comment", entry.comment);
  fields.Read("at", entry.at);
  fields.Read("restored_from", entry.restored_from);
  fields.Read("deleted", entry.deleted);
  fields.Read("change_id", entry.change_id);
  ROSTER_RETURN_IF_ERROR(status);
  return entry;
}

std::string SerializeConfigEntry(const ConfigEntry& entry) {
  OrderedJson json = {{"v", kConfigVersion}, {"version", entry.version}};
  AddTime(json, "at", entry.at);
  AddText(json, "author", entry.author);
  AddText(json, "comment", entry.comment);
  AddInteger(json, "restored_from", entry.restored_from);
  AddFlag(json, "deleted", entry.deleted);
  AddText(json, "content_type", entry.content_type);
  AddText(json, "change_id", entry.change_id);
  if (IsPlainText(entry.value)) {
    json["value"] = entry.value;
  } else {
    json["encoding"] = kBase64;
    json["value"] = absl::Base64Escape(entry.value);
  }
  return json.dump();
}

absl::Status ValidateConfigName(std::string_view name) {
  const auto bad = [](absl::Status status) {
    return base::WithReason(base::WithBadField(std::move(status), "name"),
                            "INVALID_CONFIG_NAME");
  };
  if (name.empty())
    return bad(absl::InvalidArgumentError("config name is empty"));
  if (name.size() > kMaxConfigNameBytes)
    return bad(absl::InvalidArgumentError(
        base::StrCat("config name: ", name.size(), " bytes are more than ",
                     kMaxConfigNameBytes)));
  if (absl::Status valid = ValidatePath(base::StrCat("/", name)); !valid.ok())
    return bad(absl::InvalidArgumentError(
        base::StrCat("config name: ", base::Message(valid))));
  return absl::OkStatus();
}

absl::Status ValidateConfigEntry(const ConfigEntry& entry) {
  ROSTER_RETURN_IF_ERROR(ValidateConfigName(entry.name));
  if (entry.value.size() > kMaxConfigValueBytes)
    return base::WithReason(
        base::WithBadField(absl::InvalidArgumentError(base::StrCat(
                               "value: ", entry.value.size(),
                               " bytes are more than ", kMaxConfigValueBytes)),
                           "value"),
        "CONFIG_TOO_LARGE");
  ROSTER_RETURN_IF_ERROR(
      CheckLength("comment", entry.comment, kMaxConfigCommentBytes));
  ROSTER_RETURN_IF_ERROR(
      CheckLength("author", entry.author, kMaxConfigAuthorBytes));
  return CheckLength("content_type", entry.content_type,
                     kMaxConfigContentTypeBytes);
}

std::string ConfigNodeName(std::string_view name) {
  return absl::StrReplaceAll(base::ToAbsl(name), {{"%", "%25"}, {"/", "%2F"}});
}

std::optional<std::string> ConfigNameOfNode(std::string_view node_name) {
  std::string name = absl::StrReplaceAll(base::ToAbsl(node_name),
                                         {{"%2F", "/"}, {"%25", "%"}});
  if (!ValidateConfigName(name).ok() || ConfigNodeName(name) != node_name)
    return std::nullopt;
  return name;
}

std::string ConfigHistoryNodeName(int64_t version) {
  return absl::StrFormat("%s%010d", kHistoryPrefix, version);
}

std::optional<int64_t> ConfigVersionOfNode(std::string_view node_name) {
  int64_t version = 0;
  if (!node_name.starts_with(kHistoryPrefix) ||
      !absl::SimpleAtoi(base::ToAbsl(node_name.substr(kHistoryPrefix.size())),
                        &version) ||
      ConfigHistoryNodeName(version) != node_name)
    return std::nullopt;
  return version;
}

}  // namespace roster::model
