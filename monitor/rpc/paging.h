#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace roster::monitor {

// The rules of AIP-158 that all listings share. Pure.

struct PageSizes {
  int32_t standard;  // for 0
  int32_t most;      // more counts as this
};

// A page ends early when it grows beyond this: clients take 4 MiB by default.
inline constexpr size_t kMaxPageBytes = 3 * 1024 * 1024;

// InvalidArgument if it is negative.
absl::StatusOr<size_t> PageSize(int32_t asked, const PageSizes& sizes);

// UnpackToken(), with an error that names the field.
absl::StatusOr<std::vector<std::string>> UnpackPageToken(std::string_view token,
                                                         size_t fields);

// InvalidArgument: the token was made for another request.
absl::Status PageTokenMismatch();

}  // namespace roster::monitor
