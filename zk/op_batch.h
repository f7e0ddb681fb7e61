#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "zk/session.h"

namespace roster::zk {

// The server drops the connection of a client that sends a longer packet
// (jute.maxbuffer, its default), which looks like a network fault and would be
// tried again for ever.
inline constexpr size_t kMaxPacket = 1048575;
// Bound of what a packet holds besides paths and data, for each step.
inline constexpr size_t kPacketOverhead = 160;
// What a transaction may take for whoever does not know the session's chroot,
// which is sent with each path.
inline constexpr size_t kMaxTransaction = 900 * 1024;

// What `op` takes of a packet, apart from the chroot.
inline size_t PacketBytes(const Op& op) {
  return op.path.size() + op.data.size() + kPacketOverhead;
}

// OpBatch collects the steps of one transaction, up to a number of steps and
// of bytes: nobody else says how long the paths and the data are, so a number
// alone is no bound.
//
// Thread-safety: thread-compatible.
class OpBatch {
 public:
  // `guard` is the first step, and does not count.
  OpBatch(Op guard, size_t max_ops, size_t max_bytes)
      : max_ops_(max_ops), max_bytes_(max_bytes) {
    guard_bytes_ = PacketBytes(guard);
    ops_.push_back(std::move(guard));
  }

  // False, and `op` is as it was, if it does not fit: then it is for the next
  // batch. The first always fits, see CanHold().
  bool Add(Op& op) {
    const size_t bytes = PacketBytes(op);
    if (!empty() && (size() >= max_ops_ || bytes_ + bytes > max_bytes_))
      return false;
    bytes_ += bytes;
    ops_.push_back(std::move(op));
    return true;
  }

  // Whether ZooKeeper takes `op` at all with the guard before it.
  bool CanHold(const Op& op) const {
    return guard_bytes_ + PacketBytes(op) <= kMaxTransaction;
  }

  bool empty() const { return ops_.size() == 1; }
  size_t size() const { return ops_.size() - 1; }  // without the guard
  std::vector<Op> Take() && { return std::move(ops_); }

 private:
  const size_t max_ops_;
  const size_t max_bytes_;
  size_t guard_bytes_ = 0;
  size_t bytes_ = 0;
  std::vector<Op> ops_;
};

}  // namespace roster::zk
