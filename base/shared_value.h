#pragma once

#include <concepts>
#include <memory>
#include <type_traits>
#include <utility>

namespace roster::base {

// SharedValue is an immutable T that takes no more than a pointer where it
// stands, and nothing beside it while it equals T{}. Copies share it. It is for
// what many objects have but few have anything in, or have all alike.
//
// Thread-safety: as std::shared_ptr: different copies may be used by different
// threads.
template <typename T>
class SharedValue {
 public:
  SharedValue() = default;
  // Implicit: a SharedValue<T> is assigned to as a T is.
  template <typename U>
  requires std::convertible_to<U, T> &&
      (!std::same_as<std::remove_cvref_t<U>, SharedValue>)
          SharedValue(U&& value) {
    T made(std::forward<U>(value));
    if (made != T()) value_ = std::make_shared<const T>(std::move(made));
  }

  const T& operator*() const { return value_ == nullptr ? None() : *value_; }
  const T* operator->() const { return &**this; }

  friend bool operator==(const SharedValue& a, const SharedValue& b) {
    return a.value_ == b.value_ || *a == *b;
  }

 private:
  static const T& None() {
    static const T none{};
    return none;
  }

  std::shared_ptr<const T> value_;
};

}  // namespace roster::base
