// ControlStore::Commit: one request, tried until it is answered.

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "base/backoff.h"
#include "base/error_details.h"
#include "base/fingerprint.h"
#include "base/strings.h"
#include "model/request_record.h"
#include "model/timestamp.h"
#include "monitor/control/control_store.h"
#include "zk/status.h"

namespace roster::monitor {
namespace {

constexpr absl::Duration kDefaultTimeout = absl::Seconds(30);
// A connection that was cut is back within this time, or it is no blip.
constexpr absl::Duration kBlip = absl::Seconds(2);

absl::Status OutOfReach(const absl::Status& status) {
  return base::WithReason(
      absl::UnavailableError(
          base::StrCat("ZooKeeper is out of reach, so nothing can be changed (",
                       base::Message(status), ")")),
      "ZOOKEEPER_UNAVAILABLE");
}

absl::Status OutcomeUnknown(const std::string& request_id,
                            const absl::Status& status) {
  return base::WithReason(
      absl::UnavailableError(
          base::StrCat("it is not known whether this was done (",
                       base::Message(status), "); ask again with request_id ",
                       request_id, ": it will not be done twice")),
      "OUTCOME_UNKNOWN", {{"request_id", request_id}});
}

absl::Status Contended(const absl::Status& conflict) {
  return base::WithReason(
      absl::UnavailableError(
          base::StrCat("not done in time",
                       conflict.ok() ? "" : ", because others were quicker: ",
                       base::Message(conflict))),
      "CONTENDED");
}

// Others were quicker: work it out anew.
bool IsConflict(const absl::Status& status) {
  return absl::IsAborted(status) || absl::IsAlreadyExists(status) ||
         absl::IsNotFound(status);
}

// Whether somebody was told no, rather than that the question was ill-formed or
// that there was nobody to answer.
bool IsRefusal(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return true;
    default:
      return false;
  }
}

std::string FingerprintOf(const RequestMeta& meta) {
  return absl::StrFormat("%016x", base::Fingerprint(meta.content));
}

}  // namespace

class ControlStore::Submission {
 public:
  Submission(ControlStore& store, const RequestMeta& meta,
             const AuditSubject& subject, Build build)
      : store_(store),
        meta_(meta),
        build_(build),
        deadline_(std::min(meta.deadline, absl::Now() + kDefaultTimeout)),
        blip_ends_(absl::Now() + kBlip),
        request_id_(meta.request_id.empty() ? MakeId("r-") : meta.request_id),
        path_(model::JoinPath(store.paths().requests, request_id_)),
        audit_(store.MakeAudit(subject, meta.actor, request_id_)),
        may_be_stored_(!meta.request_id.empty()) {}

  absl::StatusOr<Committed> Run() {
    if (absl::Status allowed = store_.CheckAllowed(meta_); !allowed.ok())
      return Refused(std::move(allowed));
    base::Backoff backoff(absl::Milliseconds(5), absl::Milliseconds(500));
    while (absl::Now() < deadline_ && !store_.session_.closed()) {
      if (auto result = Try()) return *std::move(result);
      absl::SleepFor(std::clamp(deadline_ - absl::Now(), absl::ZeroDuration(),
                                backoff.Next()));
    }
    return OutOfTime();
  }

 private:
  // What ends the request; nothing: try again.
  using Result = std::optional<absl::StatusOr<Committed>>;

  Result Try() {
    const absl::StatusOr<FencedView> fenced = store_.fence_(deadline_);
    if (!fenced.ok()) return Unreachable(fenced.status());
    if (may_be_stored_) {
      if (Result result = FindAnswer(*fenced)) return result;
      if (may_be_stored_) return std::nullopt;
    }
    absl::StatusOr<Changeset> change = build_(*fenced);
    if (!change.ok()) {
      if (zk::IsRetryable(change.status())) return Unreachable(change.status());
      return Refused(change.status());
    }
    if (meta_.validate_only)
      return Committed{std::move(change->answer), request_id_, nullptr};
    return Write(*fenced, *std::move(change));
  }

