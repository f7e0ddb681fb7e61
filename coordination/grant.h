#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace roster::coordination {

enum class GrantState {
  kHeld,       // the holder may act
  kSuspended,  // the connection is away: it must stop acting, and may resume
  kLost,       // it is over, and somebody else may have it: for good
  kReleased    // given back by the holder: for good
};

inline std::string_view GrantStateName(GrantState state) {
  switch (state) {
    case GrantState::kHeld:
      return "HELD";
    case GrantState::kSuspended:
      return "SUSPENDED";
    case GrantState::kLost:
      return "LOST";
    case GrantState::kReleased:
      return "RELEASED";
  }
  return "UNKNOWN";
}

// Grant is what the holder of a lock, a lease, an office or a queue's item has
// in its hands. Copies are of the same grant.
//
// may_act() turns false the moment this process learns of trouble, which is
// before ZooKeeper gives the thing to somebody else, as long as this process
// runs. It cannot protect a process that is stopped (swapped out, a paused
// virtual machine, a debugger) between asking and acting. What must not be done
// by two therefore carries the token, and whoever carries it out refuses a
// token that is lower than the highest one seen; a write to ZooKeeper instead
// takes a Check of node_path() into its transaction, which fails from the
// moment that the node is gone.
//
// Thread-safety: thread-safe.
class Grant {
 public:
  // Of nobody, and lost.
  Grant() = default;
  // Held. For the recipes.
  Grant(std::string node_path, int64_t token)
      : shared_(std::make_shared<Shared>(std::move(node_path), token)) {}

  bool may_act() const { return state() == GrantState::kHeld; }
  GrantState state() const {
    return shared_ == nullptr ? GrantState::kLost : shared_->state.load();
  }
  // Fencing token: the czxid of the node. Later grants of the same thing have
  // higher ones.
  int64_t token() const { return shared_ == nullptr ? 0 : shared_->token; }
  // The node that stands for the grant: it exists as long as the grant.
  const std::string& node_path() const {
    static const std::string none;
    return shared_ == nullptr ? none : shared_->node_path;
  }

  // For the recipes. What is lost or released stays so; false then.
  bool MoveTo(GrantState state) const {
    if (shared_ == nullptr) return false;
    GrantState now = shared_->state.load();
    do {
      if (now == GrantState::kLost || now == GrantState::kReleased)
        return false;
    } while (!shared_->state.compare_exchange_weak(now, state));
    return true;
  }

  friend bool operator==(const Grant&, const Grant&) = default;

 private:
  struct Shared {
    Shared(std::string path, int64_t czxid)
        : node_path(std::move(path)), token(czxid) {}
    const std::string node_path;
    const int64_t token;
    std::atomic<GrantState> state{GrantState::kHeld};
  };

  std::shared_ptr<Shared> shared_;
};

// Told on the client's loop at every change of a grant's state but its begin.
// See CallGuarded() for what happens when it throws or blocks.
using GrantCallback = std::function<void(const Grant&, GrantState)>;

}  // namespace roster::coordination
