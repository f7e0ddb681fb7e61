#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordination/change_signal.h"
#include "coordination/client.h"
#include "coordination/held_node.h"

namespace roster::coordination {

// BarrierEntry is one participant of a barrier that opens when enough have
// come: an ephemeral node in the barrier's folder. Whoever sees that there are
// enough creates the child `ready`, and that is what all others wait for, so
// nobody wakes for each that comes. Curator's DistributedDoubleBarrier does
// likewise.
//
// Thread-safety: thread-compatible. Lifetime: `client` must outlive this. The
// destructor removes the node, in the background.
class BarrierEntry {
 public:
  // `rounds`: the barrier is used again and again, so that `ready` with nobody
  // inside is a former round's, whose members died; it is removed.
  BarrierEntry(Client& client, std::string path, bool rounds);
  ~BarrierEntry();

  // Waits until `count` have come or the barrier is open. Errors leave no node:
  //   DeadlineExceeded    too few have come
  //   Unavailable         ZooKeeper does not answer in time
  absl::Status Enter(size_t count, absl::Time deadline);

  // Names of those inside, sorted.
  absl::StatusOr<std::vector<std::string>> Members(absl::Time deadline);
  // OK if it is gone already.
  absl::Status Remove(const std::string& name, absl::Time deadline);

  const std::string& name() const { return name_; }
  ChangeSignal& signal() { return signal_; }
  std::string ReadyPath() const;
  // Forgets the own node, which was removed.
  void Left();

 private:
  absl::Status Join(absl::Time deadline);
  absl::Status Await(size_t count, absl::Time deadline);

  Client& client_;
  const std::string path_;
  const std::string name_;
  const bool rounds_;
  ChangeSignal signal_;
  std::unique_ptr<HeldNode> node_;
};

}  // namespace roster::coordination
