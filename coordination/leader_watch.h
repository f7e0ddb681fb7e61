#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/backoff.h"
#include "base/callback_scope.h"
#include "base/loop.h"
#include "coordination/leader_view.h"
#include "zk/session.h"

namespace roster::coordination {

// LeaderWatch knows who leads one election without taking part in it: of a
// line of candidates the first, whoever wrote them (see line_name.h), of a node
// that a StaticElection created its creator; what stands at the path tells
// which of the two it is. It watches the
// leader's node and the path, and the line only while it is empty, so that
// candidates that come and go wake nobody.
//
// The first in line may be about to give way to somebody who was designated:
// that it leads is what ZooKeeper says, not that it acts.
//
// Thread-safety: confined to the session's loop.
// Lifetime: `loop` and `session` must outlive this. `on_change` must not
// destroy it.
class LeaderWatch {
 public:
  // `on_change`: view() has changed. Of the leader's data no more than
  // `kept_data` bytes are kept: it may have 1 MiB.
  LeaderWatch(base::Loop& loop, zk::Session& session, std::string path,
              std::function<void()> on_change,
              size_t kept_data = std::string::npos);
  ~LeaderWatch();

  LeaderWatch(const LeaderWatch&) = delete;
  LeaderWatch& operator=(const LeaderWatch&) = delete;

  const LeaderView& view() const { return view_; }
  const std::string& path() const { return path_; }

 private:
  void OnState(const zk::ConnectionInfo& info);
  void Look();
  void List();
  void AwaitCandidates();
  void ReadFirst(const std::string& name);
  Leader LeaderOf(const std::string& path, const zk::Node& node) const;
  void Found(std::optional<Leader> leader);
  void OnError(const absl::Status& status);

  base::Loop& loop_;
  zk::Session& session_;
  const std::string path_;
  const std::function<void()> on_change_;
  const size_t kept_data_;
  zk::Session::ListenerId listener_ = 0;
  zk::WatcherId watcher_ = 0;
  base::Backoff backoff_{absl::Milliseconds(200), absl::Seconds(10)};
  base::Loop::TimerId retry_timer_ = 0;
  LeaderView view_;
  base::CallbackScope requests_;
};

}  // namespace roster::coordination
