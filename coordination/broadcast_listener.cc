#include "coordination/broadcast_listener.h"

#include <exception>
#include <map>
#include <optional>
#include <utility>

#include "absl/time/clock.h"
#include "base/backoff.h"
#include "base/callback_scope.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "coordination/child_mirror.h"
#include "model/paths.h"
#include "model/sequential_name.h"
#include "zk/status.h"

namespace roster::coordination {
namespace {

// One answer, given once: the last copy that goes without one gives it.
class PendingReply {
 public:
  using Give = absl::AnyInvocable<void(absl::StatusOr<std::string>)>;
  explicit PendingReply(Give give) : give_(std::move(give)) {}
  PendingReply(PendingReply&& other) noexcept
      : give_(std::exchange(other.give_, nullptr)) {}
  ~PendingReply() {
    Answer(absl::CancelledError("the message was not handled"));
  }

  void operator()(absl::StatusOr<std::string> result) {
    Answer(std::move(result));
  }

 private:
  void Answer(absl::StatusOr<std::string> result) {
    if (give_) std::exchange(give_, nullptr)(std::move(result));
  }
  Give give_;
};

}  // namespace

class BroadcastListener::Impl final : public ChildMirror::Listener {
 public:
  Impl(Client& client, const BroadcastListenerOptions& options)
      : loop_(client.loop()),
        session_(client.session()),
        options_(options),
        topic_path_(model::JoinPath(options_.path, options_.topic)),
        mirror_(std::make_unique<ChildMirror>(loop_, session_, topic_path_,
                                              *this)) {}
  ~Impl() override { loop_.Cancel(retry_timer_); }

  void OnChild(std::string_view name, const zk::Node& node) override;
  void OnGone(std::string_view name) override;
  void OnSynced() override;
  void OnDisconnected(const zk::ConnectionInfo&) override {}
  void OnError(std::string_view name, const absl::Status& status) override;

 private:
  void HandleNext();
  void Handle(const BroadcastMessage& message);
  void OnHandled(const BroadcastMessage& message,
                 const absl::StatusOr<std::string>& result);
  void WriteAnswers();
  void Write(const std::string& path);
  // `status`: of the last try.
  void OnWritten(const std::string& path, const absl::Status& status);

  base::Loop& loop_;
  zk::Session& session_;
  const BroadcastListenerOptions options_;
  const std::string topic_path_;

  // By czxid: unlike their numbers those rise even if somebody deletes the
  // topic and it is made anew.
  std::map<int64_t, BroadcastMessage> waiting_;
  std::optional<int64_t> handled_;  // the newest; none before the first sync
  bool handling_ = false;

  // Answers that are not known to be written: the node's path and its data.
  std::map<std::string, std::string> answers_;
  base::Backoff backoff_{absl::Milliseconds(200), absl::Seconds(30)};
  base::Loop::TimerId retry_timer_ = 0;

