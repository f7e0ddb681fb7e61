#include "coordination/config_copy.h"

#include <utility>

#include "base/json_field.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "model/timestamp.h"
#include "nlohmann/json.hpp"

namespace roster::coordination {
namespace {

using Json = nlohmann::ordered_json;

}  // namespace

ConfigCopy::ConfigCopy(std::string file, std::string origin)
    : copy_(std::move(file), std::move(origin), /*version=*/1) {}

absl::StatusOr<ConfigView> ConfigCopy::Load() const {
  ROSTER_ASSIGN_OR_RETURN(const Json json, copy_.Load());
  const auto as_of = model::ParseTimestamp(base::TextField(json, "as_of"));
  if (!as_of) return copy_.Broken("as_of: no timestamp");
  const auto entries = json.find("entries");
  if (entries == json.end() || !entries->is_object())
    return copy_.Broken("entries: missing");
  ConfigView view{.source = ConfigView::Source::kCopy, .as_of = *as_of};
  for (const auto& [name, value] : entries->items()) {
    if (!value.is_object() || !model::ValidateConfigName(name).ok())
      return copy_.Broken("entries: not an object by name");
    auto entry = model::ParseConfigEntry(name, value.dump());
    if (!entry.ok()) return copy_.Broken(base::Message(entry.status()));
    view.entries[name] =
        std::make_shared<const model::ConfigEntry>(*std::move(entry));
  }
  return view;
}

absl::Status ConfigCopy::Write(const ConfigView& view, absl::Time as_of) const {
  Json entries = Json::object();
  for (const auto& [name, entry] : view.entries)
    entries[name] = Json::parse(model::SerializeConfigEntry(*entry));
  return copy_.Write({{"as_of", model::FormatTimestamp(as_of)},
                      {"entries", std::move(entries)}});
}

}  // namespace roster::coordination
