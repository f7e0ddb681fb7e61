#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/callback_scope.h"
#include "base/log.h"
#include "base/loop.h"
#include "coordination/child_mirror.h"
#include "coordination/leader_watch.h"
#include "model/paths.h"
#include "monitor/control/controller.h"
#include "monitor/control/leader_backend.h"
#include "monitor/control/leader_copy.h"
#include "monitor/state/cluster_view.h"
#include "zk/session.h"

namespace roster::monitor {

struct LeadershipOptions {
  model::ClusterPaths paths;
  // Tells which members the sessions are of.
  std::function<ClusterViewPtr()> view;
  // Where the leaders last known outlive rosterd; empty: nowhere.
  std::string copy_file;
  std::string origin;  // of the copy: see LeaderCopy
  base::LogSink log;
};

// Leadership knows who leads the elections of one cluster, watches them, and
// remembers it for when ZooKeeper is away: that is when clients that look for
// their leader ask.
//
// Watched are the elections in the cluster's own folder, those that have a
// designation, and those that were asked for, kMaxWatched in all; whatever else
// is asked for is read then, and not remembered. Of a leader's data only what
// is shown is kept, kShownDataBytes, so memory and copy have a bound.
//
// Thread-safety: GetLeader() and Designate() are thread-safe; Watch() and
// StopWatching() are for `watch_loop`.
// Lifetime: `watch_loop` and `controller` outlive this. Close(), then
// StopWatching() before the watched session's end.
class Leadership final : public LeaderBackend {
 public:
  static constexpr size_t kMaxWatched = 1'000;

  Leadership(base::Loop& watch_loop, Controller& controller,
             LeadershipOptions options);
  ~Leadership() override;

  Leadership(const Leadership&) = delete;
  Leadership& operator=(const Leadership&) = delete;

  // Answers, as Unavailable, before Watch() and after Close().
  void Watch(zk::Session& session);
  // Refuses what waits. Blocks; idempotent; not on `watch_loop`.
  void Close();
  void StopWatching();

  void GetLeader(LeaderQuery query, Done<LeaderAnswer> done) override;
  void Designate(DesignateRequest request, Done<DesignateResult> done) override;

 private:
  class Folder;
  struct Waiting {
    ElectionId election;
    absl::Time deadline;
    Done<LeaderAnswer> done;
  };

  void Ask(const ElectionId& election, absl::Time deadline,
           Done<LeaderAnswer> done);
  void OnElection(std::string_view name, const zk::Node* node);
  void OnDesignation(std::string_view node_name, const zk::Node* node);
  void WatchElection(const std::string& key);
  void OnLeader(const std::string& key);
  void AnswerWaiting();
  void ForgetUnwatched();
  absl::StatusOr<LeaderAnswer> AnswerNow(const ElectionId& election) const;
  std::string NameOf(const coordination::Leader& leader) const;
  std::string PathOfKey(const std::string& key) const;
  bool connected() const {
    return session_ != nullptr && session_->connected();
  }
  void Tick();
  void SaveSoon() { dirty_ = true; }
  void Save();
  void Write(const RememberedLeaders& leaders);

  base::Loop& watch_loop_;
  Controller& controller_;
  const LeadershipOptions options_;
  const std::optional<LeaderCopy> copy_;
  std::atomic<bool> serving_{false};

  // Confined to watch_loop_.
  zk::Session* session_ = nullptr;
  std::map<std::string, std::unique_ptr<coordination::LeaderWatch>> watches_;
  std::set<std::string> existing_;  // in the cluster's own folder
  RememberedLeaders remembered_;
  std::vector<Waiting> waiting_;
  std::unique_ptr<Folder> elections_;
  std::unique_ptr<Folder> designations_;
  base::Loop::TimerId tick_ = 0;
  bool dirty_ = false;
  absl::Time saved_at_ = absl::InfinitePast();

  // Confined to writer_. While the copy cannot be written: when that was said.
  absl::Time failure_told_at_ = absl::InfinitePast();
  base::Loop writer_;  // writes the copy: that blocks
  base::CallbackScope scope_;
};

}  // namespace roster::monitor
