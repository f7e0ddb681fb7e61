#include "registrar/registrar.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/exhaustion.h"
#include "base/loop.h"
#include "base/mutex.h"
#include "base/status_macros.h"
#include "model/record_limits.h"
#include "registrar/board.h"
#include "registrar/contained.h"
#include "registrar/host_identity.h"
#include "registrar/member.h"
#include "registrar/record_fit.h"

namespace roster::registrar {
namespace {

// Of Registrar::kLeaveTimeout, what is kept for closing the session: a server
// that does not answer is given up after about 2.5 s.
constexpr absl::Duration kCloseTime = absl::Seconds(3);

// A sink that throws must not take the registrar's thread, and with it the
// service, down.
base::LogSink Contained(base::LogSink log) {
  if (!log) return log;
  return [log = std::move(log)](base::LogLevel level, std::string_view line) {
    try {
      log(level, line);
    } catch (...) {  // There is nobody left to tell.
    }
  };
}

model::MemberRecord InitialRecord(const RegistrarOptions& options,
                                  const model::Writer& self) {
  model::MemberRecord record;
  record.incarnation = NewIncarnation();
  record.writer = self;
  record.service = options.service;
  record.version = options.version;
  record.state = options.initial_state;
  record.endpoints = options.endpoints;
  record.labels = options.labels;
  record.started_at = absl::Now();
  record.updated_at = record.started_at;
  return record;
}

DrainEnd EndOf(const RegistrarOptions& options) {
  return options.on_drain ? DrainEnd::kServiceSays : DrainEnd::kWithTasks;
}

bool SameButCounters(const RegistrarStatus& a, const RegistrarStatus& b) {
  return a.registered == b.registered && a.czxid == b.czxid &&
         a.reason == b.reason && a.connection == b.connection &&
         a.session_id == b.session_id && a.reported_state == b.reported_state &&
         a.written_state == b.written_state &&
         a.applied_epoch == b.applied_epoch && a.held == b.held &&
         a.drain_deadline == b.drain_deadline &&
         a.update_interval == b.update_interval &&
         a.write_error == b.write_error &&
         a.record_warning == b.record_warning &&
         a.order_error == b.order_error && a.policy_error == b.policy_error;
}

// Copies for other threads. A copy of an absl::Status shares its text with the
// original, and Debian's abseil is not built for ThreadSanitizer, which cannot
// see the reference count synchronise. These share nothing.
absl::Status Unshared(const absl::Status& status) {
  return absl::Status(status.code(), status.message());
}

RegistrarStatus Unshared(const RegistrarStatus& status) {
  RegistrarStatus copy = status;
  copy.reason = Unshared(status.reason);
  copy.write_error = Unshared(status.write_error);
  copy.order_error = Unshared(status.order_error);
  copy.policy_error = Unshared(status.policy_error);
  return copy;
}

// Waits for the loop's word that the goodbye is said. Shared with the loop,
// which may come to it after the caller has given up.
class Goodbye {
 public:
  void Said(const absl::Status& status) {
    base::MutexLock lock(&mu_);
    outcome_ = Unshared(status);
    said_.NotifyAll();
  }

  absl::Status Wait(absl::Duration timeout) {
    const auto deadline =
        std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(timeout);
    base::MutexLock lock(&mu_);
    while (!outcome_) {
      const auto left = deadline - std::chrono::steady_clock::now();
      if (left <= left.zero())
        return absl::DeadlineExceededError("no answer in time to the goodbye");
      said_.WaitWithTimeout(&mu_, absl::FromChrono(left));
    }
    return *std::move(outcome_);
  }

 private:
  base::Mutex mu_;
  base::CondVar said_;
  std::optional<absl::Status> outcome_ ABSL_GUARDED_BY(mu_);
};

}  // namespace

// Impl is the service's side of the thread border; Member is the other.
class Registrar::Impl {
 public:
  Impl(RegistrarOptions options, model::Writer self,
       model::MemberRecord initial);
  ~Impl() { loop_.Stop(); }

  const std::shared_ptr<Board>& board() const { return board_; }
  RegistrarStatus status() const {
    base::MutexLock lock(&mu_);
    return Unshared(status_);
  }
  absl::Status Leave(absl::Duration timeout, std::string_view reason);
  bool OnLoop() const { return loop_.IsOnLoop(); }
  coordination::Client& client();

 private:
  void OnStatus(RegistrarStatus status);

  const RegistrarOptions options_;
  base::Loop loop_{"roster"};
  const std::shared_ptr<Board> board_;
  std::unique_ptr<Member> member_;  // confined to loop_

  mutable base::Mutex mu_;
  RegistrarStatus status_ ABSL_GUARDED_BY(mu_);
  // Made with member_, and closed before that goes.
  std::unique_ptr<coordination::Client> client_ ABSL_GUARDED_BY(mu_);

