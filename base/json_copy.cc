#include "base/json_copy.h"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "base/json_field.h"
#include "base/replace_file.h"
#include "base/strings.h"

namespace roster::base {
namespace {

using Json = nlohmann::ordered_json;
using std::filesystem::file_type;

absl::StatusOr<std::string> ReadFile(const std::string& file,
                                     uintmax_t max_bytes) {
  // A folder would throw, and a pipe keep us waiting.
  std::error_code error;
  const file_type type = std::filesystem::status(file, error).type();
  if (type == file_type::none)
    return absl::ErrnoToStatus(error.value(), ToAbsl(file));
  if (type == file_type::not_found)
    return absl::NotFoundError(StrCat(file, ": there is no such file"));
  if (type != file_type::regular)
    return absl::FailedPreconditionError(StrCat(file, ": is no file"));
  if (const uintmax_t size = std::filesystem::file_size(file, error);
      !error && size > max_bytes)
    return absl::InvalidArgumentError(
        StrCat(file, ": its ", size, " bytes are more than ", max_bytes));
  errno = 0;
  std::ifstream in(file, std::ios::binary);
  if (!in) return absl::ErrnoToStatus(errno, ToAbsl(file));
  return std::string((std::istreambuf_iterator<char>(in)), {});
}

}  // namespace

JsonCopy::JsonCopy(std::string file, std::string origin, int version)
    : file_(std::move(file)), origin_(std::move(origin)), version_(version) {}

absl::StatusOr<Json> JsonCopy::Load(uintmax_t max_bytes) const {
  const absl::StatusOr<std::string> bytes = ReadFile(file_, max_bytes);
  if (!bytes.ok()) return bytes.status();
  Json json = Json::parse(*bytes, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Broken("no JSON object");
  if (IntegerField(json, "v") != version_)
    return Broken("not a copy of a version that is known");
  if (const std::string its = TextField(json, "origin"); its != origin_)
    return absl::FailedPreconditionError(
        StrCat(file_, ": a copy of \"", its, "\", not \"", origin_, "\""));
  return json;
}

absl::Status JsonCopy::Write(Json content) const {
  Json json = {{"v", version_}, {"origin", origin_}};
  json.update(content);
  return ReplaceFile(file_, json.dump(2, ' ', /*ensure_ascii=*/false,
                                      Json::error_handler_t::replace) +
                                "\n");
}

absl::Status JsonCopy::Broken(std::string_view what) const {
  return absl::InvalidArgumentError(StrCat(file_, ": ", what));
}

}  // namespace roster::base
