#include "coordination/seat.h"

#include <utility>

#include "base/quoted.h"
#include "base/strings.h"
#include "coordination/node_removal.h"
#include "zk/status.h"

namespace roster::coordination {

Seat::Seat(base::Loop& loop, zk::Session& session, SeatOptions options)
    : loop_(loop), session_(session), options_(std::move(options)) {
  listener_ = session_.AddListener(
      [this](const zk::ConnectionInfo& info) { OnState(info); });
  watcher_ = session_.AddWatcher([this](const zk::WatchEvent&) { Step(); });
  if (session_.connected()) loop_.Post(requests_.Wrap([this] { Step(); }));
}

Seat::~Seat() {
  session_.RemoveListener(listener_);
  session_.RemoveWatcher(watcher_);
  loop_.Cancel(retry_timer_);
  Remove();
}

void Seat::Want(bool want) {
  if (std::exchange(want_, want) == want) return;
  if (!want) {
    Remove();
    Become(false, occupant_);
  }
  Step();
}

void Seat::OnState(const zk::ConnectionInfo& info) {
  requests_.Reset();
  if (info.state != zk::ConnectionState::kConnected)
    return Become(false, occupant_);
  backoff_.Reset();
  // A creation that was cut off may still be on its way to this server.
  session_.Sync(options_.path, requests_.Wrap([this](absl::Status status) {
    if (!status.ok()) return RetryLater(status);
    Step();
  }));
}

// What stands in ZooKeeper decides; the watch calls again.
void Seat::Step() {
  if (!session_.connected()) return;
  requests_.Reset();
  loop_.Cancel(std::exchange(retry_timer_, 0));
  session_.Get(options_.path, watcher_,
               requests_.Wrap([this](absl::StatusOr<zk::Node> node) {
                 OnRead(std::move(node));
               }));
}

void Seat::OnRead(absl::StatusOr<zk::Node> node) {
  if (absl::IsNotFound(node.status())) return OnEmpty();
  if (!node.ok()) return RetryLater(node.status());
  error_ = absl::OkStatus();
  if (!std::exchange(known_, true)) news_ = true;
  const int64_t owner = node->stat.ephemeral_owner;
  const bool ours = owner != 0 && owner == session_.info().session_id;
  // About to go by itself; sooner is better.
  if (owner != 0 && may_exist_ && session_.IsFormerSession(owner)) {
    session_.Delete(options_.path, node->stat.version,
                    requests_.Wrap([this](absl::Status status) {
                      if (!status.ok() && !absl::IsNotFound(status))
                        return RetryLater(status);
                      Step();
                    }));
  }
  Become(ours && want_, Leader::Of(options_.path, node->data, node->stat));
}

void Seat::OnEmpty() {
  error_ = absl::OkStatus();
  if (!std::exchange(known_, true)) news_ = true;
  may_exist_ = false;
  if (want_) return Take();
  // Its creation is what comes next.
  session_.Exists(options_.path, watcher_,
                  requests_.Wrap([this](absl::StatusOr<zk::Stat> stat) {
                    if (stat.ok()) return Step();
                    if (!absl::IsNotFound(stat.status()))
                      RetryLater(stat.status());
                  }));
  Become(false, std::nullopt);
}

void Seat::Take() {
  may_exist_ = true;
  session_.Create(options_.path, options_.data, zk::CreateMode::kEphemeral,
                  requests_.Wrap([this](absl::StatusOr<zk::Created> created) {
                    const absl::Status& status = created.status();
                    // Read back: whose it is, and the watch.
                    if (status.ok() || absl::IsAlreadyExists(status))
                      return Step();
                    if (absl::IsNotFound(status)) return CreateParents();
                    RetryLater(status);
                  }));
  Become(false, std::nullopt);
}

void Seat::CreateParents() {
  const size_t slash = options_.path.rfind('/');
  session_.CreateWithParents(options_.path.substr(0, slash),
                             requests_.Wrap([this](absl::Status status) {
                               if (!status.ok()) return RetryLater(status);
                               Step();
                             }));
}

void Seat::Remove() {
  requests_.Reset();
  if (!std::exchange(may_exist_, false)) return;
  RemoveNode(loop_, session_,
             {.path = options_.path,
              .owner = session_.info().session_id,
              .data = options_.data},
             options_.log, [](absl::Status) {});
}

void Seat::Become(bool mine, std::optional<Leader> occupant) {
  if (!std::exchange(news_, false) && mine == mine_ && occupant == occupant_)
    return;
  mine_ = mine;
  occupant_ = std::move(occupant);
  if (options_.on_change) options_.on_change();
}

void Seat::RetryLater(const absl::Status& status) {
  if (!zk::IsRetryable(status) && error_ != status)
    base::Log(options_.log, base::LogLevel::kError,
              "cannot read or take a seat path=", options_.path,
              " error=", base::Quoted(base::Message(status)));
  error_ = status;
  Become(false, occupant_);
  loop_.Cancel(retry_timer_);
  retry_timer_ = loop_.RunAfter(backoff_.Next(), [this] {
    retry_timer_ = 0;
    Step();
  });
}

}  // namespace roster::coordination
