#include "monitor/watch/cluster_watcher.h"

#include <utility>

#include "absl/time/clock.h"
#include "base/quoted.h"
#include "base/strings.h"
#include "model/ledger_entry.h"
#include "zk/status.h"

namespace roster::monitor {
namespace {

using base::LogLevel;

constexpr absl::Duration kTickInterval = absl::Seconds(1);

std::string_view LastPart(std::string_view path) {
  return path.substr(path.rfind('/') + 1);
}

// The node above `path`.
std::string Parent(const std::string& path) {
  const size_t slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

// One mirror and what becomes of its news.
class ClusterWatcher::Mirrored : public coordination::ChildMirror::Listener {
 public:
  using OnChildFn = std::function<void(std::string_view, const zk::Node&)>;
  using OnGoneFn = std::function<void(std::string_view)>;

  Mirrored(ClusterWatcher& watcher, std::string path, OnChildFn on_child,
           OnGoneFn on_gone)
      : watcher_(watcher),
        on_child_(std::move(on_child)),
        on_gone_(std::move(on_gone)),
        mirror_(watcher.loop_, watcher.session_, std::move(path), *this) {}

  coordination::ChildMirror& mirror() { return mirror_; }
  bool synced() const { return synced_; }
  void SetUnsynced() { synced_ = false; }

  void OnChild(std::string_view name, const zk::Node& node) override {
    on_child_(name, node);
  }
  void OnGone(std::string_view name) override { on_gone_(name); }
  void OnSynced() override {
    synced_ = true;
    watcher_.SyncIfDone();
  }
  void OnDisconnected(const zk::ConnectionInfo& info) override {
    synced_ = false;
    watcher_.OnDisconnected(info);
  }
  void OnError(std::string_view name, const absl::Status& status) override {
    watcher_.OnError(*this, name, status);
  }

 private:
  ClusterWatcher& watcher_;
  const OnChildFn on_child_;
  const OnGoneFn on_gone_;
  bool synced_ = false;
  coordination::ChildMirror mirror_;
};

ClusterWatcher::ClusterWatcher(base::Loop& loop, zk::Session& session,
                               ClusterTable& table,
                               ClusterWatcherOptions options)
    : loop_(loop),
      session_(session),
      table_(table),
      options_(std::move(options)) {
  table_.ApplyDisconnected("connecting to ZooKeeper", absl::Now());
  const model::ClusterPaths& paths = options_.paths;
  // Members last: in one session the others' reads are then answered first, and
  // a member that is held is seldom shown without its hold.
  AddMirror(
      Parent(paths.control),
      [this](std::string_view name, const zk::Node& node) {
        OnClusterNode(name, node.data);
      },
      [this](std::string_view name) { OnClusterNode(name, std::nullopt); });
  AddMirror(
      paths.control,
      [this](std::string_view name, const zk::Node& node) {
        table_.ApplyOrder(name, node.data, absl::Now());
      },
      [this](std::string_view name) {
        table_.ApplyOrder(name, std::nullopt, absl::Now());
      });
  AddMirror(
      paths.monitors,
      [this](std::string_view name, const zk::Node& node) {
        table_.ApplyMonitor(name, &node.data, absl::Now());
      },
      [this](std::string_view name) {
        table_.ApplyMonitor(name, nullptr, absl::Now());
      });
  AddMirror(
      paths.operations,
      [this](std::string_view name, const zk::Node& node) {
        table_.ApplyOperation(name, &node.data, node.stat.version,
                              node.stat.mtime, absl::Now());
      },
      [this](std::string_view name) {
        table_.ApplyOperation(name, nullptr, 0, absl::InfinitePast(),
                              absl::Now());
      });
  // The values are of no use here, and nothing of them is kept. But reading is
  // what arms a watch, and only with the version that was read can a change be
  // told from a reconnect. A thousand entries of 1 KB take 0.1 s of CPU at each
  // connect; of 64 KB, which is the limit, half a second.
  AddMirror(
      paths.config,
      [this](std::string_view name, const zk::Node& node) {
        table_.ApplyConfig(name, node.data, absl::Now());
      },
      [this](std::string_view name) {
        table_.ApplyConfig(name, std::nullopt, absl::Now());
      });
  AddMirror(
      options_.members_path,
      [this](std::string_view name, const zk::Node& node) {
        OnMember(name, node);
      },
      [this](std::string_view name) { OnMemberGone(name); });
  ScheduleTick();
}

ClusterWatcher::~ClusterWatcher() { loop_.Cancel(tick_); }

void ClusterWatcher::AddMirror(
    std::string path,
    std::function<void(std::string_view, const zk::Node&)> on_child,
    std::function<void(std::string_view)> on_gone) {
  mirrors_.push_back(std::make_unique<Mirrored>(
      *this, std::move(path), std::move(on_child), std::move(on_gone)));
}

void ClusterWatcher::OnMember(std::string_view name, const zk::Node& node) {
  const absl::Time read_at = absl::Now();
  // It is back before the ledger was read: it went without a goodbye then.
  if (departing_.erase(base::ToAbsl(name)) > 0) table_.ApplyGone(name, read_at);
  table_.ApplyNode(name,
                   {.data = node.data,
                    .czxid = node.stat.czxid,
                    .mzxid = node.stat.mzxid,
                    .version = node.stat.version,
                    .ephemeral_owner = node.stat.ephemeral_owner,
                    .ctime = node.stat.ctime,
                    .mtime = node.stat.mtime},
                   read_at);
  if (options_.on_published) options_.on_published(absl::Now() - read_at);
}

void ClusterWatcher::OnMemberGone(std::string_view name) {
  const MemberPtr member = table_.view()->members.Find(name);
  if (member == nullptr || !member->present) return;
  if (member->record.state == model::ReportedState::kLeaving) {
    table_.ApplyGone(name, absl::Now());
    return;
  }
  departing_.emplace(name);
  ReadLedger(std::string(name));
}

void ClusterWatcher::ReadLedger(const std::string& name) {
  session_.Get(model::JoinPath(options_.paths.ledger, name), /*watcher=*/0,
               scope_.Wrap([this, name](absl::StatusOr<zk::Node> node) {
                 OnLedgerRead(name, node);
               }));
}

void ClusterWatcher::OnLedgerRead(const std::string& name,
                                  const absl::StatusOr<zk::Node>& node) {
  const auto departing = departing_.find(name);
  if (departing == departing_.end()) return;  // it is back
  if (zk::IsRetryable(node.status())) {
    unread_.push_back(name);
    return;  // after the next connect
  }
  departing_.erase(departing);
  const MemberPtr member = table_.view()->members.Find(name);
  bool said_goodbye = false;
  if (node.ok() && member != nullptr) {
    const auto entry = model::ParseLedgerEntry(node->data);
    said_goodbye = entry.ok() && entry->czxid == member->czxid &&
                   entry->state == model::LedgerState::kLeft;
  }
  table_.ApplyGone(name, absl::Now(), said_goodbye);
  SyncIfDone();
}

void ClusterWatcher::OnClusterNode(std::string_view name,
                                   std::optional<std::string_view> data) {
  if (name == LastPart(options_.paths.budgets))
    table_.ApplyBudgets(data, absl::Now());
  else if (name == LastPart(options_.paths.policy))
    table_.ApplyPolicy(data, absl::Now());
}

void ClusterWatcher::SyncIfDone() {
  for (const auto& mirrored : mirrors_)
    if (!mirrored->synced()) return;
  for (const std::string& name : std::exchange(unread_, {})) ReadLedger(name);
  if (!departing_.empty()) return;
  table_.ApplySynced(absl::Now());
}

void ClusterWatcher::OnDisconnected(const zk::ConnectionInfo& info) {
  table_.ApplyDisconnected(info.reason, absl::Now(), info.heard_at,
                           info.servers_answer ? BlindCause::kQuorumLost
                                               : BlindCause::kMonitorBlind);
}

void ClusterWatcher::OnError(Mirrored& mirrored, std::string_view name,
                             const absl::Status& status) {
  const std::string& path = mirrored.mirror().path();
  base::Log(options_.log, LogLevel::kError, "cannot read a znode path=",
            name.empty() ? path : model::JoinPath(path, name),
            " error=", base::Quoted(base::Message(status)));
  if (!name.empty()) return;
  // Without the listing nothing is known of anybody, until it is synced again.
  mirrored.SetUnsynced();
  table_.ApplyDisconnected(base::Message(status), absl::Now());
}

void ClusterWatcher::Fence(
    absl::AnyInvocable<void(absl::StatusOr<FencedView>)> done) {
  // The sync makes this server catch up with what others have committed; the
  // read that follows in the same session comes after the events of everything
  // before it; what those announce is read when the mirrors have caught up.
  struct Step {
    absl::AnyInvocable<void(absl::StatusOr<FencedView>)> done;
    absl::Status status;
    int32_t admission_version = -1;
    size_t behind = 0;
  };
  auto step = std::make_shared<Step>();
  step->done = std::move(done);
  session_.Sync(options_.paths.admission, [](absl::Status) {});
  session_.Exists(
      options_.paths.admission, /*watcher=*/0,
      scope_.Wrap([this, step](absl::StatusOr<zk::Stat> stat) {
        if (!stat.ok() && !absl::IsNotFound(stat.status())) {
          step->done(stat.status());
          return;
        }
        if (stat.ok()) step->admission_version = stat->version;
        step->behind = mirrors_.size() - 1;
        // All but the members, which are never at rest; what counts of them is
        // how they are, not when they changed.
        for (size_t i = 0; i + 1 < mirrors_.size(); ++i)
          mirrors_[i]->mirror().WhenCaughtUp(
              scope_.Wrap([this, step](const absl::Status& status) {
                step->status.Update(status);
                if (--step->behind > 0) return;
                const ClusterViewPtr view = table_.view();
                if (step->status.ok() && !view->connected)
                  step->status = absl::UnavailableError(base::StrCat(
                      "the view is not up to date: ", view->disconnect_reason));
                if (!step->status.ok())
                  step->done(step->status);
                else
                  step->done(FencedView{view, step->admission_version});
              }));
      }));
}

void ClusterWatcher::ScheduleTick() {
  tick_ = loop_.RunAfter(kTickInterval, [this] {
    table_.Tick(absl::Now());
    ScheduleTick();
  });
}

}  // namespace roster::monitor
