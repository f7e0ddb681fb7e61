#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "base/backoff.h"
#include "base/callback_scope.h"
#include "base/loop.h"
#include "coordination/contender_options.h"
#include "zk/session.h"

namespace roster::coordination {

// Where a contender stands.
//
//   kJoining --> kWaiting --> kGranted <--> kSuspended --> kEnded
//
// One that rejoins goes back to kJoining instead of kEnded.
enum class Standing {
  kJoining,    // it has no place yet, or looks for the one it had
  kWaiting,    // somebody is before it
  kGranted,    // its turn
  kSuspended,  // it had its turn, and the connection is away: it must not act
  kEnded,      // for good; error() says why
};

// Contender is one place in a line: an ephemeral, sequential node
// `_c_<uuid><marker><number>`, the way of all recipes whose members take turns.
//
// - Its name tells it apart, so after a lost answer it finds the node instead
//   of creating a second one (Curator calls this protection). A node of a
//   former session is deleted, never adopted.
// - It watches the one node that it waits for, and its own.
// - It creates the folder when it is missing, also when it is deleted while
//   the contender waits; who waited is then last in line.
// - It tells the moment that its turn is in doubt (kSuspended), before
//   ZooKeeper gives it to somebody else, and when it is over (kEnded).
// - Whenever it goes, its node is removed, in the background if need be.
//
// The node's czxid is the fencing token: of two that have their turn one after
// the other, the later has the higher one, as long as turns are given in the
// order of creation.
//
// Thread-safety: confined to the session's loop.
// Lifetime: `loop` and `session` must outlive this.
class Contender {
 public:
  Contender(base::Loop& loop, zk::Session& session, ContenderOptions options);
  // Leaves the line; it does not wait for that.
  ~Contender();

  Contender(const Contender&) = delete;
  Contender& operator=(const Contender&) = delete;

  // Leaves, and calls `done` when the node is gone. See RemoveNode().
  void Leave(zk::Session::DoneCallback done);

  Standing standing() const { return standing_; }
  const std::string& node_path() const { return node_path_; }  // may be empty
  int64_t czxid() const { return czxid_; }
  // Path of the node it waits for.
  const std::string& waits_for() const { return waits_for_; }
  // What keeps it out of the line, or ended it.
  const absl::Status& error() const { return error_; }

 private:
  void OnState(const zk::ConnectionInfo& info);
  void Step();
  void Create();
  void CreateBeside();
  void CreateFolder();
  void Find();
  void List();
  void OnListed(std::vector<std::string> names);
  void Verify(const std::string& path, std::vector<std::string> line);
  void Decide(const std::vector<std::string>& line);
  void Follow(const std::string& blocker);
  void DeleteFormer();
  void WatchOwnSoon();
  void WatchOwn();
  void OnOwnEvent(const zk::WatchEvent& event);
  void OnOwnGone(std::string_view why);
  void RetryLater(const absl::Status& status);
  void End(absl::Status status);
  void Change(Standing standing);
  bool HadItsTurn() const;
  void Forget();
  std::optional<size_t> Blocker(const std::vector<std::string>& line,
                                size_t mine) const;
  std::vector<std::string> Line(std::vector<std::string> names) const;

  base::Loop& loop_;
  zk::Session& session_;
  const ContenderOptions options_;
  const std::string prefix_;  // of the node's name, unique to this
  zk::Session::ListenerId listener_ = 0;
  zk::WatcherId line_watcher_ = 0;
  zk::WatcherId own_watcher_ = 0;
  base::Backoff backoff_{absl::Milliseconds(100), absl::Seconds(5)};
  base::Loop::TimerId retry_timer_ = 0;
  base::Loop::TimerId own_timer_ = 0;

  Standing standing_ = Standing::kJoining;
  absl::Status error_;
  bool may_exist_ = false;  // a creation was sent, and no answer says no
  bool in_doubt_ = false;   // this server may not have heard of it yet
  bool own_watched_ = false;
  std::string node_path_;    // of the node known to be this session's
  uint64_t generation_ = 0;  // of the session that owns it
  int64_t czxid_ = 0;
  std::string waits_for_;

  base::CallbackScope requests_;  // of the step under way
  base::CallbackScope scope_;
};

}  // namespace roster::coordination
