#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "base/published.h"
#include "base/shared_value.h"
#include "model/ledger_entry.h"
#include "model/order.h"
#include "monitor/state/cluster_view.h"
#include "monitor/state/event_log.h"
#include "monitor/state/mass_loss_guard.h"
#include "monitor/state/member.h"
#include "monitor/state/member_builder.h"
#include "monitor/state/member_schedule.h"
#include "monitor/state/pending_orders.h"

namespace roster::monitor {

struct ClusterTableOptions {
  std::string cluster;
  std::string members_path;
  // How long departed members stay in the view.
  absl::Duration left_retention = absl::Hours(1);
  absl::Duration lost_retention = absl::Hours(24 * 7);
  // Departed members kept at most; the longest gone are forgotten first. Those
  // that are held offline do not count: they stay for as long as the hold. More
  // are kept of those that went within the mass-loss guard's window, and while
  // it is on.
  size_t max_departed = 10'000;
  // Orders kept at most for names that have no member, or were never seen as
  // one. What is over it is not remembered, and counted.
  size_t max_pending_orders = 100'000;
};

// ClusterTable is the heart of the monitor: it takes what was read from
// ZooKeeper and keeps the live view, the events and the counters of one
// cluster. Each Apply...() that changes something publishes a new ClusterView
// and then reports the change.
//
// It is pure: it does no I/O, and time is handed to it. Every call is
// idempotent: applying what is already known changes nothing.
//
// What is told of a change, in this order: the view is published, the events
// are appended, the change listener is called. Listeners must not call back.
//
// Invariants: docs/znodes.md#the-view.
// Thread-safety: confined to one thread; what it publishes may be read by any.
// Lifetime: `events` must outlive this.
class ClusterTable {
 public:
  using ChangeListener = std::function<void(const MemberChange&)>;
  using ViewListener = std::function<void(const ClusterViewPtr&)>;

  ClusterTable(ClusterTableOptions options, EventLog& events);

  // The newest view; never null. Thread-safe.
  ClusterViewPtr view() const { return view_.Get(); }
  const ClusterCounters& counters() const { return current_.counters; }
  const ClusterTableOptions& options() const { return options_; }

  // Called with every change of a member, after the view that has it was
  // published. Set before the first change.
  void SetChangeListener(ChangeListener listener);
  // Called when synced, connected or their reason changed.
  void SetViewListener(ViewListener listener);
  // Called when the budgets, the policy, the operations, the monitors or the
  // guard changed.
  void SetClusterListener(ViewListener listener);

  // The znode exists and holds this.
  void ApplyNode(std::string_view name, const ObservedNode& node,
                 absl::Time now);
  // The znode does not exist. Nothing happens for unknown names.
  // `said_goodbye`: it left cleanly, though its record did not say so.
  void ApplyGone(std::string_view name, absl::Time now,
                 bool said_goodbye = false);
  // The order znode of `name` holds `data`; nothing: it does not exist. A
  // broken order, an empty one too, changes nothing but `order_problem`. A name
  // that has no member becomes one that was never seen while it is held;
  // without holds its order is remembered for when it comes, and not shown. An
  // order that wants the departed registration forgotten forgets it.
  void ApplyOrder(std::string_view name, std::optional<std::string_view> data,
                  absl::Time now);
  // What the ledger has of a name that is not present: from before this monitor
  // looked. Ignored if more recent things are known of it. PRESENT means that
  // it vanished while nobody looked: LOST, with its event.
  void ApplyLedger(std::string_view name, const model::LedgerEntry& entry,
                   absl::Time now);

  // The nodes of the cluster as a whole; nothing: it does not exist. What
  // cannot be read changes nothing but the view's ..._problem.
  void ApplyBudgets(std::optional<std::string_view> data, absl::Time now);
  void ApplyPolicy(std::optional<std::string_view> data, absl::Time now);
  // An operation's node; `data` is null for: gone. Of one that cannot be read,
  // whom it works on is kept as far as it is known.
  void ApplyOperation(std::string_view id, const std::string_view* data,
                      int32_t version, absl::Time mtime, absl::Time now);
  // A node of the configuration; nothing: it is gone. Only its news is told:
  // the view does not have it.
  void ApplyConfig(std::string_view node, std::optional<std::string_view> data,
                   absl::Time now);
  // A rosterd's node in the election; `data` is null for: gone. Names that are
  // no candidate's are ignored.
  void ApplyMonitor(std::string_view node, const std::string_view* data,
                    absl::Time now);

  // Everything that exists has been applied since the last connect.
  void ApplySynced(absl::Time now);
  // ZooKeeper went out of reach: the view stays and is marked stale, nobody is
  // declared lost. Idempotent.
  // `known_until`: when ZooKeeper was last heard, if that is known to be before
  // `now`.
  void ApplyDisconnected(std::string_view reason, absl::Time now,
                         absl::Time known_until = absl::InfiniteFuture(),
                         BlindCause cause = BlindCause::kMonitorBlind);

  // What only time changes: stalls, the end of retention, and `as_of`. Nothing
  // while disconnected: who cannot see cannot tell that nothing moves. Call
  // about once a second.
  void Tick(absl::Time now);

  // Forgets a departed member now. False if it is unknown or present.
  bool Forget(std::string_view name, absl::Time now);

 private:
  // How a change of a member is told.
  enum class Telling {
    kHappened,
    kFound,   // it was so before the monitor looked: mostly no event
    kMissed,  // it happened while the monitor could not see
  };

  void ApplyOrderOfNobody(std::string_view name, model::Order order,
                          std::string problem, absl::Time now);
  void RememberOrder(std::string_view name, model::Order order,
                     std::string problem);
  void ShowNeverSeen(std::string_view name, PendingOrders::Entry entry,
                     absl::Time now);
  // Of a departed member.
  void Remove(const MemberPtr& member, absl::Time now);
  void RemoveIfUnwanted(std::string_view name, absl::Time now);
  void DropLongestGone(absl::Time now);

  // Puts `after` (null: nothing) in place of `before` (null: nothing), and
  // tells; as if there had been `was` before, if it is given.
  void Commit(const MemberPtr& before, std::shared_ptr<Member> after,
              absl::Time now, Telling telling = Telling::kHappened,
              const Member* was = nullptr);
  void CountMember(const Member& member, int64_t sign);
  void CountWrite(const Member* before, const Member& after, bool found);
  void CountEvent(EventType type);
  void Publish(absl::Time now);
  // Publishes a change of the cluster as a whole, and tells.
  void PublishCluster(absl::Time now, std::vector<Event> events);
  void UpdateGuard(absl::Time now);
  Event ViewEvent(EventType type, std::string detail,
                  std::string subject = "") const;
  void AppendViewEvent(Event event, absl::Time now);

  const ClusterTableOptions options_;
  const base::SharedValue<std::string> cluster_;  // options_.cluster
  EventLog& events_;
  base::Published<ClusterView> view_;
  ChangeListener change_listener_;
  ViewListener view_listener_;
  ViewListener cluster_listener_;

  ClusterView current_;      // what is published next
  MemberSchedule schedule_;  // of the members of current_
  MassLossGuard guard_;
  PendingOrders pending_orders_;
  std::map<std::string, int64_t, std::less<>> config_versions_;
  size_t never_seen_ = 0;  // members that are
  int64_t present_ = 0;    // members that are
  // Members of whom there are events though the first sync goes on: of them
  // all has to be told, lest their events make no chain.
  absl::flat_hash_set<std::string> told_before_sync_;
};

}  // namespace roster::monitor
