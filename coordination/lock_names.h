#pragma once

#include <string>
#include <vector>

namespace roster::coordination {

// Markers in the names of nodes that stand in line for a lock.

// Curator's, and ours: InterProcessMutex; InterProcessReadWriteLock. (Its
// markers are written with the dash that ends "_c_<uuid>-".)
inline constexpr char kLockMarker[] = "-lock-";
inline constexpr char kReadMarker[] = "-__READ__";
inline constexpr char kWriteMarker[] = "-__WRIT__";

// kazoo's, read and respected but never written: Lock and WriteLock; ReadLock.
inline constexpr char kKazooLockMarker[] = "__lock__";
inline constexpr char kKazooReadMarker[] = "__rlock__";

// All of them.
inline std::vector<std::string> LockMarkers() {
  return {kLockMarker, kReadMarker, kWriteMarker, kKazooLockMarker,
          kKazooReadMarker};
}

}  // namespace roster::coordination
