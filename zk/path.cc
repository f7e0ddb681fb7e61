#include "zk/path.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_split.h"
#include "base/strings.h"
#include "base/utf8.h"

namespace roster::zk {
namespace {

absl::Status Invalid(std::string_view path, std::string_view why) {
  return absl::InvalidArgumentError(base::StrCat(
      "path \"", absl::Utf8SafeCEscape(base::ToAbsl(path)), "\" ", why));
}

bool HasControlCharacter(std::string_view path) {
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) return true;
  }
  return false;
}

}  // namespace

absl::Status ValidatePath(std::string_view path) {
  if (path.empty() || path.front() != '/')
    return Invalid(path, "does not start with '/'");
  if (path.size() == 1) return absl::OkStatus();
  if (path.back() == '/') return Invalid(path, "ends with '/'");
  if (HasControlCharacter(path))
    return Invalid(path, "has a control character");
  if (!base::IsValidUtf8(path)) return Invalid(path, "is not UTF-8");
  for (const absl::string_view part :
       absl::StrSplit(base::ToAbsl(path.substr(1)), '/')) {
    if (part.empty()) return Invalid(path, "has an empty part");
    if (part == "." || part == "..")
      return Invalid(path, "has a relative part");
  }
  return absl::OkStatus();
}

}  // namespace roster::zk
