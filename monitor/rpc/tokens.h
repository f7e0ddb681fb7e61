#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "base/fingerprint.h"

namespace roster::monitor {

// The tokens that clients hand back. They are opaque to clients: their form
// may change with every version. Pure.

// Writes `fields` into one token that is safe in URLs and shells. Fields may
// hold any bytes.
std::string PackToken(const std::vector<std::string>& fields);
// InvalidArgument unless `token` was made by PackToken() with `count` fields.
absl::StatusOr<std::vector<std::string>> UnpackToken(std::string_view token,
                                                     size_t count);

// Of what a token was made for (a selector, a filter), so that it is not used
// for another.
using base::Fingerprint;

// Resume tokens name the stream they are of and a number in it, as
// "<stream>:<number>": they are made for every message, so they stay plain.
std::string MakeResumeToken(std::string_view stream, uint64_t number);

struct ResumeToken {
  std::string stream;
  uint64_t number = 0;
};
// InvalidArgument unless the token has the form of one.
absl::StatusOr<ResumeToken> ParseResumeToken(std::string_view token);

}  // namespace roster::monitor
