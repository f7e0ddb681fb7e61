#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "coordination/client.h"
#include "coordination/grant.h"
#include "coordination/queue_item_name.h"

namespace roster::coordination {

class ChangeSignal;
class HeldNode;

struct QueueOptions {
  std::string path;  // of the queue; created when it is missing
  // Put() waits, or refuses, while so many items are in the queue. 0: no bound.
  // Producers that come at the same moment may go over it by their number.
  int64_t max_items = 0;
  // What a consumer's claims say of it, for people.
  std::string consumer;
  // A taken item was suspended, resumed or lost. See QueueItem.
  GrantCallback on_change;
  base::LogSink log;
};

struct PutOptions {
  int priority = kDefaultPriority;  // 0 to 999, lower goes first
  // Nobody takes it before, by the consumers' clocks. InfinitePast: at once.
  absl::Time not_before = absl::InfinitePast();
};

// QueueItem is an item that a consumer has taken and nobody else may take until
// it gives it back, finishes it, or dies. If the grant is lost, somebody else
// may have the item: what was done for it may be done again.
//
// Thread-safety: thread-compatible. Not to be destroyed in a callback.
// Lifetime: the client outlives it; the queue need not.
class QueueItem {
 public:
  QueueItem(QueueItem&&) noexcept;
  QueueItem& operator=(QueueItem&&) noexcept;
  // Gives the item back if neither Done() nor Return() was called.
  ~QueueItem();

  const std::string& data() const { return data_; }
  const std::string& name() const { return name_; }
  const Grant& grant() const;

  // The item has been dealt with and leaves the queue. Errors:
  //   Aborted      the grant was lost, so the item is, or was, somebody else's
  //   Unavailable  ZooKeeper did not answer in time: whether it has left is
  //                not known; it may be called again
  absl::Status Done(absl::Time deadline);
  // Gives it back at its place in the queue; not waited for.
  void Return();

 private:
  friend class Queue;
  QueueItem(Client& client, std::string path, std::string name,
            std::string data, std::unique_ptr<HeldNode> claim);
  absl::Status Remove(const std::string& entry, absl::Time deadline);

  Client* client_;
  std::string path_;  // of the queue
  std::string name_;
  std::string data_;
  std::unique_ptr<HeldNode> claim_;
};

// Queue is a queue of byte strings (64 KiB at most each) between processes:
// lowest priority number first, then first in, first out. The layout is that of
// kazoo's LockingQueue:
//
//   <path>/entries/<item>   persistent, sequential: QueueItemName says how
//   named <path>/taken/<item>     ephemeral: whoever created it is dealing with
//   it
//
// kazoo's LockingQueue at the same path shares it, both ways, with safe takes.
// kazoo's Queue and Curator's SimpleDistributedQueue at <path>/entries share it
// too, but know nothing of claims: beside them, use Pop(). Curator reads items
// of default priority without a delay only, and kazoo ignores delays and takes
// other priorities before the default one. Nodes with other names are ignored.
//
// Guarantees: an item that Put() acknowledged stays until somebody is Done()
// with it; nobody else has it meanwhile; it is taken again if its consumer dies
// or is cut off for the session timeout. So each item is dealt with at least
// once, and twice at worst when a consumer is lost half-way: let the work bear
// that, or carry the item's name. Items taken by several consumers finish in
// any order.
//
// What it is NOT: a message broker. Every item is a znode in the server's
// memory; all idle consumers wake for each item put; thousands of items are
// fine, millions are not. A folder of over about 25,000 children is out of
// reach of Java clients.
//
// Thread-safety: thread-safe. Lifetime: `client` must outlive this and items.
class Queue {
 public:
  Queue(Client& client, QueueOptions options);
  ~Queue();

  Queue(const Queue&) = delete;
  Queue& operator=(const Queue&) = delete;

  // Adds an item and returns its name. Errors:
  //   ResourceExhausted  the queue was full until the deadline
  //   InvalidArgument    too much data, a priority out of range
  //   Unavailable        with zk::IsOutcomeUnknown(): it may be in the queue,
  //                      and putting it again may put it twice
  absl::StatusOr<std::string> Put(std::string_view data,
                                  const PutOptions& options,
                                  absl::Time deadline);
  absl::StatusOr<std::string> Put(std::string_view data, absl::Time deadline) {
    return Put(data, PutOptions(), deadline);
  }

  // Waits for an item and takes it. DeadlineExceeded if there was none to take.
  absl::StatusOr<QueueItem> Take(absl::Time deadline);
  // Does not wait for one: NotFound if there is none to take now.
  absl::StatusOr<QueueItem> TryTake(absl::Time deadline);
  // Takes an item out of the queue before it is dealt with: at most once, and
  // lost if the caller dies. Excludes consumers that know no claims.
  absl::StatusOr<std::string> Pop(absl::Time deadline);

  // Items in the queue, taken and delayed ones included.
  absl::StatusOr<int64_t> Size(absl::Time deadline);

 private:
  class Taker;
  absl::Status AwaitRoom(absl::Time deadline);

  Client& client_;
  const QueueOptions options_;
  const std::string entries_;
  const std::string taken_;
  const std::unique_ptr<ChangeSignal> signal_;
};

}  // namespace roster::coordination
