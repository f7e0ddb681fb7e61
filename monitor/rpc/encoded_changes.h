#pragma once

#include <grpcpp/support/slice.h>

#include <array>
#include <cstddef>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "base/mutex.h"

namespace roster::monitor {

// EncodedChanges keeps the messages of one cluster's newest changes, so that
// each is encoded once for all streams, by the first that sends it. A reader
// further behind than that has its messages encoded for itself: what is kept is
// a bound on memory, and more than readers that keep up ever need.
//
// Thread-safety: thread-safe.
class EncodedChanges {
 public:
  static constexpr size_t kKept = 512;

  // The message of the change of a member that has this revision, which is not
  // 0. `encode` makes it, and runs with a lock held.
  grpc::Slice Get(uint64_t revision, absl::FunctionRef<grpc::Slice()> encode);

 private:
  struct Entry {
    base::Mutex mu;
    uint64_t revision ABSL_GUARDED_BY(mu) = 0;  // 0: none
    grpc::Slice message ABSL_GUARDED_BY(mu);
  };

  std::array<Entry, kKept> entries_;  // by revision modulo their number
};

}  // namespace roster::monitor