  std::unique_ptr<ChildMirror> mirror_;
  base::CallbackScope scope_;
};

void BroadcastListener::Impl::OnChild(std::string_view name,
                                      const zk::Node& node) {
  const auto number = model::SequenceOf(name, kBroadcastMarker);
  if (!number || (handled_ && node.stat.czxid <= *handled_)) return;
  auto message = ParseBroadcastMessage(node.data);
  if (!message.ok()) {
    base::Log(options_.log, base::LogLevel::kError,
              "a broadcast cannot be read topic=", base::Quoted(options_.topic),
              " node=", base::Quoted(name),
              " error=", base::Quoted(base::Message(message.status())));
    return;
  }
  message->path = model::JoinPath(topic_path_, name);
  message->number = *number;
  message->czxid = node.stat.czxid;
  waiting_[node.stat.czxid] = *std::move(message);
  HandleNext();
}

void BroadcastListener::Impl::OnGone(std::string_view name) {
  const std::string path = model::JoinPath(topic_path_, name);
  std::erase_if(waiting_,
                [&](const auto& item) { return item.second.path == path; });
}

void BroadcastListener::Impl::OnSynced() {
  if (!handled_) {
    // Of what was sent before this listener started the newest counts.
    while (waiting_.size() > 1) waiting_.erase(waiting_.begin());
    handled_ = 0;
  }
  HandleNext();
  WriteAnswers();
}

void BroadcastListener::Impl::OnError(std::string_view name,
                                      const absl::Status& status) {
  base::Log(options_.log, base::LogLevel::kError,
            "broadcasts cannot be read topic=", base::Quoted(options_.topic),
            " node=", base::Quoted(name),
            " error=", base::Quoted(base::Message(status)));
}

void BroadcastListener::Impl::HandleNext() {
  if (handling_ || !handled_ || waiting_.empty()) return;
  const BroadcastMessage message = std::move(waiting_.begin()->second);
  waiting_.erase(waiting_.begin());
  handled_ = message.czxid;
  handling_ = true;
  Handle(message);
}

void BroadcastListener::Impl::Handle(const BroadcastMessage& message) {
  // Comes back on the loop, whichever thread answers. The handler may answer
  // in the call or long after; the loop outlives it, this may not.
  const auto reply = std::make_shared<PendingReply>(
      [&loop = loop_, on_handled = scope_.Wrap(
                          [this, message](absl::StatusOr<std::string> result) {
                            OnHandled(message, result);
                          })](absl::StatusOr<std::string> result) mutable {
        loop.Post([on_handled = std::move(on_handled),
                   result = std::move(result)]() mutable {
          on_handled(std::move(result));
        });
      });
  try {
    options_.handler(message, [reply](absl::StatusOr<std::string> result) {
      (*reply)(std::move(result));
    });
  } catch (const std::exception& error) {
    (*reply)(absl::InternalError(
        base::StrCat("the handler threw: ", std::string(error.what()))));
  } catch (...) {
    (*reply)(absl::InternalError("the handler threw"));
  }
}

void BroadcastListener::Impl::OnHandled(
    const BroadcastMessage& message,
    const absl::StatusOr<std::string>& result) {
  handling_ = false;
  const BroadcastAnswer answer{
      .ok = result.ok(),
      .result =
          result.ok() ? *result : std::string(base::Message(result.status())),
      .at = absl::Now(),
      .czxid = message.czxid};
  const std::string path = model::JoinPath(message.path, options_.member);
  answers_[path] = SerializeBroadcastAnswer(answer);
  Write(path);
  HandleNext();
}

void BroadcastListener::Impl::WriteAnswers() {
  for (const auto& [path, answer] : answers_) Write(path);
}

void BroadcastListener::Impl::Write(const std::string& path) {
  const std::string& answer = answers_.at(path);
  session_.Create(
      path, answer, zk::CreateMode::kPersistent,
      scope_.Wrap([this, path](absl::StatusOr<zk::Created> created) {
        const auto answer = answers_.find(path);
        if (answer == answers_.end()) return;
        if (!absl::IsAlreadyExists(created.status()))
          return OnWritten(path, created.status());
        // By this listener, if the answer to it was lost, or by the process
        // before it.
        session_.Set(path, answer->second, zk::kAnyVersion,
                     scope_.Wrap([this, path](absl::StatusOr<zk::Stat> set) {
                       OnWritten(path, set.status());
                     }));
      }));
}

void BroadcastListener::Impl::OnWritten(const std::string& path,
                                        const absl::Status& status) {
  // A message that is gone needs no answer.
  if (status.ok() || absl::IsNotFound(status)) {
    backoff_.Reset();
    answers_.erase(path);
    return;
  }
  if (!zk::IsRetryable(status))
    base::Log(options_.log, base::LogLevel::kError,
              "a broadcast cannot be answered path=", path,
              " error=", base::Quoted(base::Message(status)));
  if (retry_timer_ != 0) return;
  retry_timer_ = loop_.RunAfter(backoff_.Next(), scope_.Wrap([this] {
    retry_timer_ = 0;
    WriteAnswers();
  }));
}

absl::StatusOr<std::unique_ptr<BroadcastListener>> BroadcastListener::Create(
    Client& client, BroadcastListenerOptions options) {
  ROSTER_RETURN_IF_ERROR(model::ValidateMemberName(options.topic));
  ROSTER_RETURN_IF_ERROR(model::ValidateMemberName(options.member));
  if (!options.handler) return absl::InvalidArgumentError("handler: missing");
  return std::unique_ptr<BroadcastListener>(
      new BroadcastListener(client, std::move(options)));
}

BroadcastListener::BroadcastListener(Client& client,
                                     BroadcastListenerOptions options)
    : client_(client) {
  client_.loop().RunAndWait(
      [&] { impl_ = std::make_unique<Impl>(client_, options); });
}

BroadcastListener::~BroadcastListener() {
  client_.loop().RunAndWait([this] { impl_.reset(); });
}

}  // namespace roster::coordination
