#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"

namespace roster::zk {

// WatchSet counts the watches that the C client would send again when it
// reconnects, and how many bytes of paths they are. It keeps a 64-bit hash for
// each, not the path: two that collide are counted as one, which only makes a
// total of thousands a little too small.
//
// Thread-safety: thread-compatible.
class WatchSet {
 public:
  enum class Kind : uint8_t { kNode, kChildren };

  void Add(Kind kind, std::string_view path) {
    if (hashes_.insert(Hash(kind, path)).second) bytes_ += Cost(path);
  }
  void Remove(Kind kind, std::string_view path) {
    if (hashes_.erase(Hash(kind, path)) > 0) bytes_ -= Cost(path);
  }
  void Clear() {
    // A new set, because clear() would keep the table's memory.
    hashes_ = {};
    bytes_ = 0;
  }
  size_t bytes() const { return bytes_; }

 private:
  // A string on the wire is its length in 4 bytes and its bytes.
  static size_t Cost(std::string_view path) { return path.size() + 4; }
  static uint64_t Hash(Kind kind, std::string_view path) {
    return absl::Hash<std::pair<Kind, std::string_view>>()({kind, path});
  }

  absl::flat_hash_set<uint64_t> hashes_;
  size_t bytes_ = 0;
};

}  // namespace roster::zk
