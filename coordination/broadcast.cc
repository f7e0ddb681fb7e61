#include "coordination/broadcast.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "base/backoff.h"
#include "base/error_details.h"
#include "base/mutex.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "coordination/child_mirror.h"
#include "coordination/config_edit.h"
#include "coordination/guarded_call.h"
#include "coordination/retry.h"
#include "model/paths.h"
#include "model/sequential_name.h"
#include "zk/status.h"

namespace roster::coordination {
namespace {

absl::Status BadField(std::string_view field, std::string_view what) {
  return base::WithBadField(
      absl::InvalidArgumentError(base::StrCat(field, ": ", what)), field);
}

absl::Status Validate(const BroadcastOptions& options, std::string_view text) {
  if (absl::Status valid = model::ValidateMemberName(options.topic);
      !valid.ok())
    return BadField("topic", base::Message(valid));
  if (text.size() > kMaxBroadcastBytes)
    return BadField("text", base::StrCat(text.size(), " bytes are more than ",
                                         kMaxBroadcastBytes));
  if (!base::IsValidUtf8(text)) return BadField("text", "not valid UTF-8");
  return absl::OkStatus();
}

std::vector<std::string> Sorted(std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

}  // namespace

std::vector<std::string> BroadcastProgress::failed() const {
  std::vector<std::string> names;
  for (const auto& [member, answer] : answers)
    if (!answer.ok) names.push_back(member);
  return names;
}

Broadcast::Broadcast(Client& client, BroadcastOptions options)
    : client_(client),
      options_(std::move(options)),
      topic_path_(model::JoinPath(options_.path, options_.topic)) {}

absl::StatusOr<BroadcastMessage> Broadcast::FindSent(const std::string& id,
                                                     absl::Time deadline) {
  ROSTER_RETURN_IF_ERROR(client_.blocking().Sync(topic_path_, deadline));
  ROSTER_ASSIGN_OR_RETURN(
      const zk::Children children,
      client_.blocking().GetChildren(topic_path_, deadline));
  for (const std::string& name : children.names) {
    if (!name.starts_with(id)) continue;
    BroadcastMessage sent{.path = model::JoinPath(topic_path_, name)};
    ROSTER_ASSIGN_OR_RETURN(const zk::Stat stat,
                            client_.blocking().Exists(sent.path, deadline));
    sent.czxid = stat.czxid;
    return sent;
  }
  return absl::NotFoundError("not sent");
}

absl::StatusOr<BroadcastMessage> Broadcast::TrySend(
    const BroadcastMessage& message, absl::Time deadline) {
  auto created = client_.blocking().Create(
      model::JoinPath(topic_path_, base::StrCat(message.id, kBroadcastMarker)),
      SerializeBroadcastMessage(message), zk::CreateMode::kPersistentSequential,
      deadline);
  if (absl::IsNotFound(created.status())) {
    ROSTER_RETURN_IF_ERROR(
        client_.blocking().CreateWithParents(topic_path_, deadline));
    return absl::UnavailableError("the topic was missing");
  }
  if (!created.ok()) return created.status();
  return BroadcastMessage{.path = created->path, .czxid = created->stat.czxid};
}

absl::StatusOr<BroadcastMessage> Broadcast::Send(std::string_view text,
                                                 absl::Time deadline) {
  ROSTER_RETURN_IF_ERROR(CheckMayBlock(client_));
  ROSTER_RETURN_IF_ERROR(Validate(options_, text));
  BroadcastMessage message{.id = MakeChangeId(),
                           .sender = options_.sender,
                           .at = absl::Now(),
                           .text = std::string(text)};
  base::Backoff backoff(absl::Milliseconds(5), absl::Milliseconds(500));
  absl::Status unknown;  // of the last try, if its outcome is open
  while (true) {
    absl::StatusOr<BroadcastMessage> sent =
        unknown.ok() ? absl::NotFoundError("not tried")
                     : FindSent(message.id, deadline);
    if (absl::IsNotFound(sent.status())) {
      unknown = absl::OkStatus();
      sent = TrySend(message, deadline);
      if (zk::IsOutcomeUnknown(sent.status())) unknown = sent.status();
    }
    if (sent.ok()) {
      message.path = sent->path;
      message.czxid = sent->czxid;
      message.number =
          model::SequenceOf(message.path, kBroadcastMarker).value_or(0);
      Trim(deadline);
      return message;
    }
    if (!IsCutOff(client_, sent.status()) || absl::Now() >= deadline)
      return unknown.ok() ? sent.status()
                          : base::WithReason(unknown, "OUTCOME_UNKNOWN");
    Pause(backoff, deadline);
  }
}

// What is not trimmed now is trimmed by the next message.
void Broadcast::Trim(absl::Time deadline) {
  zk::BlockingSession& session = client_.blocking();
  auto children = session.GetChildren(topic_path_, deadline);
  if (!children.ok()) return;
  std::vector<std::string> names =
      model::SortBySequence(std::move(children->names), kBroadcastMarker);
  const size_t kept = std::max<size_t>(options_.max_messages, 1);
  for (size_t i = 0; i + kept < names.size(); ++i) {
    const std::string path = model::JoinPath(topic_path_, names[i]);
    const auto answers = session.GetChildren(path, deadline);
    if (!answers.ok()) continue;
    for (const std::string& member : answers->names)
      (void)session.Delete(model::JoinPath(path, member), zk::kAnyVersion,
                           deadline);
    (void)session.Delete(path, zk::kAnyVersion, deadline);
  }
}

absl::StatusOr<std::vector<BroadcastMessage>> Broadcast::List(
    absl::Time deadline) {
  ROSTER_RETURN_IF_ERROR(Validate(options_, ""));
  auto children = RetryRead(client_, deadline, [&] {
    return client_.blocking().GetChildren(topic_path_, deadline);
  });
  std::vector<BroadcastMessage> messages;
  if (absl::IsNotFound(children.status())) return messages;
  if (!children.ok()) return children.status();
  std::vector<std::string> names =
      model::SortBySequence(std::move(children->names), kBroadcastMarker);
  std::reverse(names.begin(), names.end());
  for (const std::string& name : names) {
    const std::string path = model::JoinPath(topic_path_, name);
    auto node = RetryRead(client_, deadline, [&] {
      return client_.blocking().Get(path, deadline);
    });
    if (absl::IsNotFound(node.status())) continue;
    if (!node.ok()) return node.status();
    auto message = ParseBroadcastMessage(node->data);
    if (!message.ok()) continue;
    message->path = path;
    message->number = *model::SequenceOf(name, kBroadcastMarker);
    message->czxid = node->stat.czxid;
    messages.push_back(*std::move(message));
  }
  return messages;
}

class BroadcastTracker::Impl final : public ChildMirror::Listener {
 public:
  Impl(Client& client, const BroadcastMessage& message,
       std::vector<std::string> expected, OnProgress on_progress,
       base::LogSink log)
      : client_(client),
        expected_(Sorted(std::move(expected))),
        on_progress_(std::move(on_progress)),
        log_(std::move(log)) {
    progress_.missing = expected_;
    client_.loop().RunAndWait([&] {
      mirror_ = std::make_unique<ChildMirror>(client_.loop(), client_.session(),
                                              message.path, *this);
    });
  }
  ~Impl() override {
    client_.loop().RunAndWait([this] { mirror_.reset(); });
  }

