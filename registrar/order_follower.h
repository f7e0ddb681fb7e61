#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/backoff.h"
#include "base/callback_scope.h"
#include "base/log.h"
#include "base/loop.h"
#include "model/order.h"
#include "zk/session.h"

namespace roster::registrar {

// OrderFollower reads the order for this member, keeps watching it, and hands
// on what is to be obeyed: only orders whose epoch is newer than the one handed
// on before, so that an operator who was cut off and comes back late cannot
// undo what happened since (M. Kleppmann, "How to do distributed locking",
// 2016, on fencing tokens).
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
  ~OrderFollower();

  OrderFollower(const OrderFollower&) = delete;
  OrderFollower& operator=(const OrderFollower&) = delete;

  // To be called at each connect. Reads anew.
  void OnConnected();

  // True if the order was read in the present session.
  bool known() const { return known_; }
  // Why what stands in ZooKeeper is not obeyed, or OK.
  const absl::Status& error() const { return error_; }

 private:
  void Read();
  void WatchForCreation();
  void OnData(const zk::Node& node);
  void OnMissing();
  void Obey(const model::Order& order);
  void RetryLater();
  void SetError(absl::Status error);
  void Known();

  base::Loop& loop_;
  zk::Session& session_;
  const Options options_;
  zk::WatcherId watcher_ = 0;
  base::Backoff backoff_;

  uint64_t generation_ = 0;
  bool known_ = false;
  bool armed_ = false;  // the watch on the node is set
  bool busy_ = false;   // a read is under way
  bool again_ = false;  // read once more after it
  base::Loop::TimerId retry_timer_ = 0;
  std::optional<model::Order> obeyed_;
  absl::Status error_;
  base::CallbackScope scope_;          // timers, the watcher
  base::CallbackScope request_scope_;  // answers of this generation
};

}  // namespace roster::registrar
