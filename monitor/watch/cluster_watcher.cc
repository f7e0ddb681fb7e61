#include "monitor/watch/cluster_watcher.h"

#include <utility>

#include "absl/time/clock.h"
#include "base/strings.h"
#include "model/paths.h"

namespace roster::monitor {
namespace {

using base::LogLevel;

constexpr absl::Duration kTickInterval = absl::Seconds(1);

}  // namespace

class ClusterWatcher::MemberListener
    : public coordination::ChildMirror::Listener {
 public:
  explicit MemberListener(ClusterWatcher& watcher) : watcher_(watcher) {}

  void OnChild(std::string_view name, const zk::Node& node) override {
    const absl::Time read_at = absl::Now();
    watcher_.table_.ApplyNode(name,
                              {.data = node.data,
                               .czxid = node.stat.czxid,
                               .mzxid = node.stat.mzxid,
                               .version = node.stat.version,
                               .ephemeral_owner = node.stat.ephemeral_owner,
                               .ctime = node.stat.ctime,
                               .mtime = node.stat.mtime},
                              read_at);
    if (watcher_.options_.on_published)
      watcher_.options_.on_published(absl::Now() - read_at);
  }
  void OnGone(std::string_view name) override {
    watcher_.table_.ApplyGone(name, absl::Now());
  }
  void OnSynced() override {
    watcher_.members_synced_ = true;
    watcher_.OnMirrorSynced();
  }
  void OnDisconnected(const zk::ConnectionInfo& info) override {
    watcher_.OnDisconnected(info);
  }
  void OnError(std::string_view name, const absl::Status& status) override {
    watcher_.OnError(watcher_.options_.members_path, name, status);
  }

 private:
  ClusterWatcher& watcher_;
};

class ClusterWatcher::OrderListener
    : public coordination::ChildMirror::Listener {
 public:
  explicit OrderListener(ClusterWatcher& watcher) : watcher_(watcher) {}

  void OnChild(std::string_view name, const zk::Node& node) override {
    watcher_.table_.ApplyOrder(name, node.data, absl::Now());
  }
  void OnGone(std::string_view name) override {
    watcher_.table_.ApplyOrder(name, "", absl::Now());
  }
  void OnSynced() override {
    watcher_.orders_synced_ = true;
    watcher_.OnMirrorSynced();
  }
  void OnDisconnected(const zk::ConnectionInfo& info) override {
    watcher_.OnDisconnected(info);
  }
  void OnError(std::string_view name, const absl::Status& status) override {
    watcher_.OnError(watcher_.options_.control_path, name, status);
  }

 private:
  ClusterWatcher& watcher_;
};

ClusterWatcher::ClusterWatcher(base::Loop& loop, zk::Session& session,
                               ClusterTable& table,
                               ClusterWatcherOptions options)
    : loop_(loop),
      session_(session),
      table_(table),
      options_(std::move(options)),
      member_listener_(std::make_unique<MemberListener>(*this)),
      order_listener_(std::make_unique<OrderListener>(*this)) {
  table_.ApplyDisconnected("connecting to ZooKeeper", absl::Now());
  // Orders first: in one session their reads are then answered first, and a
  // member that is held is seldom shown without its hold.
  orders_ = std::make_unique<coordination::ChildMirror>(
      loop_, session_, options_.control_path, *order_listener_);
  members_ = std::make_unique<coordination::ChildMirror>(
      loop_, session_, options_.members_path, *member_listener_);
  ScheduleTick();
}

ClusterWatcher::~ClusterWatcher() { loop_.Cancel(tick_); }

void ClusterWatcher::OnMirrorSynced() {
  if (members_synced_ && orders_synced_) table_.ApplySynced(absl::Now());
}

void ClusterWatcher::OnDisconnected(const zk::ConnectionInfo& info) {
  members_synced_ = false;
  orders_synced_ = false;
  table_.ApplyDisconnected(info.reason, absl::Now(), info.heard_at);
}

void ClusterWatcher::OnError(std::string_view path, std::string_view name,
                             const absl::Status& status) {
  base::Log(options_.log, LogLevel::kError, "cannot read a znode path=",
            name.empty() ? std::string(path) : model::JoinPath(path, name),
            " error=\"", base::Message(status), "\"");
  if (!name.empty()) return;
  // Without the listing nothing is known of anybody, until it is synced again.
  (path == options_.members_path ? members_synced_ : orders_synced_) = false;
  table_.ApplyDisconnected(base::Message(status), absl::Now());
}

void ClusterWatcher::ScheduleTick() {
  tick_ = loop_.RunAfter(kTickInterval, [this] {
    table_.Tick(absl::Now());
    ScheduleTick();
  });
}

}  // namespace roster::monitor
