#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/random/random.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/backoff.h"
#include "base/callback_scope.h"
#include "base/loop.h"
#include "zk/session.h"

namespace roster::registrar {

// NodeFollower reads one znode, keeps watching it, and hands on what is there
// whenever that may have changed. A node that is missing is waited for; one
// that may not be read is tried again after pauses.
//
// It does not interpret what it reads, and may hand on the same content twice.
//
// Thread-safety: confined to the session's loop.
// Lifetime: `loop` and `session` must outlive this.
class NodeFollower {
 public:
  struct Options {
    std::string path;
    // A change is read after a pause of up to this, picked at random: when
    // very many watch the node they must not all read it at once.
    absl::Duration spread = absl::ZeroDuration();
    std::function<void(const zk::Node&)> on_node;
    std::function<void()> on_missing;
    // It cannot be read, and not because of the connection.
    std::function<void(const absl::Status&)> on_refused;
  };

  NodeFollower(base::Loop& loop, zk::Session& session, Options options);
  ~NodeFollower();

  NodeFollower(const NodeFollower&) = delete;
  NodeFollower& operator=(const NodeFollower&) = delete;

  // To be called at each connect. Reads anew.
  void OnConnected();

  // True if one of the callbacks was called, or is being called, in the
  // present session.
  bool known() const { return known_; }

 private:
  void Read();
  void OnRead(const absl::StatusOr<zk::Node>& result);
  void WatchForCreation();
  void OnWatch();
  void RetryLater();
  void ReadAfter(absl::Duration pause);

  base::Loop& loop_;
  zk::Session& session_;
  const Options options_;
  zk::WatcherId watcher_ = 0;
  base::Backoff backoff_;
  absl::BitGen random_;

  uint64_t generation_ = 0;
  bool known_ = false;
  bool armed_ = false;  // the watch on the node is set
  bool busy_ = false;   // a read is under way
  bool again_ = false;  // read once more after it
  base::Loop::TimerId timer_ = 0;
  base::CallbackScope scope_;          // the timer, the watcher
  base::CallbackScope request_scope_;  // answers of this generation
};

}  // namespace roster::registrar
