#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace roster::coordination {

// Names of nodes that stand in line for a lock, a lease or an office, whoever
// wrote them: what a looker-on can tell from a folder's listing alone. Pure.
//
//   _c_<uuid>-lock-<n>      Curator's InterProcessMutex and LeaderSelector;
//   ours _c_<uuid>-__READ__<n>   Curator's InterProcessReadWriteLock; ours
//   _c_<uuid>-__WRIT__<n>
//   _c_<uuid>-lease-<n>     Curator's InterProcessSemaphoreV2; ours
//   _c_<uuid>-latch-<n>     Curator's LeaderLatch; ours
//   <uuid>__lock__<n>       kazoo's Lock, WriteLock and Election
//   <uuid>__rlock__<n>      kazoo's ReadLock
enum class LineRole { kExclusive, kRead, kWrite, kLease, kCandidate };

struct LineName {
  std::string name;
  int64_t sequence = 0;
  LineRole role = LineRole::kExclusive;
  bool kazoo = false;

  friend bool operator==(const LineName&, const LineName&) = default;
};

// Nothing if `name` is none of the above.
std::optional<LineName> ParseLineName(std::string_view name);

// Line is a folder's nodes, told apart.
struct Line {
  std::vector<LineName> nodes;       // the earliest created first
  std::vector<std::string> foreign;  // the others, sorted

  bool empty() const { return nodes.empty(); }
  bool Has(LineRole role) const;
};

// Those of `names` that have one of the `roles`, in line. Where somebody reads
// or writes, what asks for an exclusive lock (kazoo's WriteLock) writes.
Line ReadLine(const std::vector<std::string>& names,
              const std::vector<LineRole>& roles);

// An election's candidates in line, the first of which leads, whoever wrote
// them: Curator's LeaderSelector and kazoo's Election stand in line for a lock.
Line ReadElectionLine(const std::vector<std::string>& names);

// How many at the head of `line` have the lock: its readers up to the first
// writer, or else one. (Of a thread that writes and takes the read lock, too,
// the names do not tell; it counts as waiting with that.)
size_t CountHolders(const Line& line);

// What each node of `line` waits for: a reader for the last writer before it,
// others for the last node before them; "" for what has the lock. Views into
// `line`.
std::vector<std::string_view> AwaitedNames(const Line& line);

// How many of the line are not behind `name`, which need not be there any more:
// where a page goes on that ended with `name`. Nothing if `name` cannot have
// stood in a line.
std::optional<size_t> CountUpTo(const Line& line, std::string_view name);

}  // namespace roster::coordination
