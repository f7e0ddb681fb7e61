#include "registrar/order_follower.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace roster::registrar {

OrderFollower::OrderFollower(base::Loop& loop, zk::Session& session,
                             Options options)
    : options_(std::move(options)), node_(loop, session, MakeNodeOptions()) {}

NodeFollower::Options OrderFollower::MakeNodeOptions() {
  NodeFollower::Options options;
  options.path = options_.path;
  options.on_node = [this](const zk::Node& node) {
    OnNode(node);
    options_.on_known();
  };
  options.on_missing = [this] {
    OnMissing();
    options_.on_known();
  };
  options.on_refused = [this](const absl::Status& status) {
    SetError(status);
    options_.on_known();
  };
  return options;
}

void OrderFollower::OnNode(const zk::Node& node) {
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
}

void OrderFollower::OnMissing() {
  if (!obeyed_)
    Obey(model::Order{});
  else if (obeyed_->epoch == 0)
    SetError(absl::OkStatus());
  else
    SetError(absl::FailedPreconditionError(
        absl::StrCat(options_.path, ": deleted; epoch ", obeyed_->epoch,
                     " stays in force")));
}

void OrderFollower::Obey(const model::Order& order) {
  obeyed_ = order;
  base::Log(options_.log,
            order.epoch > 0 ? base::LogLevel::kInfo : base::LogLevel::kDebug,
            "obeying order epoch=", order.epoch, " holds=", order.holds.size());
  SetError(absl::OkStatus());
  options_.on_order(order);
}

void OrderFollower::SetError(absl::Status error) {
  if (error == error_) return;
  error_ = std::move(error);
  if (!error_.ok())
    base::Log(options_.log, base::LogLevel::kError,
              "order not obeyed: ", error_.ToString());
  options_.on_change();
}

}  // namespace roster::registrar
