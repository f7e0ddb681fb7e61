#pragma once

#include <system_error>

#include "absl/status/status.h"

namespace roster::base {

// Runs `body`, which returns an absl::Status or StatusOr and makes a Loop. That
// the process has no descriptors or threads left, which Loop throws, becomes
// RESOURCE_EXHAUSTED: a service goes on without what it could not make.
//
// For the functions that make parts and answer with a status. Once a loop runs
// it needs neither, so there is nothing to catch elsewhere.
template <typename F>
auto CatchExhaustion(F body) -> decltype(body()) {
  try {
    return body();
  } catch (const std::system_error& error) {
    return absl::ResourceExhaustedError(error.what());
  }
}

}  // namespace roster::base
