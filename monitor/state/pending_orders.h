#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "model/order.h"

namespace roster::monitor {

// PendingOrders remembers the orders of names that have no member, for when it
// comes.
//
// Thread-safety: thread-compatible.
class PendingOrders {
 public:
  struct Entry {
    model::Order order;
    std::string problem;  // why the newest could not be read; empty: it could
  };

  // What is known of `name`; null: nothing. Valid until the next change.
  const Entry* Find(std::string_view name) const;
  // A `problem` leaves the order as it was. What says nothing is not kept.
  void Put(std::string_view name, model::Order order, std::string problem);
  // Removes it; an empty one if there is none.
  Entry Take(std::string_view name);

  size_t size() const { return entries_.size(); }

 private:
  std::map<std::string, Entry, std::less<>> entries_;
};

}  // namespace roster::monitor
