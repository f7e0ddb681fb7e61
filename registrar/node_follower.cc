#include "registrar/node_follower.h"

#include <utility>

#include "absl/status/statusor.h"
#include "zk/status.h"

namespace roster::registrar {

NodeFollower::NodeFollower(base::Loop& loop, zk::Session& session,
                           Options options)
    : loop_(loop),
      session_(session),
      options_(std::move(options)),
      backoff_(absl::Milliseconds(200), absl::Seconds(30)) {
  watcher_ = session_.AddWatcher(
      scope_.Wrap([this](const zk::WatchEvent&) { OnWatch(); }));
}

NodeFollower::~NodeFollower() { session_.RemoveWatcher(watcher_); }

void NodeFollower::OnConnected() {
  if (session_.info().generation != generation_) {
    generation_ = session_.info().generation;
    request_scope_.Reset();
    known_ = false;
    armed_ = false;
    busy_ = false;
  }
  Read();
}

void NodeFollower::Read() {
  if (!session_.connected()) return;  // OnConnected() will
  if (busy_) {
    again_ = true;
    return;
  }
  loop_.Cancel(std::exchange(timer_, 0));
  busy_ = true;
  again_ = false;
  session_.Get(options_.path, armed_ ? 0 : watcher_,
               request_scope_.Wrap([this](absl::StatusOr<zk::Node> result) {
                 busy_ = false;
                 OnRead(result);
                 if (again_) Read();
               }));
}

void NodeFollower::OnRead(const absl::StatusOr<zk::Node>& result) {
  if (result.ok()) {
    armed_ = true;
    known_ = true;
    backoff_.Reset();
    options_.on_node(*result);
  } else if (absl::IsNotFound(result.status())) {
    WatchForCreation();
  } else {
    RetryLater();
    if (zk::IsRetryable(result.status()) || zk::IsSessionLost(result.status()))
      return;
    known_ = true;
    options_.on_refused(result.status());
  }
}

void NodeFollower::WatchForCreation() {
  busy_ = true;
  session_.Exists(options_.path, armed_ ? 0 : watcher_,
                  request_scope_.Wrap([this](absl::StatusOr<zk::Stat> result) {
                    busy_ = false;
                    if (result.ok()) {  // created since the Get
                      armed_ = true;
                      again_ = true;
                    } else if (absl::IsNotFound(result.status())) {
                      armed_ = true;
                      known_ = true;
                      backoff_.Reset();
                      options_.on_missing();
                    } else {
                      RetryLater();
                    }
                    if (again_) Read();
                  }));
}

void NodeFollower::OnWatch() {
  armed_ = false;
  if (options_.spread == absl::ZeroDuration())
    Read();
  else
    ReadAfter(options_.spread * absl::Uniform(random_, 0.0, 1.0));
}

void NodeFollower::RetryLater() {
  // A cut connection needs no timer, but then the timer does no harm.
  if (timer_ == 0) ReadAfter(backoff_.Next());
}

void NodeFollower::ReadAfter(absl::Duration pause) {
  loop_.Cancel(timer_);
  timer_ = loop_.RunAfter(pause, scope_.Wrap([this] {
    timer_ = 0;
    Read();
  }));
}

}  // namespace roster::registrar
