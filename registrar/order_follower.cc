#include "registrar/order_follower.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "zk/status.h"

namespace roster::registrar {

OrderFollower::OrderFollower(base::Loop& loop, zk::Session& session,
                             Options options)
    : loop_(loop),
      session_(session),
      options_(std::move(options)),
      backoff_(absl::Milliseconds(200), absl::Seconds(30)) {
  watcher_ = session_.AddWatcher(scope_.Wrap([this](const zk::WatchEvent&) {
    armed_ = false;
    Read();
  }));
}

OrderFollower::~OrderFollower() { session_.RemoveWatcher(watcher_); }

void OrderFollower::OnConnected() {
  if (session_.info().generation != generation_) {
    generation_ = session_.info().generation;
    request_scope_.Reset();
    known_ = false;
    armed_ = false;
    busy_ = false;
  }
  Read();
}

void OrderFollower::Read() {
  if (!session_.connected()) return;  // OnConnected() will
  if (busy_) {
    again_ = true;
    return;
  }
  loop_.Cancel(std::exchange(retry_timer_, 0));
  busy_ = true;
  again_ = false;
  session_.Get(options_.path, armed_ ? 0 : watcher_,
               request_scope_.Wrap([this](absl::StatusOr<zk::Node> result) {
                 busy_ = false;
                 if (result.ok()) {
                   armed_ = true;
                   OnData(*result);
                 } else if (absl::IsNotFound(result.status())) {
                   return WatchForCreation();
                 } else if (!zk::IsRetryable(result.status()) &&
                            !zk::IsSessionLost(result.status())) {
                   SetError(result.status());
                   Known();
                   RetryLater();
                 } else {
                   RetryLater();
                 }
                 if (again_) Read();
               }));
}

void OrderFollower::WatchForCreation() {
  busy_ = true;
  session_.Exists(options_.path, armed_ ? 0 : watcher_,
                  request_scope_.Wrap([this](absl::StatusOr<zk::Stat> result) {
                    busy_ = false;
                    if (result.ok()) {  // created since the Get
                      armed_ = true;
                      again_ = true;
                    } else if (absl::IsNotFound(result.status())) {
                      armed_ = true;
                      OnMissing();
                    } else {
                      RetryLater();
                    }
                    if (again_) Read();
                  }));
}

void OrderFollower::OnData(const zk::Node& node) {
  backoff_.Reset();
  const absl::StatusOr<model::Order> order = model::ParseOrder(node.data);
  if (!order.ok()) {
    if (!obeyed_) Obey(model::Order{});
    SetError(absl::Status(
        order.status().code(),
        absl::StrCat(options_.path, ": ", order.status().message())));
  } else if (!obeyed_ || order->epoch > obeyed_->epoch) {
    Obey(*order);
  } else if (*order == *obeyed_) {
    SetError(absl::OkStatus());
  } else {
    SetError(absl::FailedPreconditionError(absl::StrCat(
        options_.path, ": epoch ", order->epoch, " is not newer than ",
        obeyed_->epoch, ", which is obeyed")));
  }
  Known();
}

void OrderFollower::OnMissing() {
  backoff_.Reset();
  if (!obeyed_)
    Obey(model::Order{});
  else if (obeyed_->epoch == 0)
    SetError(absl::OkStatus());
  else
    SetError(absl::FailedPreconditionError(
        absl::StrCat(options_.path, ": deleted; epoch ", obeyed_->epoch,
                     " stays in force")));
  Known();
}

void OrderFollower::Obey(const model::Order& order) {
  obeyed_ = order;
  base::Log(options_.log,
            order.epoch > 0 ? base::LogLevel::kInfo : base::LogLevel::kDebug,
            "obeying order epoch=", order.epoch, " holds=", order.holds.size());
  SetError(absl::OkStatus());
  options_.on_order(order);
}

void OrderFollower::RetryLater() {
  // A cut connection needs no timer, but then the timer does no harm.
  if (retry_timer_ != 0) return;
  retry_timer_ = loop_.RunAfter(backoff_.Next(), scope_.Wrap([this] {
    retry_timer_ = 0;
    Read();
  }));
}

void OrderFollower::SetError(absl::Status error) {
  if (error == error_) return;
  error_ = std::move(error);
  if (!error_.ok())
    base::Log(options_.log, base::LogLevel::kError,
              "order not obeyed: ", error_.ToString());
  options_.on_change();
}

void OrderFollower::Known() {
  known_ = true;
  options_.on_known();
}

}  // namespace roster::registrar
