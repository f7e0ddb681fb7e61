#include "coordination/leader_watch.h"

#include <utility>

#include "absl/time/clock.h"
#include "coordination/line_name.h"
#include "coordination/node_removal.h"
#include "zk/status.h"

namespace roster::coordination {

LeaderWatch::LeaderWatch(base::Loop& loop, zk::Session& session,
                         std::string path, std::function<void()> on_change,
                         size_t kept_data)
    : loop_(loop),
      session_(session),
      path_(std::move(path)),
      on_change_(std::move(on_change)),
      kept_data_(kept_data) {
  listener_ = session_.AddListener(
      [this](const zk::ConnectionInfo& info) { OnState(info); });
  watcher_ = session_.AddWatcher([this](const zk::WatchEvent&) { Look(); });
  Look();
}

LeaderWatch::~LeaderWatch() {
  session_.RemoveListener(listener_);
  session_.RemoveWatcher(watcher_);
  loop_.Cancel(retry_timer_);
}

void LeaderWatch::OnState(const zk::ConnectionInfo& info) {
  requests_.Reset();
  if (info.state == zk::ConnectionState::kConnected) {
    backoff_.Reset();
    return Look();
  }
  if (std::exchange(view_.stale, true)) return;
  // A cut is noticed later than it happens.
  view_.as_of = std::min(absl::Now(), std::max(view_.as_of, info.heard_at));
  on_change_();
}

void LeaderWatch::Look() {
  loop_.Cancel(std::exchange(retry_timer_, 0));
  if (!session_.connected()) return;
  requests_.Reset();
  // That sets the watch, on a missing node too; this reads it.
  session_.Exists(path_, watcher_, [](const absl::StatusOr<zk::Stat>&) {});
  session_.Get(path_, /*watcher=*/0,
               requests_.Wrap([this](const absl::StatusOr<zk::Node>& node) {
                 if (absl::IsNotFound(node.status()))
                   return Found(std::nullopt);
                 if (!node.ok()) return OnError(node.status());
                 if (node->stat.ephemeral_owner == 0) return List();
                 Found(LeaderOf(path_, *node));
               }));
}

void LeaderWatch::List() {
  session_.GetChildren(
      path_, /*watcher=*/0,
      requests_.Wrap([this](absl::StatusOr<zk::Children> children) {
        if (!children.ok()) return OnError(children.status());
        const Line line = ReadElectionLine(children->names);
        if (line.empty()) return AwaitCandidates();
        ReadFirst(line.nodes.front().name);
      }));
}

void LeaderWatch::AwaitCandidates() {
  session_.GetChildren(
      path_, watcher_,
      requests_.Wrap([this](absl::StatusOr<zk::Children> children) {
        if (!children.ok()) return OnError(children.status());
        const Line line = ReadElectionLine(children->names);
        if (line.empty()) return Found(std::nullopt);
        ReadFirst(line.nodes.front().name);
      }));
}

void LeaderWatch::ReadFirst(const std::string& name) {
  const std::string first = ChildPath(path_, name);
  session_.Get(
      first, watcher_,
      requests_.Wrap([this, first](const absl::StatusOr<zk::Node>& node) {
        if (absl::IsNotFound(node.status())) return List();  // gone meanwhile
        if (!node.ok()) return OnError(node.status());
        Found(LeaderOf(first, *node));
      }));
}

Leader LeaderWatch::LeaderOf(const std::string& path,
                             const zk::Node& node) const {
  return Leader::Of(path, node.data, node.stat, kept_data_);
}

void LeaderWatch::Found(std::optional<Leader> leader) {
  backoff_.Reset();
  const bool news = !view_.known || view_.stale || !view_.problem.ok() ||
                    view_.leader != leader;
  view_ = {.leader = std::move(leader),
           .known = true,
           .stale = false,
           .as_of = absl::Now()};
  if (news) on_change_();
}

void LeaderWatch::OnError(const absl::Status& status) {
  // The folder went between two requests: its watch has fired.
  if (absl::IsNotFound(status)) return;
  if (zk::IsRetryable(status)) return;  // the next connect looks again
  retry_timer_ = loop_.RunAfter(backoff_.Next(), [this] {
    retry_timer_ = 0;
    Look();
  });
  const bool news = view_.problem != status || !view_.stale;
  view_.problem = status;
  view_.stale = true;
  if (news) on_change_();
}

}  // namespace roster::coordination
