#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/loop.h"
#include "coordination/leader_election.h"
#include "monitor/control/config_backend.h"
#include "monitor/control/control_backend.h"
#include "monitor/control/control_store.h"
#include "monitor/control/duties.h"
#include "monitor/control/requests.h"
#include "monitor/state/cluster_table.h"
#include "monitor/state/fenced_view.h"
#include "zk/blocking_session.h"
#include "zk/session.h"

namespace roster::monitor {

struct ControllerOptions {
  ControlStoreOptions store;
  zk::SessionOptions session;
  // ClusterWatcher::Fence(); called on the watch loop.
  std::function<void(absl::AnyInvocable<void(absl::StatusOr<FencedView>)>)>
      fence;
};

// Controller carries out what operators ask of one cluster, and, while it is
// elected, the cluster's duties. See docs/control.md for how orders, budgets,
// audit and operations are stored and what is guaranteed.
//
// Each call is answered exactly once, on the controller's thread, one after the
// other; it is answered with OK only when what was asked is stored and audited.
// Errors carry a reason (base/error_details.h); docs/errors.md lists them. A
// write whose outcome cannot be found out before the deadline ends as
// Unavailable with reason OUTCOME_UNKNOWN; asking again with the same
// request_id tells.
//
// It has a session of its own, apart from the one that watches: that one may be
// replaced when it is cut off, and would lose the election by it.
//
// Thread-safety: thread-safe; Start() and Close() off the watch loop.
// Lifetime: `watch_loop`, `table`, and what the fence uses, outlive Close().
class Controller final : public ControlBackend, public ConfigBackend {
 public:
  template <typename T>
  using Done = ControlBackend::Done<T>;

  // `table` is confined to `watch_loop`. Answers all calls as Unavailable until
  // Start().
  Controller(base::Loop& watch_loop, ClusterTable& table,
             ControllerOptions options);
  ~Controller() override;

  Controller(const Controller&) = delete;
  Controller& operator=(const Controller&) = delete;

  // Begins to connect, and takes part in the election with `monitor_record`
  // (see docs/znodes.md). Once.
  void Start(std::string monitor_record);
  // Ends the election and the session. The call that runs has a second to end;
  // those that wait are refused. Blocks; idempotent.
  void Close();

  // Elected and connected, as far as this process knows.
  bool leading() const { return leading_; }
  // Duties::failures(), once started. From any thread.
  std::vector<std::pair<std::string_view, uint64_t>> duty_failures() const;
  // The view has changed in a way that a duty may wait for.
  void OnMemberChange(const MemberChange& change);
  void OnClusterChange() { Wake(); }

  void TakeOffline(TakeOfflineRequest request,
                   Done<TakeOfflineResult> done) override;
  void BringOnline(BringOnlineRequest request,
                   Done<BringOnlineResult> done) override;
  // Reads it from ZooKeeper now.
  void GetOrder(std::string name, absl::Time deadline,
                Done<StoredOrder> done) override;
  void Evict(MemberRequest request, Done<MemberResult> done) override;
  void Forget(MemberRequest request, Done<MemberResult> done) override;

  void SetBudget(SetBudgetRequest request, Done<BudgetReport> done) override;
  void DeleteBudget(DeleteBudgetRequest request, Done<Nothing> done) override;

  void RollingRestart(RollingRestartRequest request,
                      Done<OperationResult> done) override;
  void ChangeOperation(ChangeOperationRequest request,
                       Done<StoredOperation> done) override;

  void ListAudit(AuditQuery query, Done<AuditPage> done) override;

  void SetPolicy(SetPolicyRequest request, Done<model::Policy> done) override;
  void ReleaseGuard(ReleaseGuardRequest request, Done<Nothing> done) override;

  void ListConfig(ConfigQuery query, Done<ConfigPage> done) override;
  void GetConfig(ConfigQuery query, Done<model::ConfigEntry> done) override;
  void ListConfigHistory(ConfigQuery query,
                         Done<std::vector<model::ConfigEntry>> done) override;
  void ChangeConfig(ChangeConfigRequest request,
                    Done<ChangeConfigResult> done) override;

  // For parts beside this one. Runs `command` on the controller's thread, in
  // its turn, with what it writes by, or with the reason for none.
  using Command = absl::AnyInvocable<void(absl::StatusOr<ControlStore*>)>;
  void Submit(Command command);
  // To read by, from any thread; valid as long as this, whatever it answers.
  absl::StatusOr<zk::BlockingSession*> session();
  // What calls are answered with before Start() and after Close().
  static absl::Status NotServing();

 private:
  // Answers with what `question` gives on the controller's thread.
  template <typename T, typename Question>
  void Answer(Done<T> done, Question question);
  absl::StatusOr<FencedView> Fence(absl::Time deadline);
  void OnSessionState(const zk::ConnectionInfo& info);
  void OnElection(bool leading);
  void Wake();
  void Tick();
  void RunDuties();
  void ReadLedger();

  base::Loop& watch_loop_;
  ClusterTable& table_;
  const ControllerOptions options_;

  std::atomic<bool> serving_{false};  // between Start() and Close()
  std::atomic<bool> leading_{false};
  std::atomic<bool> prepared_{false};
  std::atomic<bool> wake_pending_{false};
  // The node that proves it; empty while not elected.
  base::Published<std::string> leader_node_{std::make_shared<std::string>()};

  // Confined to watch_loop_.
  std::unique_ptr<zk::Session> session_;
  std::unique_ptr<coordination::LeaderElection> election_;

  std::unique_ptr<zk::BlockingSession> blocking_;
  std::unique_ptr<ControlStore> store_;
  // Confined to loop_.
  std::unique_ptr<Duties> duties_;
  std::string elected_as_;
  bool ledger_read_ = false;

  // Blocks on ZooKeeper: nothing but commands and duties runs on it.
  base::Loop loop_;
};

}  // namespace roster::monitor
