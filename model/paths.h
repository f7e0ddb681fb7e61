#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace roster::model {

// Where things are in ZooKeeper. Every path is an option of whoever uses it;
// these are the defaults, and the functions that build the rest.

inline constexpr std::string_view kDefaultMembersPath = "/clusterServer";
inline constexpr std::string_view kDefaultStatePath = "/roster";
inline constexpr std::string_view kDefaultCluster = "default";
inline constexpr size_t kMaxNameBytes = 255;

// InvalidArgument, naming the character and its place, unless `name` can be a
// member's: 1..255 bytes of valid UTF-8, no '/', no control characters, not
// "." or "..", none of the characters that ZooKeeper refuses (U+0000..U+001F,
// U+007F..U+009F, U+D800..U+F8FF, U+FFF0..U+FFFF, and, since it sees them as
// surrogates, all beyond).
absl::Status ValidateMemberName(std::string_view name);

// The same for a whole absolute path ("/a/b"); "/" is legal.
absl::Status ValidatePath(std::string_view path);

// A cluster's name: 1..63 of a-z A-Z 0-9 . _ -, first an alphanumeric.
absl::Status ValidateClusterName(std::string_view name);

// "parent/child", minding a parent of "/".
std::string JoinPath(std::string_view parent, std::string_view child);

// <state>/<cluster>/<what>: where the monitors of a cluster keep things.
struct ClusterPaths {
  ClusterPaths(std::string_view state_path, std::string_view cluster);

  std::string control;     // the orders' parent
  std::string policy;      // one node
  std::string budgets;     // one node
  std::string admission;   // one node; its version orders the orders
  std::string ledger;      // parent
  std::string audit;       // parent
  std::string operations;  // parent
  std::string requests;    // parent: answers by request_id
  std::string monitors;    // parent
  std::string config;      // the entries' parent
  std::string broadcasts;  // the topics' parent
  std::string names;       // parent of the names that were given out
  // Parents of what programs coordinate by, unless they agree on other paths.
  std::string elections;
  std::string designations;  // of who should lead them
  std::string locks;         // semaphores too
  std::string queues;
  std::string barriers;
};

}  // namespace roster::model
