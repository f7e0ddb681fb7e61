#include "cli/printer_json.h"

#include <array>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "base/strings.h"
#include "cli/text.h"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"
#include "yaml-cpp/yaml.h"

namespace roster::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kIndent = 2;

// Non-ASCII text stays legible; only what a terminal would obey or hide is
// escaped. The writer of protobuf does that, the one of nlohmann does not, so
// the latter prints ASCII whenever there is something to hide.
std::string Dump(const Json& json, int indent) {
  std::string text = json.dump(indent, ' ', /*ensure_ascii=*/false);
  const bool safe = absl::c_all_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x7f; });
  if (safe) return text;
  std::string lines = text;
  absl::c_replace(lines, '\n', ' ');
  if (Visible(lines) == lines) return text;
  return json.dump(indent, ' ', /*ensure_ascii=*/true);
}

// Text that every version of YAML reads as itself without quotes.
bool IsPlain(const std::string& text) {
  static constexpr std::array<std::string_view, 9> kReserved = {
      "true", "false", "yes", "no", "on", "off", "null", "y", "n"};
  if (text.empty() || !absl::ascii_isalpha(text.front())) return false;
  if (absl::c_linear_search(kReserved, absl::AsciiStrToLower(text))) {
    return false;
  }
  return absl::c_all_of(text, [](char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '.' ||
           c == '/';
  });
}

void EmitText(YAML::Emitter& out, const std::string& text) {
  if (!IsPlain(text)) {
    out << YAML::DoubleQuoted;
    if (Visible(text) != text) out << YAML::EscapeNonAscii;
  }
  out << text;
}

void Emit(YAML::Emitter& out, const Json& json) {
  if (json.is_object()) {
    if (json.empty()) out << YAML::Flow;
    out << YAML::BeginMap;
    for (const auto& [key, value] : json.items()) {
      out << YAML::Key;
      EmitText(out, key);
      out << YAML::Value;
      Emit(out, value);
    }
    out << YAML::EndMap;
  } else if (json.is_array()) {
    if (json.empty()) out << YAML::Flow;
    out << YAML::BeginSeq;
    for (const Json& item : json) Emit(out, item);
    out << YAML::EndSeq;
  } else if (json.is_string()) {
    EmitText(out, json.get<std::string>());
  } else {
    out << json.dump();  // numbers, true, false, null: as in JSON
  }
}

}  // namespace

std::string ToJsonLine(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.preserve_proto_field_names = true;
  options.always_print_primitive_fields = true;
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(message, &json, options);
  // Only timestamps beyond the year 9999 and the like cannot be printed.
  if (!status.ok()) {
    return Json({{"unprintable", status.ToString()}}).dump(-1, ' ', true);
  }
  return json;
}

std::string ToJson(const google::protobuf::Message& message) {
  return Dump(Json::parse(ToJsonLine(message)), kIndent);
}

std::string TaskToJsonLine(const roster::v1::Member& member,
                           const roster::v1::Task& task) {
  // Put together as text: there may be very many tasks, and each parsing costs
  // as much as all the rest.
  const std::string head =
      Dump({{"cluster", member.cluster()}, {"member", member.name()}}, -1);
  const std::string rest = ToJsonLine(task);  // never "{}": it has an id field
  return base::StrCat(head.substr(0, head.size() - 1), ",", rest.substr(1));
}

std::string JsonArray(const std::vector<std::string>& items) {
  if (items.empty()) return "[]\n";
  std::string out = "[";
  for (const std::string& item : items) {
    out += base::StrCat(out.size() > 1 ? ",\n" : "\n");
    // Indented as an array of one, whose brackets are cut off: the document
    // as a whole, with all members of a big cluster, is never parsed.
    const std::string one = Dump(Json::array({Json::parse(item)}), kIndent);
    out.append(one, 2, one.size() - 4);
  }
  return out + "\n]\n";
}

std::string JsonToYaml(std::string_view json) {
  YAML::Emitter out;
  Emit(out, Json::parse(json));
  return base::StrCat(out.c_str(), "\n");
}

}  // namespace roster::cli
