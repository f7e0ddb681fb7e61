#include "model/paths.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_format.h"
#include "base/strings.h"
#include "base/utf8.h"

namespace roster::model {
namespace {

constexpr size_t kMaxClusterNameBytes = 63;

// The character that starts at text[*at]; moves *at behind it.
// REQUIRES: `text` is valid UTF-8, *at is the start of a character.
uint32_t NextCharacter(std::string_view text, size_t* at) {
  const auto lead = static_cast<uint8_t>(text[(*at)++]);
  if (lead < 0x80) return lead;
  const int more = lead < 0xE0 ? 1 : lead < 0xF0 ? 2 : 3;
  uint32_t character = lead & (0x3Fu >> more);
  for (int i = 0; i < more; ++i) {
    character = character << 6 | (static_cast<uint8_t>(text[(*at)++]) & 0x3Fu);
  }
  return character;
}

// Characters beyond U+FFFF are refused by the server too: it looks at the
// surrogates they consist of in Java.
bool IsRefusedByZooKeeper(uint32_t character) {
  return character <= 0x1F || (character >= 0x7F && character <= 0x9F) ||
         (character >= 0xD800 && character <= 0xF8FF) || character >= 0xFFF0;
}

// The text for an error message: it may hold anything, and be long.
std::string Quoted(std::string_view text) {
  constexpr size_t kShown = 80;
  const std::string valid = base::ToValidUtf8(text);
  const std::string_view shown = base::TruncateUtf8(valid, kShown);
  return base::StrCat("\"", absl::Utf8SafeCHexEscape(base::ToAbsl(shown)),
                      shown.size() < valid.size() ? "..." : "", "\"");
}

// Checks one component of a path. `what` and `whole` are for the message,
// `offset` is the place of `component` in `whole`.
absl::Status ValidateComponent(std::string_view component,
                               std::string_view what, std::string_view whole,
                               size_t offset) {
  if (component == "." || component == "..") {
    return absl::InvalidArgumentError(base::StrCat(
        what, " ", Quoted(whole), ": \"", component, "\" is no name"));
  }
  for (size_t at = 0; at < component.size();) {
    const size_t start = at;
    const uint32_t character = NextCharacter(component, &at);
    if (character == '/' || IsRefusedByZooKeeper(character)) {
      return absl::InvalidArgumentError(
          absl::StrFormat("%s %s: character U+%04X at byte %u is not allowed",
                          what, Quoted(whole), character, offset + start));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateMemberName(std::string_view name) {
  if (name.empty()) return absl::InvalidArgumentError("member name is empty");
  if (name.size() > kMaxNameBytes) {
    return absl::InvalidArgumentError(
        base::StrCat("member name ", Quoted(name), ": ", name.size(),
                     " bytes are more than ", kMaxNameBytes));
  }
  if (!base::IsValidUtf8(name)) {
    return absl::InvalidArgumentError(
        base::StrCat("member name ", Quoted(name), ": not valid UTF-8"));
  }
  return ValidateComponent(name, "member name", name, 0);
}

absl::Status ValidatePath(std::string_view path) {
  if (path.empty() || path[0] != '/') {
    return absl::InvalidArgumentError(
        base::StrCat("path ", Quoted(path), ": does not start with \"/\""));
  }
  if (!base::IsValidUtf8(path)) {
    return absl::InvalidArgumentError(
        base::StrCat("path ", Quoted(path), ": not valid UTF-8"));
  }
  if (path == "/") return absl::OkStatus();
  for (size_t start = 1; start <= path.size();) {
    const size_t end = std::min(path.find('/', start), path.size());
    if (end == start) {
      return absl::InvalidArgumentError(
          base::StrCat("path ", Quoted(path), ": empty name at byte ", start));
    }
    absl::Status status =
        ValidateComponent(path.substr(start, end - start), "path", path, start);
    if (!status.ok()) return status;
    start = end + 1;
  }
  return absl::OkStatus();
}

absl::Status ValidateClusterName(std::string_view name) {
  if (name.empty() || name.size() > kMaxClusterNameBytes) {
    return absl::InvalidArgumentError(
        base::StrCat("cluster name ", Quoted(name), ": ", name.size(),
                     " bytes; 1 to ", kMaxClusterNameBytes, " are allowed"));
  }
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (absl::ascii_isalnum(c)) continue;
    if (i > 0 && (c == '.' || c == '_' || c == '-')) continue;
    return absl::InvalidArgumentError(
        base::StrCat("cluster name ", Quoted(name), ": byte ", i, " is none of",
                     i == 0 ? " a-z A-Z 0-9" : " a-z A-Z 0-9 . _ -"));
  }
  return absl::OkStatus();
}

std::string JoinPath(std::string_view parent, std::string_view child) {
  if (parent == "/") return base::StrCat("/", child);
  return base::StrCat(parent, "/", child);
}

ClusterPaths::ClusterPaths(std::string_view state_path,
                           std::string_view cluster) {
  const std::string root = JoinPath(state_path, cluster);
  control = JoinPath(root, "control");
  policy = JoinPath(root, "policy");
  budgets = JoinPath(root, "budgets");
  admission = JoinPath(root, "admission");
  ledger = JoinPath(root, "ledger");
  audit = JoinPath(root, "audit");
  operations = JoinPath(root, "operations");
  requests = JoinPath(root, "requests");
  monitors = JoinPath(root, "monitors");
  config = JoinPath(root, "config");
  broadcasts = JoinPath(root, "broadcasts");
  names = JoinPath(root, "names");
  elections = JoinPath(root, "elections");
  designations = JoinPath(root, "designations");
  locks = JoinPath(root, "locks");
  queues = JoinPath(root, "queues");
  barriers = JoinPath(root, "barriers");
}

}  // namespace roster::model
