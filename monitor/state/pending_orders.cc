#include "monitor/state/pending_orders.h"

#include <utility>

namespace roster::monitor {

const PendingOrders::Entry* PendingOrders::Find(std::string_view name) const {
  const auto entry = entries_.find(name);
  return entry == entries_.end() ? nullptr : &entry->second;
}

void PendingOrders::Put(std::string_view name, model::Order order,
                        std::string problem) {
  const auto known = entries_.find(name);
  if (order == model::Order{} && problem.empty()) {
    if (known != entries_.end()) entries_.erase(known);
    return;
  }
  Entry& entry = known != entries_.end()
                     ? known->second
                     : entries_.emplace(name, Entry{}).first->second;
  if (problem.empty()) entry.order = std::move(order);
  entry.problem = std::move(problem);
}

PendingOrders::Entry PendingOrders::Take(std::string_view name) {
  const auto known = entries_.find(name);
  if (known == entries_.end()) return {};
  Entry entry = std::move(known->second);
  entries_.erase(known);
  return entry;
}

}  // namespace roster::monitor