  BroadcastProgress progress() const {
    base::MutexLock lock(&mu_);
    return progress_;
  }
  BroadcastProgress Wait(absl::Time deadline) {
    base::MutexLock lock(&mu_);
    while (!progress_.complete()) {
      const absl::Duration left = deadline - absl::Now();
      if (left <= absl::ZeroDuration()) break;
      changed_.WaitWithTimeout(&mu_, std::min(left, absl::Hours(1)));
    }
    return progress_;
  }

  void OnChild(std::string_view member, const zk::Node& node) override {
    auto answer = ParseBroadcastAnswer(node.data);
    if (!answer.ok())
      answer = BroadcastAnswer{.result =
                                   std::string(base::Message(answer.status()))};
    Change([&](BroadcastProgress& progress) {
      progress.answers[std::string(member)] = *std::move(answer);
    });
  }
  void OnGone(std::string_view member) override {
    Change([&](BroadcastProgress& progress) {
      progress.answers.erase(std::string(member));
    });
  }
  void OnSynced() override {
    Change([](BroadcastProgress& progress) { progress.stale = false; });
  }
  void OnDisconnected(const zk::ConnectionInfo&) override {
    Change([](BroadcastProgress& progress) { progress.stale = true; });
  }
  void OnError(std::string_view member, const absl::Status& status) override {
    base::Log(
        log_, base::LogLevel::kError,
        "an answer to a broadcast cannot be read member=", base::Quoted(member),
        " error=", base::Quoted(base::Message(status)));
  }

 private:
  template <typename F>
  void Change(F change) {
    BroadcastProgress now;
    {
      base::MutexLock lock(&mu_);
      change(progress_);
      progress_.missing.clear();
      for (const std::string& member : expected_)
        if (progress_.answers.count(member) == 0)
          progress_.missing.push_back(member);
      now = progress_;
      changed_.NotifyAll();
    }
    CallGuarded(log_, "on_progress", on_progress_, now);
  }

  Client& client_;
  const std::vector<std::string> expected_;  // sorted
  const OnProgress on_progress_;
  const base::LogSink log_;
  std::unique_ptr<ChildMirror> mirror_;  // confined to the client's loop

  mutable base::Mutex mu_;
  base::CondVar changed_;
  BroadcastProgress progress_ ABSL_GUARDED_BY(mu_);
};

BroadcastTracker::BroadcastTracker(Client& client,
                                   const BroadcastMessage& message,
                                   std::vector<std::string> expected,
                                   OnProgress on_progress, base::LogSink log)
    : impl_(std::make_unique<Impl>(client, message, std::move(expected),
                                   std::move(on_progress), std::move(log))) {}
BroadcastTracker::~BroadcastTracker() = default;
BroadcastProgress BroadcastTracker::progress() const {
  return impl_->progress();
}
BroadcastProgress BroadcastTracker::Wait(absl::Time deadline) {
  return impl_->Wait(deadline);
}

}  // namespace roster::coordination
