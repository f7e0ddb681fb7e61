#pragma once

#include <memory>

#include "absl/status/statusor.h"
#include "base/loop.h"
#include "zk/blocking_session.h"
#include "zk/session.h"

namespace roster::coordination {

// Client is the ZooKeeper session that a process' recipes share: locks,
// elections, queues, configuration and the rest of coordination/ are made on a
// Client. A process needs one; a Registrar lends its own (Registrar::client()).
//
// Recipes offer blocking calls with deadlines, for the caller's own threads,
// and callbacks for what lives in the background. Callbacks run on the client's
// loop: they must not block, and must not make blocking calls.
//
// Thread-safety: thread-safe, but for what is said to be confined to the loop.
// Lifetime: outlives everything made on it.
class Client {
 public:
  // A session of its own, on a thread of its own. InvalidArgument if an option
  // is wrong, ResourceExhausted if no descriptor or thread is left; never fails
  // because ZooKeeper is away, and never waits for it.
  static absl::StatusOr<std::unique_ptr<Client>> Connect(
      zk::SessionOptions options);
  // Uses a session that somebody else owns, on the loop where it lives. Both
  // outlive this; constructed off the loop.
  Client(base::Loop& loop, zk::Session& session);
  // Ends the session if it is its own. Calls that still wait end as Cancelled.
  ~Client();

  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  base::Loop& loop() { return loop_; }
  // Confined to loop().
  zk::Session& session() { return session_; }
  // For threads other than the loop's.
  zk::BlockingSession& blocking() { return blocking_; }

 private:
  struct Owned;
  explicit Client(std::unique_ptr<Owned> owned);

  std::unique_ptr<Owned> owned_;  // null: borrowed
  base::Loop& loop_;
  zk::Session& session_;
  zk::BlockingSession blocking_;
};

}  // namespace roster::coordination
