#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace roster::coordination {

// ChildTable is what a ChildMirror knows of each child, and which of them are
// to be read, in their order. It does no I/O. Internal to child_mirror.cc.
//
// Thread-safety: thread-compatible.
class ChildTable {
 public:
  // There is one for each child: keep it small.
  struct Child {
    // The session in which its data watch was set; older: it is not armed.
    // Truncated, which takes 4 billion sessions to matter.
    uint32_t armed_in = 0;
    uint32_t listed = 0;  // the listing that named it last
    bool told = false;    // to the listener
    bool queued = false;  // to be read
    bool reading = false;
    bool read_again = false;  // changed while it was being read
    bool failed = false;      // waits for QueueFailed()
  };

  // Takes who there is. To be read is who has no watch of session `generation`,
  // unless it is being read, which arms it, or has failed.
  void TakeListing(const std::vector<std::string>& names, uint32_t generation);
  // Those that the last listing did not name.
  std::vector<std::string> Unlisted() const;

  // Null if there is none. Good until the next listing or Erase().
  Child* Find(std::string_view name);
  // False if it was not told, or not there.
  bool Erase(std::string_view name);
  void SetTold(Child& child);
  size_t size() const { return children_.size(); }
  size_t told() const { return told_; }

  // To be read, or read again, if it is being read. `first`: before the others.
  void QueueRead(std::string_view name, Child& child, bool first = false);
  void QueueFailed();
  bool has_queued() const { return !to_read_.empty(); }
  // The next to be read, which is being read from now on.
  std::optional<std::string> NextToRead();

 private:
  absl::flat_hash_map<std::string, Child> children_;
  size_t told_ = 0;
  std::deque<std::string> to_read_;  // some may be gone since
  uint32_t listing_ = 0;             // counts listings
};

}  // namespace roster::coordination
