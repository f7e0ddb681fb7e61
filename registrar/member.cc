#include "registrar/member.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "model/ledger_entry.h"
#include "registrar/contained.h"
#include "registrar/drain.h"
#include "registrar/record_fit.h"

namespace roster::registrar {

Member::Member(base::Loop& loop, std::shared_ptr<Board> board,
               const RegistrarOptions& options, model::Writer self,
               Publish publish)
    : loop_(loop),
      board_(std::move(board)),
      options_(options),
      path_(model::JoinPath(options.members_path, options.MemberName())),
      cluster_paths_(options.state_path, options.cluster),
      publish_(std::move(publish)),
      session_(loop, MakeSessionOptions()),
      pacer_(loop, options.min_update_interval,
             [this] { registration_.Write(); }),
      registration_(loop, session_, MakeRegistrationOptions(std::move(self))),
      orders_(loop, session_, MakeOrderOptions()),
      policy_(loop, session_, MakePolicyOptions()),
      host_gauges_(options.disk_path) {
  session_.AddListener(
      scope_.Wrap([this](const zk::ConnectionInfo& info) { OnSession(info); }));
  if (options_.host_gauges) ReadHostGauges();
  session_.Start();
}

zk::SessionOptions Member::MakeSessionOptions() const {
  zk::SessionOptions options;
  options.servers = options_.servers;
  options.session_timeout = options_.session_timeout;
  options.digest_credentials = options_.digest_credentials;
  options.log = options_.log;
  return options;
}

Registration::Options Member::MakeRegistrationOptions(model::Writer self) {
  Registration::Options options;
  options.members_path = options_.members_path;
  options.path = path_;
  options.self = std::move(self);
  options.self_check_interval = options_.self_check_interval;
  options.leave_linger = options_.leave_linger;
  options.ledger_path =
      model::JoinPath(cluster_paths_.ledger, options_.MemberName());
  // What a member with credentials creates nobody else may write: a monitor
  // could not keep the entry any more.
  options.may_create_ledger_entry = options_.digest_credentials.empty();
  options.make_ledger_entry = [this](const zk::Stat& stat) {
    return MakeLedgerEntry(stat);
  };
  options.log = options_.log;
  options.take_record = [this] { return TakeRecord(); };
  options.on_written = [this] {
    written_state_ = taken_state_;
    PublishSoon();
  };
  options.on_change = [this] {
    if (!registration_.registered()) written_state_.reset();
    PublishSoon();
  };
  return options;
}

OrderFollower::Options Member::MakeOrderOptions() {
  OrderFollower::Options options;
  options.path = model::JoinPath(cluster_paths_.control, options_.MemberName());
  options.log = options_.log;
  options.on_order = [this](const model::Order& order) { Obey(order); };
  options.on_known = [this] { registration_.SetReady(); };
  options.on_change = [this] { PublishSoon(); };
  return options;
}

PolicyFollower::Options Member::MakePolicyOptions() {
  PolicyFollower::Options options;
  options.path = cluster_paths_.policy;
  options.log = options_.log;
  options.on_change = [this] {
    pacer_.SetInterval(UpdateInterval());
    PublishSoon();
  };
  return options;
}

absl::Duration Member::UpdateInterval() const {
  return std::max(options_.min_update_interval,
                  policy_.interval().value_or(absl::ZeroDuration()));
}

void Member::Obey(const model::Order& order) {
  DrainCall call = DrainCall::kNone;
  DrainRequest request;
  board_->Update([&](RecordKeeper& keeper, absl::Time) {
    call = keeper.ApplyOrder(order);
    const DrainKeeper& drain = keeper.drain();
    request.mode = drain.mode();
    request.deadline = drain.deadline();
    request.restart = drain.restart();
    request.drain = Drain(board_, drain.drain());
  });
  request.epoch = order.epoch;
  request.holds = order.holds;
  // Before the write that the update has queued: if the service is done at
  // once, one write says so.
  if (!leaving_) Tell(call, request);
  PublishSoon();
}

void Member::Tell(DrainCall call, const DrainRequest& request) {
  if (call == DrainCall::kDrain && options_.on_drain)
    CallContained(options_.log, "on_drain",
                  [&] { options_.on_drain(request); });
  if (call == DrainCall::kOnline && options_.on_online)
    CallContained(options_.log, "on_online", options_.on_online);
}

void Member::OnSession(const zk::ConnectionInfo& info) {
  if (info.state == zk::ConnectionState::kConnected) {
    // The order first: a machine that is held offline comes back offline.
    orders_.OnConnected();
    registration_.OnConnected(orders_.known());
    policy_.OnConnected();
  } else if (info.state == zk::ConnectionState::kLost) {
    registration_.OnLost();
  }
  PublishSoon();
}

void Member::OnPending(Urgency urgency) {
  // A write that was made since may have taken it along.
  const Urgency pending =
      board_->Read([](const RecordKeeper& keeper) { return keeper.pending(); });
  if (pending != Urgency::kNone) pacer_.Request(pending);
  if (urgency == Urgency::kNow) PublishSoon();
}

void Member::Leave(std::function<void(absl::Status)> done) {
  leaving_ = true;
  registration_.Leave(std::move(done));
}

std::string Member::TakeRecord() {
  pacer_.Written();
  model::MemberRecord record;
  board_->Read(
      [&](RecordKeeper& keeper) { record = keeper.TakeRecord(absl::Now()); });
  const model::ReportedState state = record.state;
  absl::StatusOr<FittedRecord> fitted =
      FitRecord(std::move(record), options_.max_record_bytes);
  if (fitted.ok()) {
    NoteLeftOut(fitted->left_out);
    last_bytes_ = std::move(fitted->bytes);
    taken_state_ = state;
  } else {
    NoteLeftOut(std::string(fitted.status().message()));
  }
  return last_bytes_;
}

std::string Member::MakeLedgerEntry(const zk::Stat& stat) {
  model::LedgerEntry entry;
  entry.state = model::LedgerState::kLeft;
  entry.czxid = stat.czxid;
  entry.joined_at = stat.ctime;
  entry.since = absl::Now();
  board_->Read([&](RecordKeeper& keeper) {
    entry.record = keeper.TakeRecord(entry.since);
  });
  return model::SerializeLedgerEntry(entry);
}

void Member::NoteLeftOut(const std::string& left_out) {
  if (left_out_.empty() && !left_out.empty())
    base::Log(options_.log, base::LogLevel::kWarning, "record over ",
              options_.max_record_bytes, " bytes, left out: ", left_out);
  if (left_out_ == left_out) return;
  left_out_ = left_out;
  PublishSoon();
}

void Member::ReadHostGauges() {
  const std::vector<HostGauge> gauges = host_gauges_.ReadNoticeable();
  if (!gauges.empty()) {
    board_->Update([&](RecordKeeper& keeper, absl::Time) {
      for (const HostGauge& gauge : gauges)
        keeper.SetGauge(gauge.name, gauge.value);
    });
  }
  loop_.RunAfter(options_.host_gauges_interval,
                 scope_.Wrap([this] { ReadHostGauges(); }));
}

void Member::PublishSoon() {
  if (publish_posted_) return;
  publish_posted_ = true;
  loop_.Post(scope_.Wrap([this] {
    publish_posted_ = false;
    published_ = MakeStatus();
    publish_(published_);
  }));
}

RegistrarStatus Member::MakeStatus() {
  const zk::ConnectionInfo& info = session_.info();
  RegistrarStatus status;
  status.path = path_;
  status.registered = registration_.registered();
  status.czxid = status.registered ? registration_.stat().czxid : 0;
  const bool same = status.registered == published_.registered &&
                    status.czxid == published_.czxid;
  status.since = same ? published_.since : absl::Now();
  status.reason = registration_.reason();
  if (!status.registered && info.state != zk::ConnectionState::kConnected)
    status.reason = absl::UnavailableError(
        absl::StrCat("not connected to ZooKeeper: ", info.reason));
  status.connection = info.state;
  status.session_id = info.session_id;
  status.write_error = registration_.write_error();
  status.order_error = orders_.error();
  status.policy_error = policy_.error();
  status.update_interval = UpdateInterval();
  if (status.registered) status.written_state = written_state_;
  status.registrations = registration_.registrations();
  status.writes = registration_.writes();
  if (!left_out_.empty())
    status.record_warning =
        absl::StrCat("record over ", options_.max_record_bytes,
                     " bytes, left out: ", left_out_);
  board_->Read([&](const RecordKeeper& keeper) {
    status.reported_state = keeper.reported_state();
    status.applied_epoch = keeper.applied_epoch();
    status.held = keeper.drain().held();
    status.drain_deadline = keeper.drain().deadline();
    status.coalesced = keeper.coalesced();
    if (status.record_warning.empty() && keeper.not_kept() > 0)
      status.record_warning =
          absl::StrCat(keeper.not_kept(),
                       " updates not kept: too many of a kind, or a bad name");
  });
  return status;
}

}  // namespace roster::registrar
