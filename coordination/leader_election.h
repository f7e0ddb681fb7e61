#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "base/log.h"
#include "base/loop.h"
#include "zk/session.h"

namespace roster::coordination {

struct LeaderElectionOptions {
  std::string path;  // the candidates' parent; created if it is missing
  std::string data;  // of this candidate's node
  base::LogSink log;
  // leading() has changed.
  std::function<void(bool leading)> on_change;
};

// LeaderElection makes the owner of a session a candidate: an ephemeral,
// sequential node; the lowest leads, and each other candidate watches only the
// one before it, so that a change wakes one. The nodes are named as Curator's
// LeaderLatch names them (_c_<uuid>-latch-<sequence>), so both can take part in
// one election.
//
// leading() turns false the moment the connection is suspended, before the
// server lets anybody else lead; it turns true again if the session survived
// and the node is still this session's. Work that must not be done by two adds
// a Check of node_path() to its transaction: that fails from the moment the
// node is gone, however late this process learns of it. The node's czxid rises
// from leader to leader and serves as fencing token elsewhere.
//
// Thread-safety: confined to the session's loop.
// Lifetime: `loop` and `session` must outlive this. The node goes with the
// session, or soon after the destructor if the session goes on.
class LeaderElection {
 public:
  LeaderElection(base::Loop& loop, zk::Session& session,
                 LeaderElectionOptions options);
  ~LeaderElection();

  LeaderElection(const LeaderElection&) = delete;
  LeaderElection& operator=(const LeaderElection&) = delete;

  bool leading() const;
  // This candidate's node; empty while there is none.
  const std::string& node_path() const;
  int64_t czxid() const;
  // Why there is no node, or OK.
  const absl::Status& error() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace roster::coordination
