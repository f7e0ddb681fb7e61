#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "monitor/control/requests.h"

namespace roster::monitor {

// What can be asked of a CoordinationBackend, and what it answers. Plain
// values; the meaning of each field is in proto/roster/v1/coordination.proto.

// Of each node's data so many bytes are kept for a looker-on: a page of 1,000
// has to fit into one answer.
inline constexpr size_t kShownDataBytes = 1024;
inline constexpr size_t kShownForeignNodes = 100;

struct NodeData {
  std::string bytes;  // the first of them
  int64_t size = 0;   // of all
};

enum class NodeFormat { kUnknown, kCurator, kKazoo, kRoster };
enum class ContenderRole { kNone, kExclusive, kRead, kWrite, kLease };

struct Contender {
  std::string node;
  std::string path;
  int64_t sequence = 0;
  int64_t session_id = 0;  // 0: persistent
  absl::Time created = absl::InfinitePast();
  int64_t czxid = 0;
  int32_t version = 0;  // of its data
  NodeData data;
  std::string member;
  bool member_claimed = false;
  ContenderRole role = ContenderRole::kNone;
  std::string waits_for;
  NodeFormat format = NodeFormat::kUnknown;
};

struct ForeignNodes {
  size_t count = 0;
  std::vector<std::string> nodes;  // the first of them
};

enum class LockKind { kUnknown, kExclusive, kReadWrite, kSemaphore };
struct LockInfo {
  std::string name;
  std::string path;
  LockKind kind = LockKind::kUnknown;
  std::vector<Contender> holders;
  std::vector<Contender> waiters;
  size_t holder_count = 0;
  size_t waiter_count = 0;
  int64_t max_leases = 0;
  ForeignNodes foreign;
};

enum class ElectionKind { kUnknown, kLine, kStatic };
struct ElectionInfo {
  std::string name;
  std::string path;
  ElectionKind kind = ElectionKind::kUnknown;
  std::vector<Contender> leader;  // at most one
  std::vector<Contender> candidates;
  size_t candidate_count = 0;
  ForeignNodes foreign;
};

struct QueuedItem {
  std::string node;
  int64_t sequence = 0;
  int64_t priority = 0;
  absl::Time not_before = absl::InfinitePast();
  absl::Time created = absl::InfinitePast();
  NodeData data;
  std::vector<Contender> taken_by;  // at most one
  NodeFormat format = NodeFormat::kUnknown;
};
struct QueueInfo {
  std::string name;
  std::string path;
  size_t length = 0;
  size_t taken_count = 0;
  absl::Time oldest_created = absl::InfinitePast();
  std::vector<QueuedItem> items;
  ForeignNodes foreign;
};

enum class BarrierKind { kBar, kCount, kDouble };
struct BarrierInfo {
  std::string name;
  std::string path;
  BarrierKind kind = BarrierKind::kBar;
  bool open = false;
  int64_t needed = 0;
  size_t entered_count = 0;
  std::vector<Contender> entered;
  absl::Time created = absl::InfinitePast();
  int32_t version = 0;  // of its data
};

// Which one: exactly one of the two is given.
struct CoordinationTarget {
  std::string name;  // below the cluster's own folder
  std::string path;  // absolute
};

// One thing, with a page of what is in it.
struct LookQuery {
  CoordinationTarget target;
  size_t limit = 100;
  std::string after;  // the node that the page before ended with; empty: none
  absl::Time deadline = absl::InfiniteFuture();
};
template <typename Info>
struct Look {
  Info info;
  std::string next_after;  // empty: that was the last page
};

// All that is in a folder, by name.
struct FolderQuery {
  std::string folder;  // empty: the cluster's own
  size_t limit = 100;
  std::string after;  // only names behind this one
  absl::Time deadline = absl::InfiniteFuture();
};
template <typename Info>
struct FolderPage {
  std::vector<Info> infos;
  std::string next_after;
};

struct ForceReleaseRequest {
  RequestMeta meta;
  CoordinationTarget target;
  std::string node;
  int64_t czxid = 0;
  std::string reason;
};
struct ForceReleaseResult {
  Contender holder;
  std::string request_id;
};

struct OpenBarrierRequest {
  RequestMeta meta;
  CoordinationTarget target;
  std::string reason;
};
struct OpenBarrierResult {
  std::string request_id;
};

}  // namespace roster::monitor
