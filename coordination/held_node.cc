#include "coordination/held_node.h"

#include <utility>

#include "base/callback_scope.h"
#include "base/strings.h"
#include "coordination/guarded_call.h"
#include "coordination/node_removal.h"
#include "coordination/retry.h"

namespace roster::coordination {

class HeldNode::OnLoop {
 public:
  OnLoop(base::Loop& loop, zk::Session& session, HeldNodeOptions options)
      : loop_(loop), session_(session), options_(std::move(options)) {}

  void Adopt(zk::Session::Callback<Grant> done) {
    Watch();
    owner_ = session_.info().session_id;
    // A creation that was cut off may still be on its way to this server.
    session_.Sync(options_.path, [](absl::Status) {});
    Look([this, done = std::move(done)](absl::Status status,
                                        int64_t czxid) mutable {
      if (!status.ok()) return done(std::move(status));
      if (grant_.token() == 0) grant_ = Grant(options_.path, czxid);
      done(grant_);
    });
  }

  // Before the first answer is certain, too, for a node may be on its way.
  void Close(bool remove) {
    session_.RemoveListener(std::exchange(listener_, 0));
    session_.RemoveWatcher(std::exchange(watcher_, 0));
    scope_.Reset();
    closed_ = true;
    if (remove && owner_ != 0)
      RemoveNode(
          loop_, session_,
          {.path = options_.path, .owner = owner_, .data = options_.data},
          options_.log, [](absl::Status) {});
  }

 private:
  void Watch() {
    if (listener_ != 0 || closed_) return;
    listener_ = session_.AddListener(
        [this](const zk::ConnectionInfo& info) { OnState(info); });
    watcher_ = session_.AddWatcher([this](const zk::WatchEvent&) { Check(); });
  }

  void OnState(const zk::ConnectionInfo& info) {
    if (grant_.token() == 0) return;
    switch (info.state) {
      case zk::ConnectionState::kConnected:
        return Check();
      case zk::ConnectionState::kLost:
        return Tell(GrantState::kLost);
      default:
        return Tell(GrantState::kSuspended);
    }
  }

  // Whether the grant still holds.
  void Check() {
    if (grant_.token() == 0) return;
    Look([this](absl::Status status, int64_t czxid) {
      if (status.ok() && czxid == grant_.token())
        return Tell(GrantState::kHeld);
      if (status.ok() || absl::IsNotFound(status))
        return Tell(GrantState::kLost);
      // Unanswered: the next connect asks again.
    });
  }

  template <typename Found>
  void Look(Found found) {
    session_.Get(
        options_.path, watcher_,
        scope_.Wrap([this, found = std::move(found)](
                        absl::StatusOr<zk::Node> node) mutable {
          if (!node.ok()) return found(node.status(), 0);
          if (node->stat.ephemeral_owner != session_.info().session_id ||
              node->data != options_.data)
            return found(absl::NotFoundError(base::StrCat(
                             options_.path, ": is another session's")),
                         0);
          found(absl::OkStatus(), node->stat.czxid);
        }));
  }

  void Tell(GrantState state) {
    if (grant_.state() == state || !grant_.MoveTo(state)) return;
    CallGuarded(options_.log, "on_change", options_.on_change, grant_, state);
  }

  base::Loop& loop_;
  zk::Session& session_;
  const HeldNodeOptions options_;
  zk::Session::ListenerId listener_ = 0;
  zk::WatcherId watcher_ = 0;
  int64_t owner_ = 0;  // the session that may have created the node
  bool closed_ = false;
  Grant grant_;
  base::CallbackScope scope_;
};

HeldNode::HeldNode(Client& client, HeldNodeOptions options)
    : client_(client),
      on_loop_(std::make_shared<OnLoop>(client.loop(), client.session(),
                                        std::move(options))) {}

HeldNode::~HeldNode() {
  grant_.MoveTo(GrantState::kReleased);
  client_.loop().RunAndWait(
      [on_loop = on_loop_] { on_loop->Close(/*remove=*/true); });
}

absl::StatusOr<Grant> HeldNode::Adopt(absl::Time deadline) {
  absl::StatusOr<Grant> grant = RetryRead(client_, deadline, [&] {
    return client_.blocking().Await<Grant>(
        "adopt a node", deadline,
        [on_loop = on_loop_](zk::Session&, zk::Session::Callback<Grant> done) {
          on_loop->Adopt(std::move(done));
        });
  });
  if (grant.ok()) grant_ = *grant;
  return grant;
}

void HeldNode::Forget() {
  grant_.MoveTo(GrantState::kReleased);
  client_.loop().RunAndWait(
      [on_loop = on_loop_] { on_loop->Close(/*remove=*/false); });
}

}  // namespace roster::coordination
