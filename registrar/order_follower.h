#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "base/log.h"
#include "base/loop.h"
#include "model/order.h"
#include "registrar/node_follower.h"
#include "zk/session.h"

namespace roster::registrar {

// OrderFollower follows the order for this member and hands on what is to be
// obeyed: only orders whose epoch is newer than the one handed on before, so
// that an operator who was cut off and comes back late cannot undo what
// happened since (M. Kleppmann, "How to do distributed locking", 2016, on
// fencing tokens).
//
// No node, and never an order before: handed on as epoch 0 without holds. A
// node that is deleted, that is no order, or that may not be read changes
// nothing: the last order stays in force, and error() tells why.
//
// Thread-safety: confined to the session's loop.
// Lifetime: `loop` and `session` must outlive this.
class OrderFollower {
 public:
  struct Options {
    std::string path;
    base::LogSink log;
    // The order to obey from now on.
    std::function<void(const model::Order&)> on_order;
    // The order, or that there is none, is known for this session; or it
    // cannot be known for want of permission. Comes after on_order.
    std::function<void()> on_known;
    // error() has changed.
    std::function<void()> on_change;
  };

  OrderFollower(base::Loop& loop, zk::Session& session, Options options);

  OrderFollower(const OrderFollower&) = delete;
  OrderFollower& operator=(const OrderFollower&) = delete;

  // To be called at each connect. Reads anew.
  void OnConnected() { node_.OnConnected(); }

  // True if the order was read in the present session.
  bool known() const { return node_.known(); }
  // Why what stands in ZooKeeper is not obeyed, or OK.
  const absl::Status& error() const { return error_; }

 private:
  NodeFollower::Options MakeNodeOptions();
  void OnNode(const zk::Node& node);
  void OnMissing();
  void Obey(const model::Order& order);
  void SetError(absl::Status error);

  const Options options_;
  std::optional<model::Order> obeyed_;
  absl::Status error_;
  NodeFollower node_;
};

}  // namespace roster::registrar
