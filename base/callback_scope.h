#pragma once

#include <memory>
#include <utility>

namespace roster::base {

// CallbackScope makes callbacks of an object harmless once the object is gone:
// what Wrap() returned does nothing after the scope was destroyed or Reset().
// Declare it as the last member, so that it goes first.
//
// Thread-safety: confined to the loop on which the callbacks run. It does not
// protect against a callback running on another thread during destruction.
class CallbackScope {
 public:
  CallbackScope() = default;
  CallbackScope(const CallbackScope&) = delete;
  CallbackScope& operator=(const CallbackScope&) = delete;

  template <typename F>
  auto Wrap(F f) {
    return [alive = std::weak_ptr<char>(alive_),
            f = std::move(f)](auto&&... args) mutable {
      if (!alive.expired()) f(std::forward<decltype(args)>(args)...);
    };
  }

  // Silences everything wrapped so far.
  void Reset() { alive_ = std::make_shared<char>(); }

 private:
  std::shared_ptr<char> alive_ = std::make_shared<char>();
};

}  // namespace roster::base
