#include "monitor/control/controller.h"

#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/mutex.h"
#include "monitor/control/cluster_commands.h"
#include "monitor/control/config_commands.h"
#include "monitor/control/ledger_keeper.h"
#include "monitor/control/member_commands.h"
#include "monitor/control/operation_commands.h"
#include "monitor/control/order_commands.h"

namespace roster::monitor {
namespace {

constexpr absl::Duration kTickInterval = absl::Seconds(1);
// What happens at about the same time is seen to at once.
constexpr absl::Duration kWakeDelay = absl::Milliseconds(20);
constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr absl::Duration kGrace = absl::Seconds(1);

// A flag to wait for.
class Idle {
 public:
  void Set() {
    base::MutexLock lock(&mu_);
    set_ = true;
    changed_.NotifyAll();
  }
  void WaitFor(absl::Duration timeout) {
    const absl::Time end = absl::Now() + timeout;
    base::MutexLock lock(&mu_);
    while (!set_ && absl::Now() < end)
      changed_.WaitWithTimeout(&mu_, end - absl::Now());
  }

 private:
  base::Mutex mu_;
  base::CondVar changed_;
  bool set_ ABSL_GUARDED_BY(mu_) = false;
};

absl::StatusOr<ControlBackend::Nothing> OrNothing(const absl::Status& status) {
  if (!status.ok()) return status;
  return ControlBackend::Nothing{};
}

}  // namespace

Controller::Controller(base::Loop& watch_loop, ClusterTable& table,
                       ControllerOptions options)
    : watch_loop_(watch_loop),
      table_(table),
      options_(std::move(options)),
      loop_("control") {}

Controller::~Controller() { Close(); }

void Controller::Start(std::string monitor_record) {
  watch_loop_.RunAndWait([this, &monitor_record] {
    session_ = std::make_unique<zk::Session>(watch_loop_, options_.session);
    session_->AddListener(
        [this](const zk::ConnectionInfo& info) { OnSessionState(info); });
    election_ = std::make_unique<coordination::LeaderElection>(
        watch_loop_, *session_,
        coordination::LeaderElectionOptions{
            .path = options_.store.paths.monitors,
            .data = std::move(monitor_record),
            .log = options_.store.log,
            .on_change = [this](bool leading) { OnElection(leading); }});
  });
  blocking_ = std::make_unique<zk::BlockingSession>(watch_loop_, *session_);
  store_ = std::make_unique<ControlStore>(
      *blocking_, [this](absl::Time deadline) { return Fence(deadline); },
      options_.store);
  duties_ = std::make_unique<Duties>(*store_);
  loop_.Start();
  serving_ = true;
  loop_.Post([this] { Tick(); });
  watch_loop_.Post([this] { session_->Start(); });
}

void Controller::Close() {
  if (!serving_.exchange(false)) return;
  {
    // What runs may end; what waits is refused when its turn comes.
    const auto idle = std::make_shared<Idle>();
    loop_.Post([idle] { idle->Set(); });
    idle->WaitFor(kGrace);
  }
  blocking_->Close();  // what still waits for ZooKeeper ends now
  loop_.RunAndWait([] {});
  loop_.Stop();
  watch_loop_.RunAndWait([this] {
    election_.reset();
    session_.reset();
  });
}

absl::StatusOr<FencedView> Controller::Fence(absl::Time deadline) {
  return blocking_->Await<FencedView>(
      "fence", deadline,
      [this](zk::Session&, zk::Session::Callback<FencedView> done) {
        options_.fence(std::move(done));
      });
}

void Controller::OnSessionState(const zk::ConnectionInfo& info) {
  prepared_ = false;
  if (info.state == zk::ConnectionState::kConnected) Wake();
}

void Controller::OnElection(bool leading) {
  leader_node_.Publish(std::make_shared<std::string>(
      leading ? election_->node_path() : std::string()));
  leading_ = leading;
  Wake();
}

void Controller::OnMemberChange(const MemberChange& change) {
  const Member* const before = change.before.get();
  const Member* const after = change.after.get();
  // Progress and gauges are no duty's concern.
  if (before != nullptr && after != nullptr &&
      before->status == after->status && before->czxid == after->czxid &&
      before->order->epoch == after->order->epoch)
    return;
  Wake();
}

void Controller::Wake() {
  if (!serving_ || wake_pending_.exchange(true)) return;
  loop_.Post([this] {
    loop_.RunAfter(kWakeDelay, [this] {
      wake_pending_ = false;
      RunDuties();
    });
  });
}

void Controller::Tick() {
  RunDuties();
  loop_.RunAfter(kTickInterval, [this] { Tick(); });
}

void Controller::RunDuties() {
  if (!serving_) return;
  const ClusterViewPtr view = table_.view();
  if (!view->connected) return;
  if (!prepared_) {
    const absl::Status status = store_->Prepare(absl::Now() + kPatience);
    duties_->NotePreparation(status);
    if (!status.ok()) return;
    prepared_ = true;
  }
  if (!ledger_read_) ReadLedger();
  const std::string leader_node = *leader_node_.Get();
  if (leader_node.empty() || !ledger_read_) {
    elected_as_.clear();
    return;
  }
  if (elected_as_ != leader_node) {
    elected_as_ = leader_node;
    duties_->OnElected();
  }
  duties_->Run(leader_node, *table_.view());
}

// Who went before this rosterd looked; once, and before it writes there.
void Controller::ReadLedger() {
  auto departures =
      ReadDepartures(*store_, *table_.view(), absl::Now() + kPatience);
  duties_->NotePreparation(departures.status());
  if (!departures.ok()) return;  // the next tick tries again
  watch_loop_.RunAndWait([&] {
    const absl::Time now = absl::Now();
    for (const Departure& departure : *departures)
      table_.ApplyLedger(departure.name, departure.entry, now);
  });
  ledger_read_ = true;
}

std::vector<std::pair<std::string_view, uint64_t>> Controller::duty_failures()
    const {
  if (!serving_) return {};
  return duties_->failures();
}

absl::Status Controller::NotServing() {
  return base::WithReason(
      absl::UnavailableError("rosterd is starting or stopping"),
      "SERVER_STOPPING");
}

absl::StatusOr<zk::BlockingSession*> Controller::session() {
  if (!serving_) return NotServing();
  return blocking_.get();
}

void Controller::Submit(Command command) {
  if (!serving_) return command(NotServing());
  loop_.Post([this, command = std::move(command)]() mutable {
    if (!serving_)
      command(NotServing());
    else
      command(store_.get());
  });
}

template <typename T, typename Question>
void Controller::Answer(Done<T> done, Question question) {
  Submit([done = std::move(done), question = std::move(question)](
             absl::StatusOr<ControlStore*> store) mutable {
    if (!store.ok())
      done(store.status());
    else
      done(question(**store));
  });
}

void Controller::TakeOffline(TakeOfflineRequest request,
                             Done<TakeOfflineResult> done) {
  Answer(std::move(done), [request = std::move(request)](ControlStore& store) {
    return request.start_at || request.pacing
               ? StartTakeOffline(store, request)
               : monitor::TakeOffline(store, request);
  });
}

void Controller::BringOnline(BringOnlineRequest request,
                             Done<BringOnlineResult> done) {
  Answer(std::move(done), [request = std::move(request)](ControlStore& store) {
    return monitor::BringOnline(store, request);
  });
}

void Controller::GetOrder(std::string name, absl::Time deadline,
                          Done<StoredOrder> done) {
  Answer(std::move(done),
         [name = std::move(name), deadline](ControlStore& store) {
           return monitor::GetOrder(store, name, deadline);
         });
}

void Controller::Evict(MemberRequest request, Done<MemberResult> done) {
  Answer(std::move(done), [request = std::move(request)](ControlStore& store) {
    return monitor::Evict(store, request);
  });
}

void Controller::Forget(MemberRequest request, Done<MemberResult> done) {
  Answer(std::move(done), [request = std::move(request)](ControlStore& store) {
    return monitor::Forget(store, request);
  });
}

void Controller::SetBudget(SetBudgetRequest request, Done<BudgetReport> done) {
  Answer(std::move(done), [request = std::move(request)](ControlStore& store) {
    return monitor::SetBudget(store, request);
  });
}

void Controller::DeleteBudget(DeleteBudgetRequest request, Done<Nothing> done) {
  Answer(std::move(done), [request = std::move(request)](ControlStore& store) {
    return OrNothing(monitor::DeleteBudget(store, request));
  });
}

void Controller::RollingRestart(RollingRestartRequest request,
                                Done<OperationResult> done) {
  Answer(std::move(done), [request = std::move(request)](ControlStore& store) {
    return StartRollingRestart(store, request);
  });
}

void Controller::ChangeOperation(ChangeOperationRequest request,
                                 Done<StoredOperation> done) {
  Answer(std::move(done), [request = std::move(request)](ControlStore& store) {
    return monitor::ChangeOperation(store, request);
  });
}

void Controller::ListAudit(AuditQuery query, Done<AuditPage> done) {
  Answer(std::move(done), [query = std::move(query)](ControlStore& store) {
    return monitor::ListAudit(store, query);
  });
}

void Controller::SetPolicy(SetPolicyRequest request, Done<model::Policy> done) {
  Answer(std::move(done), [request = std::move(request)](ControlStore& store) {
    return monitor::SetPolicy(store, request);
  });
}

void Controller::ReleaseGuard(ReleaseGuardRequest request, Done<Nothing> done) {
  Answer(std::move(done), [request = std::move(request)](ControlStore& store) {
    return OrNothing(monitor::ReleaseGuard(store, request));
  });
}

void Controller::ListConfig(ConfigQuery query, Done<ConfigPage> done) {
  Answer(std::move(done), [query = std::move(query)](ControlStore& store) {
    return monitor::ListConfig(store, query);
  });
}

void Controller::GetConfig(ConfigQuery query, Done<model::ConfigEntry> done) {
  Answer(std::move(done), [query = std::move(query)](ControlStore& store) {
    return monitor::GetConfig(store, query);
  });
}

void Controller::ListConfigHistory(ConfigQuery query,
                                   Done<std::vector<model::ConfigEntry>> done) {
  Answer(std::move(done), [query = std::move(query)](ControlStore& store) {
    return monitor::ListConfigHistory(store, query);
  });
}

void Controller::ChangeConfig(ChangeConfigRequest request,
                              Done<ChangeConfigResult> done) {
  Answer(std::move(done), [request = std::move(request)](ControlStore& store) {
    return monitor::ChangeConfig(store, request);
  });
}

}  // namespace roster::monitor
