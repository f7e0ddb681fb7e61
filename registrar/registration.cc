#include "registrar/registration.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "registrar/ownership.h"
#include "zk/status.h"

namespace roster::registrar {
namespace {

// Between tries that were refused. The cap bounds how long a member stays away
// after the cause is gone and no watch told of it.
constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(5);

std::string SessionName(int64_t id) {
  return absl::StrCat("0x", absl::Hex(static_cast<uint64_t>(id)));
}

// Says who stands in the way, as far as its record tells.
std::string Describe(const zk::Node& node) {
  std::string text =
      absl::StrCat("owned by session ", SessionName(node.stat.ephemeral_owner));
  const model::ParsedRecord parsed = model::ParseMemberRecord(node.data);
  if (!parsed.opaque() && parsed.record.writer.pid > 0)
    absl::StrAppend(&text, ", pid ", parsed.record.writer.pid, " on host ",
                    parsed.record.writer.host_id);
  return text;
}

}  // namespace

Registration::Registration(base::Loop& loop, zk::Session& session,
                           Options options)
    : loop_(loop),
      session_(session),
      options_(std::move(options)),
      backoff_(kFirstPause, kLongestPause),
      reason_(absl::UnavailableError("not connected yet")) {
  watcher_ = session_.AddWatcher(
      scope_.Wrap([this](const zk::WatchEvent& event) { OnWatch(event); }));
  ScheduleSelfCheck();
}

Registration::~Registration() { session_.RemoveWatcher(watcher_); }

void Registration::OnConnected(bool ready) {
  ready_ = ready;
  if (session_.info().generation != generation_) {
    generation_ = session_.info().generation;
    request_scope_.Reset();
    busy_ = false;
    armed_ = false;
    inspect_ = false;
    if (registered_)
      Unregistered(absl::UnavailableError("the session expired"));
  }
  // Watches survive a short cut, but answers to writes may be missing.
  verify_ = registered_;
  if (retry_when_connected_) CancelRetry();
  Step();
}

void Registration::SetReady() {
  if (ready_) return;
  ready_ = true;
  Step();
}

void Registration::OnLost() {
  if (registered_) Unregistered(absl::UnavailableError("the session was lost"));
  if (goodbye_ != Goodbye::kNone)
    Left(absl::UnavailableError("the session was lost while leaving"));
}

void Registration::Write() {
  dirty_ = true;
  Step();
}

void Registration::Step() {
  if (busy_ || retry_timer_ != 0 || !session_.connected()) return;
  if (goodbye_ != Goodbye::kNone) return StepLeave();
  if (!ready_) return;
  if (!registered_) return inspect_ ? Inspect() : Create();
  if (verify_ || !armed_) return Verify();
  if (dirty_) Set();
}

void Registration::Create() {
  dirty_ = false;
  session_.Create(options_.path, options_.take_record(),
                  zk::CreateMode::kEphemeral,
                  Answer([this](absl::StatusOr<zk::Created> result) {
                    if (result.ok()) {
                      ++writes_;
                      options_.on_written();
                      Registered(result->stat);
                    } else if (absl::IsAlreadyExists(result.status())) {
                      inspect_ = true;
                    } else if (absl::IsNotFound(result.status())) {
                      CreateParent();
                    } else {
                      // Perhaps it did happen: then the next try finds our own
                      // node.
                      RetryLater(result.status());
                    }
                  }));
}

void Registration::CreateParent() {
  session_.CreateWithParents(options_.members_path,
                             Answer([this](absl::Status status) {
                               if (!status.ok()) RetryLater(status);
                             }));
}

void Registration::Inspect() {
  session_.Get(options_.path, /*watcher=*/0,
               Answer([this](absl::StatusOr<zk::Node> result) {
                 if (result.ok())
                   OnInspected(*result);
                 else if (absl::IsNotFound(result.status()))
                   inspect_ = false;
                 else
                   RetryLater(result.status());
               }));
}

void Registration::OnInspected(const zk::Node& node) {
  switch (OwnershipOf(session_, node, options_.self)) {
    case Ownership::kMine:
      Registered(node.stat);
      // It may hold the record of a create whose answer was lost.
      dirty_ = true;
      return;
    case Ownership::kLeftBehind:
      base::Log(options_.log, base::LogLevel::kInfo,
                "replacing the node of our predecessor path=", options_.path,
                " ", Describe(node));
      return Replace(node.stat.version);
    case Ownership::kPersistent:
      return RetryLater(absl::FailedPreconditionError(
          absl::StrCat(options_.path, ": a persistent node is in the way")));
    case Ownership::kSomebodyElse:
      RetryLater(absl::AlreadyExistsError(
          absl::StrCat(options_.path, ": ", Describe(node))));
      return WatchOtherOwner();
  }
}

void Registration::Replace(int32_t version) {
  // In one step, so that no reader sees the member missing; and only if nobody
  // touched the node since it was read.
  std::vector<zk::Op> steps;
  steps.push_back(zk::Op::Delete(options_.path, version));
  steps.push_back(zk::Op::Create(options_.path, options_.take_record(),
                                 zk::CreateMode::kEphemeral));
  session_.Multi(
      std::move(steps), Answer([this](absl::Status status) {
        // Whatever happened, Inspect() comes next: a multi tells no
        // stat, and the predecessor may have expired under it.
        if (status.ok())
          ++writes_;
        else if (!absl::IsNotFound(status) && !absl::IsAborted(status))
          RetryLater(status);
      }));
}

void Registration::WatchOtherOwner() {
  if (armed_) return;
  session_.GetChildren(options_.path, watcher_,
                       Answer([this](absl::StatusOr<zk::Children> result) {
                         armed_ = result.ok();
                         if (!absl::IsNotFound(result.status())) return;
                         inspect_ = false;
                         CancelRetry();
                       }));
}

void Registration::Verify() {
  // A watch on the children of a node that can have none fires at its deletion
  // only; one on its existence would fire at each of our own writes.
  session_.GetChildren(options_.path, armed_ ? 0 : watcher_,
                       Answer([this](absl::StatusOr<zk::Children> result) {
                         OnVerified(result);
                       }));
}

void Registration::OnVerified(const absl::StatusOr<zk::Children>& result) {
  if (absl::IsNotFound(result.status())) {
    armed_ = false;
    PauseAfterDeletion();
    return Unregistered(absl::NotFoundError("somebody deleted the node"));
  }
  if (!result.ok()) {
    if (zk::IsRetryable(result.status()) || zk::IsSessionLost(result.status()))
      return RetryLater(result.status());
    // An ACL keeps us from reading our own node. Writing may still go.
    verify_ = false;
    armed_ = true;
    return;
  }
  verify_ = false;
  armed_ = true;
  if (result->stat.ephemeral_owner != session_.info().session_id) {
    inspect_ = true;
    return Unregistered(absl::AbortedError("somebody replaced the node"));
  }
  if (result->stat.version != stat_.version) dirty_ = true;
  stat_ = result->stat;
}

void Registration::Set() {
  dirty_ = false;
  session_.Set(
      options_.path, options_.take_record(), stat_.version,
      Answer([this](absl::StatusOr<zk::Stat> result) { OnSet(result); }));
}

void Registration::OnSet(const absl::StatusOr<zk::Stat>& result) {
  if (result.ok()) {
    stat_ = *result;
    ++writes_;
    write_error_ = absl::OkStatus();
    logged_trouble_.clear();
    backoff_.Reset();
    if (goodbye_ == Goodbye::kToWrite) OnLeavingWritten();
    options_.on_written();
    options_.on_change();
    return;
  }
  dirty_ = true;
  if (absl::IsNotFound(result.status()) || absl::IsAborted(result.status())) {
    verify_ = true;  // the node is gone, or somebody wrote it: look
    return;
  }
  write_error_ = result.status();
  if (goodbye_ == Goodbye::kToWrite && !zk::IsRetryable(write_error_))
    OnLeavingWritten();  // as well as it can be: we may not write our node
  else
    RetryLater(result.status());
  options_.on_change();
}

void Registration::OnWatch(const zk::WatchEvent& event) {
  armed_ = false;
  if (registered_) {
    verify_ = true;
  } else if (event.type == zk::WatchEventType::kDeleted) {
    // Whoever stood in the way is gone.
    inspect_ = false;
    CancelRetry();
  }
  Step();
}

void Registration::Registered(const zk::Stat& stat) {
  if (stat.czxid != stat_.czxid) ++registrations_;
  stat_ = stat;
  registered_ = true;
  registered_at_ = std::chrono::steady_clock::now();
  inspect_ = false;
  reason_ = absl::OkStatus();
  logged_trouble_.clear();
  backoff_.Reset();
  base::Log(options_.log, base::LogLevel::kInfo,
            "registered path=", options_.path,
            " session=", SessionName(session_.info().session_id),
            " czxid=", stat.czxid);
  options_.on_change();
}

void Registration::Unregistered(absl::Status reason) {
  registered_ = false;
  verify_ = false;
  reason_ = std::move(reason);
  write_error_ = absl::OkStatus();
  options_.on_change();
}

void Registration::RetryLater(absl::Status cause) {
  retry_when_connected_ = zk::IsRetryable(cause) || zk::IsSessionLost(cause);
  if (cause.message() != logged_trouble_) {
    logged_trouble_ = std::string(cause.message());
    // A cut connection is everyday and the session logs it; the rest needs
    // somebody's attention.
    base::Log(
        options_.log,
        retry_when_connected_ ? base::LogLevel::kDebug : base::LogLevel::kError,
        registered_ ? "cannot write our node: " : "cannot register: ",
        cause.ToString());
  }
  if (!registered_) {
    reason_ = std::move(cause);
    options_.on_change();
  }
  if (retry_timer_ == 0) RetryAfter(backoff_.Next());
}

void Registration::RetryAfter(absl::Duration pause) {
  retry_timer_ = loop_.RunAfter(pause, scope_.Wrap([this] {
    retry_timer_ = 0;
    Step();
  }));
}

void Registration::PauseAfterDeletion() {
  if (goodbye_ != Goodbye::kNone) return;
  const absl::Duration pause = deletions_.Next(
      absl::FromChrono(std::chrono::steady_clock::now() - registered_at_));
  base::Log(options_.log, base::LogLevel::kWarning,
            "somebody deleted our node path=", options_.path,
            " back_in=", absl::FormatDuration(pause));
  if (pause == absl::ZeroDuration()) return;
  CancelRetry();
  retry_when_connected_ = false;
  RetryAfter(pause);
}

void Registration::CancelRetry() {
  loop_.Cancel(std::exchange(retry_timer_, 0));
}

void Registration::ScheduleSelfCheck() {
  loop_.RunAfter(options_.self_check_interval, scope_.Wrap([this] {
    verify_ = registered_;
    ScheduleSelfCheck();
    Step();
  }));
}

}  // namespace roster::registrar
