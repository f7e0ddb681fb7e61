#include "coordination/config_listing.h"

#include <algorithm>
#include <string>
#include <utility>

#include "base/status_macros.h"
#include "coordination/config_edit.h"
#include "model/paths.h"

namespace roster::coordination {

absl::StatusOr<std::vector<model::ConfigEntry>> ListConfig(
    zk::BlockingSession& session, std::string_view parent,
    const ConfigRange& range, absl::Time deadline) {
  // Read in parts, until enough of them are entries.
  constexpr size_t kPart = 128;
  std::vector<model::ConfigEntry> entries;
  const auto children = session.GetChildren(std::string(parent), deadline);
  if (absl::IsNotFound(children.status())) return entries;
  if (!children.ok()) return children.status();
  std::vector<std::string> names;
  for (const std::string& child : children->names) {
    auto name = model::ConfigNameOfNode(child);
    if (name && name->starts_with(range.prefix) && *name > range.after)
      names.push_back(*std::move(name));
  }
  std::sort(names.begin(), names.end());
  for (size_t at = 0; at < names.size() && entries.size() < range.limit;) {
    const size_t end = std::min(names.size(), at + kPart);
    std::vector<std::string> paths;
    for (size_t i = at; i < end; ++i)
      paths.push_back(model::JoinPath(parent, model::ConfigNodeName(names[i])));
    for (const auto& node : session.GetAll(paths, deadline)) {
      const std::string& name = names[at++];
      if (absl::IsNotFound(node.status())) continue;
      if (!node.ok()) return node.status();
      auto entry = model::ParseConfigEntry(name, node->data);
      if (entry.ok() && !entry->deleted) entries.push_back(*std::move(entry));
    }
  }
  if (entries.size() > range.limit) entries.resize(range.limit);
  return entries;
}

absl::StatusOr<std::vector<model::ConfigEntry>> ListConfigHistory(
    zk::BlockingSession& session, std::string_view parent,
    std::string_view name, absl::Time deadline) {
  ROSTER_ASSIGN_OR_RETURN(const ConfigNode node,
                          ReadConfigNode(session, parent, name, deadline));
  if (!node.exists) return ConfigNotFound(name);
  std::vector<std::string> paths;
  for (auto version = node.history.rbegin(); version != node.history.rend();
       ++version)
    paths.push_back(
        model::JoinPath(node.path, model::ConfigHistoryNodeName(*version)));
  std::vector<model::ConfigEntry> entries;
  for (const auto& version : session.GetAll(paths, deadline)) {
    if (absl::IsNotFound(version.status())) continue;  // its time has come
    if (!version.ok()) return version.status();
    auto entry = model::ParseConfigEntry(name, version->data);
    if (entry.ok()) entries.push_back(*std::move(entry));
  }
  return entries;
}

}  // namespace roster::coordination
