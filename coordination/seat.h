#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/backoff.h"
#include "base/callback_scope.h"
#include "base/log.h"
#include "base/loop.h"
#include "coordination/leader.h"
#include "zk/session.h"

namespace roster::coordination {

struct SeatOptions {
  std::string path;  // the node; its parents are created when missing
  std::string data;
  base::LogSink log;
  // mine() or occupant() changed. Must not destroy the seat.
  std::function<void()> on_change;
};

// Seat is one ephemeral node that at most one session has: who creates it
// first sits there, the others watch it. The classic election at
// "/currentMaster" is that. All who want the seat wake when it is vacated, so
// it is for a few; Contender is for many.
//
// A node of a former session of this client is replaced; one of anybody else,
// a persistent one too, is respected.
//
// Thread-safety: confined to the session's loop.
// Lifetime: `loop` and `session` must outlive this. On destruction the node
// goes, in the background if need be.
class Seat {
 public:
  Seat(base::Loop& loop, zk::Session& session, SeatOptions options);
  ~Seat();

  Seat(const Seat&) = delete;
  Seat& operator=(const Seat&) = delete;

  // Whether to take the seat when it is empty; false at first. Turned off, it
  // gets up: mine() is false at once, and the node goes.
  void Want(bool want);

  // This session sits there, and is connected.
  bool mine() const { return mine_; }
  // Who sits there, as was last read; nobody: empty.
  const std::optional<Leader>& occupant() const { return occupant_; }
  bool known() const { return known_; }  // occupant() was read at all
  const absl::Status& error() const { return error_; }

 private:
  void OnState(const zk::ConnectionInfo& info);
  void Step();
  void OnRead(absl::StatusOr<zk::Node> node);
  void OnEmpty();
  void Take();
  void CreateParents();
  void Remove();
  void Become(bool mine, std::optional<Leader> occupant);
  void RetryLater(const absl::Status& status);

  base::Loop& loop_;
  zk::Session& session_;
  const SeatOptions options_;
  zk::Session::ListenerId listener_;
  zk::WatcherId watcher_;
  base::Backoff backoff_{absl::Milliseconds(100), absl::Seconds(5)};
  base::Loop::TimerId retry_timer_ = 0;

  bool want_ = false;
  bool mine_ = false;
  bool may_exist_ = false;  // a node of this session
  bool known_ = false;
  bool news_ = false;  // known_ has just become true
  std::optional<Leader> occupant_;
  absl::Status error_;
  base::CallbackScope requests_;
};

}  // namespace roster::coordination
