#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "monitor/state/event_log.h"
#include "monitor/state/member.h"

namespace roster::monitor {

// TextCache keeps the JSON of members and events, so that a change is written
// as text once, however many readers it goes to. It is bounded: beyond
// `max_bytes` it starts anew.
//
// Thread-safety: thread-compatible.
class TextCache {
 public:
  using Text = std::shared_ptr<const std::string>;

  explicit TextCache(size_t max_bytes) : max_bytes_(max_bytes) {}

  Text Of(const MemberPtr& member);
  Text Of(const EventPtr& event, const std::string& log_id);
  // When nobody reads any more.
  void Clear();

 private:
  struct Entry {
    std::shared_ptr<const void> of;  // its address is not used anew meanwhile
    Text text;
  };

  // Keeps `text` under `key`, in place of what was there.
  void Keep(const std::string& key, std::shared_ptr<const void> of, Text text);

  const size_t max_bytes_;
  size_t bytes_ = 0;
  // By cluster and name: of each member the newest state only.
  absl::flat_hash_map<std::string, Entry> members_;
  absl::flat_hash_map<uint64_t, Text> events_;  // by sequence
};

}  // namespace roster::monitor