  // Held through a leave, so that a second caller waits for the first.
  base::Mutex leave_mu_;
  std::optional<absl::Status> left_ ABSL_GUARDED_BY(leave_mu_);
};

Registrar::Impl::Impl(RegistrarOptions options, model::Writer self,
                      model::MemberRecord initial)
    : options_(std::move(options)),
      board_(std::make_shared<Board>(
          RecordKeeper(std::move(initial), EndOf(options_)),
          [this](Urgency urgency) {
            loop_.Post([this, urgency] {
              if (member_ != nullptr) member_->OnPending(urgency);
            });
          })) {
  status_.path = model::JoinPath(options_.members_path, options_.MemberName());
  status_.reason = absl::UnavailableError("not connected to ZooKeeper yet");
  status_.reported_state = options_.initial_state;
  status_.update_interval = options_.min_update_interval;
  loop_.Start();
  loop_.Post([this, self = std::move(self)] {
    member_ = std::make_unique<Member>(
        loop_, board_, options_, self,
        [this](RegistrarStatus status) { OnStatus(std::move(status)); });
    base::MutexLock lock(&mu_);
    client_ = std::make_unique<coordination::Client>(loop_, member_->session());
  });
}

coordination::Client& Registrar::Impl::client() {
  {
    base::MutexLock lock(&mu_);
    if (client_ != nullptr) return *client_;
  }
  loop_.RunAndWait([] {});  // what makes it was posted before this
  base::MutexLock lock(&mu_);
  return *client_;
}

void Registrar::Impl::OnStatus(RegistrarStatus status) {
  {
    base::MutexLock lock(&mu_);
    std::swap(status_, status);
    // Now `status` is the former one, and only this thread writes status_.
    if (SameButCounters(status_, status)) return;
    status = Unshared(status_);
  }
  if (!options_.on_status) return;
  CallContained(options_.log, "on_status", [&] { options_.on_status(status); });
}

absl::Status Registrar::Impl::Leave(absl::Duration timeout,
                                    std::string_view reason) {
  if (OnLoop())
    return absl::FailedPreconditionError(
        "Leave() waits for the thread that calls it");
  base::MutexLock lock(&leave_mu_);
  if (left_) return Unshared(*left_);
  board_->Close();
  board_->Update(
      [&](RecordKeeper& keeper, absl::Time) { keeper.SetLeaving(reason); });
  auto goodbye = std::make_shared<Goodbye>();
  loop_.Post([this, goodbye] {
    member_->Leave(
        [goodbye](const absl::Status& status) { goodbye->Said(status); });
  });
  left_ = goodbye->Wait(
      std::clamp(timeout, absl::ZeroDuration(), kLeaveTimeout - kCloseTime));
  client().blocking().Close();
  // Closes the session, which deletes the node if the goodbye did not.
  loop_.RunAndWait([this] { member_.reset(); });
  base::Log(options_.log, base::LogLevel::kInfo,
            "left outcome=", left_->ToString());
  base::MutexLock status_lock(&mu_);
  status_.registered = false;
  status_.written_state.reset();
  status_.czxid = 0;
  status_.since = absl::Now();
  status_.reason = absl::CancelledError("left");
  status_.reported_state = model::ReportedState::kLeaving;
  return Unshared(*left_);
}

absl::StatusOr<std::unique_ptr<Registrar>> Registrar::Create(
    RegistrarOptions options) {
  ROSTER_RETURN_IF_ERROR(options.Validate());
  options.name = options.MemberName();  // the host's may change later
  options.log = Contained(std::move(options.log));
  model::Writer self = ThisWriter();
  model::MemberRecord initial = InitialRecord(options, self);
  if (const std::string wrong = model::ApplyRecordLimits(initial);
      !wrong.empty())
    return absl::InvalidArgumentError(wrong);
  ROSTER_ASSIGN_OR_RETURN(const FittedRecord fitted,
                          FitRecord(initial, options.max_record_bytes));
  if (!fitted.left_out.empty())
    return absl::InvalidArgumentError(
        absl::StrCat("max_record_bytes: ", options.max_record_bytes,
                     " do not hold the ", fitted.left_out));
  return base::CatchExhaustion(
      [&]() -> absl::StatusOr<std::unique_ptr<Registrar>> {
        return std::unique_ptr<Registrar>(new Registrar(std::make_unique<Impl>(
            std::move(options), std::move(self), std::move(initial))));
      });
}

Registrar::Registrar(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Registrar::~Registrar() { impl_->Leave(kLeaveTimeout, {}).IgnoreError(); }

void Registrar::SetState(model::ReportedState state, std::string_view reason) {
  impl_->board()->Update([&](RecordKeeper& keeper, absl::Time) {
    keeper.SetState(state, reason);
  });
}

void Registrar::SetGauge(std::string_view name, double value) {
  impl_->board()->Update(
      [&](RecordKeeper& keeper, absl::Time) { keeper.SetGauge(name, value); });
}

void Registrar::RemoveGauge(std::string_view name) {
  impl_->board()->Update(
      [&](RecordKeeper& keeper, absl::Time) { keeper.RemoveGauge(name); });
}

void Registrar::SetLabel(std::string_view name, std::string_view value) {
  impl_->board()->Update(
      [&](RecordKeeper& keeper, absl::Time) { keeper.SetLabel(name, value); });
}

void Registrar::SetEndpoint(std::string_view name, std::string_view address) {
  impl_->board()->Update([&](RecordKeeper& keeper, absl::Time) {
    keeper.SetEndpoint(name, address);
  });
}

Task Registrar::StartTask(std::string_view name, std::optional<double> total,
                          std::string_view unit, absl::Duration stall_after) {
  RecordKeeper::TaskId id = 0;
  impl_->board()->Update([&](RecordKeeper& keeper, absl::Time now) {
    id = keeper.StartTask(name, total, unit, stall_after, now);
  });
  return Task(impl_->board(), id);
}

RegistrarStatus Registrar::status() const { return impl_->status(); }

coordination::Client& Registrar::client() { return impl_->client(); }

absl::Status Registrar::Leave(absl::Duration timeout, std::string_view reason) {
  return impl_->Leave(timeout, reason);
}

}  // namespace roster::registrar
