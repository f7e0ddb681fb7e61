#include "coordination/config_copy.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "base/replace_file.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "model/timestamp.h"
#include "nlohmann/json.hpp"

namespace roster::coordination {
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

}  // namespace

ConfigCopy::ConfigCopy(std::string file, std::string origin)
    : file_(std::move(file)), origin_(std::move(origin)) {}

absl::StatusOr<ConfigView> ConfigCopy::Load() const {
  // A folder would throw, and a pipe keep us waiting.
  std::error_code error;
  if (!std::filesystem::is_regular_file(file_, error))
    return absl::NotFoundError(base::StrCat(file_, ": is no file"));
  std::ifstream in(file_, std::ios::binary);
  if (!in) return absl::NotFoundError(base::StrCat(file_, ": cannot be read"));
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  const Json json = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) return Broken(file_, "no JSON object");
  if (const auto v = json.find("v"); v == json.end() || *v != kCopyVersion)
    return Broken(file_, "not a copy of a version that is known");
  if (Text(json, "origin") != origin_)
    return absl::FailedPreconditionError(
        base::StrCat(file_, ": a copy of \"", Text(json, "origin"),
                     "\", not \"", origin_, "\""));
  const auto as_of = model::ParseTimestamp(Text(json, "as_of"));
  if (!as_of) return Broken(file_, "as_of: no timestamp");
  const auto entries = json.find("entries");
  if (entries == json.end() || !entries->is_object())
    return Broken(file_, "entries: missing");
  ConfigView view{.source = ConfigView::Source::kCopy, .as_of = *as_of};
  for (const auto& [name, value] : entries->items()) {
    if (!value.is_object() || !model::ValidateConfigName(name).ok())
      return Broken(file_, "entries: not an object by name");
    auto entry = model::ParseConfigEntry(name, value.dump());
    if (!entry.ok()) return Broken(file_, base::Message(entry.status()));
    view.entries[name] =
        std::make_shared<const model::ConfigEntry>(*std::move(entry));
  }
  return view;
}

absl::Status ConfigCopy::Write(const ConfigView& view, absl::Time as_of) const {
  Json entries = Json::object();
  for (const auto& [name, entry] : view.entries)
    entries[name] = Json::parse(model::SerializeConfigEntry(*entry));
  const Json json = {{"v", kCopyVersion},
                     {"origin", origin_},
                     {"as_of", model::FormatTimestamp(as_of)},
                     {"entries", std::move(entries)}};
  return base::ReplaceFile(file_, json.dump(2, ' ', /*ensure_ascii=*/false,
                                            Json::error_handler_t::replace) +
                                      "\n");
}

}  // namespace roster::coordination
