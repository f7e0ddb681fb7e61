#include "coordination/node_removal.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "base/backoff.h"
#include "base/quoted.h"
#include "base/strings.h"
#include "zk/status.h"

namespace roster::coordination {
namespace {

// Owned by its listener in the session, and by the requests under way.
class NodeRemoval : public std::enable_shared_from_this<NodeRemoval> {
 public:
  NodeRemoval(base::Loop& loop, zk::Session& session, NodeToRemove node,
              base::LogSink log, zk::Session::DoneCallback done)
      : loop_(loop),
        session_(session),
        node_(std::move(node)),
        log_(std::move(log)),
        done_(std::move(done)) {}

  void Start() {
    listener_ =
        session_.AddListener([self = shared_from_this()](
                                 const zk::ConnectionInfo&) { self->Step(); });
    Step();
  }

 private:
  // An answer counts while its attempt is the latest one.
  template <typename F>
  auto Guarded(F f) {
    return [self = shared_from_this(), attempt = attempt_,
            f = std::move(f)](auto result) mutable {
      if (!self->finished_ && self->attempt_ == attempt) f(std::move(result));
    };
  }

  void Step() {
    if (finished_ || !session_.connected()) return;  // a reconnect calls
    ++attempt_;
    if (node_.owner != 0) return DeleteIfOwned();
    if (!node_.path.empty()) return Delete(node_.path);
    // A creation that was cut off may still be on its way to this server.
    session_.Sync(node_.parent, Guarded([this](absl::Status status) {
                    if (!status.ok()) return OnError(status);
                    Find();
                  }));
  }

  void DeleteIfOwned() {
    // As above.
    session_.Sync(node_.path, [](absl::Status) {});
    session_.Get(node_.path, /*watcher=*/0,
                 Guarded([this](absl::StatusOr<zk::Node> node) {
                   if (absl::IsNotFound(node.status())) return Finish({});
                   if (!node.ok()) return OnError(node.status());
                   if (node->stat.ephemeral_owner != node_.owner ||
                       node->data != node_.data)
                     return Finish({});
                   Delete(node_.path);
                 }));
  }

  void Find() {
    session_.GetChildren(node_.parent, /*watcher=*/0,
                         Guarded([this](absl::StatusOr<zk::Children> children) {
                           if (absl::IsNotFound(children.status()))
                             return Finish({});
                           if (!children.ok())
                             return OnError(children.status());
                           for (const std::string& name : children->names)
                             if (absl::StartsWith(name, node_.prefix))
                               return Delete(ChildPath(node_.parent, name));
                           Finish({});
                         }));
  }

  void Delete(const std::string& path) {
    session_.Delete(path, zk::kAnyVersion, Guarded([this](absl::Status status) {
                      if (status.ok() || absl::IsNotFound(status))
                        return Finish({});
                      OnError(status);
                    }));
  }

  void OnError(const absl::Status& status) {
    if (!zk::IsRetryable(status)) {
      base::Log(log_, base::LogLevel::kError,
                "cannot remove a node parent=", node_.parent,
                " error=", base::Quoted(base::Message(status)));
      return Finish(status);
    }
    loop_.RunAfter(backoff_.Next(), [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->Step();
    });
  }

  void Finish(absl::Status status) {
    finished_ = true;
    session_.RemoveListener(listener_);
    if (auto done = std::exchange(done_, nullptr)) done(std::move(status));
  }

  base::Loop& loop_;
  zk::Session& session_;
  const NodeToRemove node_;
  const base::LogSink log_;
  zk::Session::DoneCallback done_;
  zk::Session::ListenerId listener_ = 0;
  base::Backoff backoff_{absl::Milliseconds(50), absl::Seconds(5)};
  int attempt_ = 0;
  bool finished_ = false;
};

}  // namespace

void RemoveNode(base::Loop& loop, zk::Session& session, NodeToRemove node,
                base::LogSink log, zk::Session::DoneCallback done) {
  std::make_shared<NodeRemoval>(loop, session, std::move(node), std::move(log),
                                std::move(done))
      ->Start();
}

std::string ChildPath(const std::string& parent, const std::string& name) {
  return base::StrCat(parent == "/" ? "" : parent, "/", name);
}

}  // namespace roster::coordination