  // The answer, if the request was carried out before; that it was not is
  // known when may_be_stored_ is false.
  Result FindAnswer(const FencedView& fenced) {
    if (!unknown_.ok()) {
      // This session's server may not have heard yet of what was written.
      const absl::Status synced =
          store_.session_.Sync(store_.paths().requests, deadline_);
      if (!synced.ok()) return Unreachable(synced);
    }
    auto node = store_.session_.Get(path_, deadline_);
    if (absl::IsNotFound(node.status())) {
      unknown_ = absl::OkStatus();
      may_be_stored_ = false;
      return std::nullopt;
    }
    if (!node.ok()) {
      if (zk::IsRetryable(node.status())) return Unreachable(node.status());
      return Refused(node.status());
    }
    absl::StatusOr<model::RequestAnswer> answer = AnswerIn(node->data);
    if (!answer.ok()) return Refused(answer.status());
    return Committed{*std::move(answer), request_id_, fenced.view};
  }

  absl::StatusOr<model::RequestAnswer> AnswerIn(const std::string& data) const {
    absl::StatusOr<model::RequestRecord> record =
        model::ParseRequestRecord(data);
    if (!record.ok())
      return base::WithReason(
          absl::FailedPreconditionError(base::StrCat(
              path_,
              " cannot be read, so it is not known whether this request "
              "was done before; nothing was changed now: ",
              base::Message(record.status()),
              ". See how things stand, and use another request_id, or delete "
              "the node")),
          "NODE_UNREADABLE", {{"request_id", request_id_}});
    if (record->fingerprint != FingerprintOf(meta_))
      return base::WithReason(
          absl::FailedPreconditionError(base::StrCat(
              "request_id \"", request_id_, "\" was used at ",
              model::FormatSeconds(record->at),
              " for another request; nothing was changed. Use a new one")),
          "REQUEST_ID_REUSED", {{"request_id", request_id_}});
    return std::move(record->answer);
  }

  Result Write(const FencedView& fenced, Changeset change) {
    model::RequestAnswer answer = change.answer;
    const absl::Status written = store_.Write(
        fenced,
        zk::Op::Create(
            path_,
            model::SerializeRequestRecord({.fingerprint = FingerprintOf(meta_),
                                           .at = absl::Now(),
                                           .answer = answer}),
            zk::CreateMode::kPersistent),
        std::move(change), audit_, deadline_);
    if (written.ok()) {
      absl::StatusOr<FencedView> after = store_.fence_(deadline_);
      return Committed{std::move(answer), request_id_,
                       after.ok() ? after->view : fenced.view};
    }
    may_be_stored_ = true;
    if (zk::IsOutcomeUnknown(written)) {
      unknown_ = written;
      return std::nullopt;
    }
    // A parent that somebody has deleted would be a conflict for ever.
    if (absl::IsNotFound(written)) (void)store_.Prepare(deadline_);
    if (IsConflict(written)) {
      conflict_ = written;
      out_of_reach_ = absl::OkStatus();
      return std::nullopt;
    }
    if (zk::IsRetryable(written)) return Unreachable(written);
    return written;
  }

  // Worth trying again, unless it has been so for longer than a blip. While the
  // outcome of a write is open it is worth all the time there is.
  Result Unreachable(const absl::Status& status) {
    out_of_reach_ = status;
    if (unknown_.ok() && absl::Now() > blip_ends_) return OutOfReach(status);
    return std::nullopt;
  }

  absl::Status Refused(absl::Status refusal) {
    if (!meta_.validate_only && IsRefusal(refusal))
      store_.AuditRefusal(audit_, refusal);
    return refusal;
  }

  // What counts is what stood in the way last: who was quicker a while ago did
  // not make this late.
  absl::Status OutOfTime() const {
    if (!unknown_.ok()) return OutcomeUnknown(request_id_, unknown_);
    if (!out_of_reach_.ok()) return OutOfReach(out_of_reach_);
    return Contended(conflict_);
  }

  ControlStore& store_;
  const RequestMeta& meta_;
  const Build build_;
  const absl::Time deadline_;
  const absl::Time blip_ends_;
  const std::string request_id_;
  const std::string path_;
  const model::AuditEntry audit_;

  // An earlier call, or an earlier attempt, may have been carried out.
  bool may_be_stored_;
  absl::Status unknown_;   // of the last write, if its outcome is open
  absl::Status conflict_;  // of the last write that others were quicker than
  absl::Status out_of_reach_;  // of the last step, if ZooKeeper was
};

absl::StatusOr<Committed> ControlStore::Commit(const RequestMeta& meta,
                                               const AuditSubject& subject,
                                               Build build) {
  return Submission(*this, meta, subject, build).Run();
}

}  // namespace roster::monitor
