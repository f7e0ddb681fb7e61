#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "base/loop.h"
#include "registrar/node_follower.h"
#include "zk/session.h"

namespace roster::registrar {

// PolicyFollower follows the cluster's policy for the one thing in it that
// concerns a member: how often it may write.
//
// A policy that is not valid, or may not be read, changes nothing: what was in
// force stays, and error() tells why. No node means no policy.
//
// All members watch this one node, so each reads a change after a pause of its
// own.
//
// Thread-safety: confined to the session's loop.
// Lifetime: `loop` and `session` must outlive this.
class PolicyFollower {
 public:
  struct Options {
    std::string path;
    base::LogSink log;
    // interval() or error() has changed.
    std::function<void()> on_change;
  };

  // The longest pause before a change is read.
  static constexpr absl::Duration kSpread = absl::Seconds(1);

  PolicyFollower(base::Loop& loop, zk::Session& session, Options options);

  PolicyFollower(const PolicyFollower&) = delete;
  PolicyFollower& operator=(const PolicyFollower&) = delete;

  // To be called at each connect. Reads anew.
  void OnConnected() { node_.OnConnected(); }

  // Time between a member's writes by the policy; nothing without a policy.
  const std::optional<absl::Duration>& interval() const { return interval_; }
  // Why what stands in ZooKeeper is not followed, or OK.
  const absl::Status& error() const { return error_; }

 private:
  NodeFollower::Options MakeNodeOptions();
  void OnNode(const zk::Node& node);
  void Follow(std::optional<absl::Duration> interval, absl::Status error);

  const Options options_;
  std::optional<absl::Duration> interval_;
  absl::Status error_;
  NodeFollower node_;
};

}  // namespace roster::registrar
