#include "coordination/child_table.h"

#include <utility>

#include "base/strings.h"

namespace roster::coordination {

void ChildTable::TakeListing(const std::vector<std::string>& names,
                             uint32_t generation) {
  ++listing_;
  children_.reserve(names.size());
  for (const std::string& name : names) {
    Child& child = children_[name];
    child.listed = listing_;
    const bool armed = child.armed_in == generation;
    if (!armed && !child.reading && !child.failed) QueueRead(name, child);
  }
}

std::vector<std::string> ChildTable::Unlisted() const {
  std::vector<std::string> unlisted;
  for (const auto& [name, child] : children_)
    if (child.listed != listing_) unlisted.push_back(name);
  return unlisted;
}

ChildTable::Child* ChildTable::Find(std::string_view name) {
  const auto found = children_.find(base::ToAbsl(name));
  return found == children_.end() ? nullptr : &found->second;
}

bool ChildTable::Erase(std::string_view name) {
  const auto found = children_.find(base::ToAbsl(name));
  if (found == children_.end()) return false;
  const bool told = found->second.told;
  children_.erase(found);
  if (told) --told_;
  return told;
}

void ChildTable::SetTold(Child& child) {
  if (!std::exchange(child.told, true)) ++told_;
}

void ChildTable::QueueRead(std::string_view name, Child& child, bool first) {
  if (child.queued) return;
  if (child.reading) {
    child.read_again = true;
    return;
  }
  child.queued = true;
  if (first)
    to_read_.emplace_front(name);
  else
    to_read_.emplace_back(name);
}

void ChildTable::QueueFailed() {
  for (auto& [name, child] : children_)
    if (std::exchange(child.failed, false)) QueueRead(name, child);
}

std::optional<std::string> ChildTable::NextToRead() {
  while (!to_read_.empty()) {
    std::string name = std::move(to_read_.front());
    to_read_.pop_front();
    Child* const child = Find(name);
    if (child == nullptr || !child->queued) continue;
    child->queued = child->failed = false;
    child->reading = true;
    return name;
  }
  return std::nullopt;
}

}  // namespace roster::coordination
