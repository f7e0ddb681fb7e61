#pragma once

#include <string>
#include <string_view>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace roster::base {

// Debian's abseil is built for C++14, where absl::string_view is a class of
// its own that neither converts to nor from std::string_view. The project uses
// std::string_view; these are the crossings.

inline absl::string_view ToAbsl(std::string_view text) {
  return {text.data(), text.size()};
}
inline std::string_view ToStd(absl::string_view text) {
  return {text.data(), text.size()};
}

// What absl::StrCat takes, and std::string_view.
template <typename T>
decltype(auto) StrCatArgument(const T& value) {
  if constexpr (std::is_same_v<T, std::string_view>)
    return ToAbsl(value);
  else
    return (value);
}
template <typename... Args>
std::string StrCat(const Args&... args) {
  return absl::StrCat(StrCatArgument(args)...);
}

inline std::string_view Message(const absl::Status& status) {
  return ToStd(status.message());
}

}  // namespace roster::base
