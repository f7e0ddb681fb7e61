#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace roster::base {

// JsonCopy is a file with a copy of something that is kept elsewhere, for who
// starts while that is away. It is a JSON object with, beside what was copied,
//
//   v       the version of its format
//   origin  what it is a copy of: one of something else is not used
//
// readable by its owner alone, and replaced as a whole.
//
// Thread-safety: thread-compatible. Load() and Write() do I/O.
class JsonCopy {
 public:
  // More is not read: it is parsed in memory.
  static constexpr uintmax_t kMaxBytes = uintmax_t{1} << 30;

  JsonCopy(std::string file, std::string origin, int version);

  // The object. Never waits, as it would on a pipe of that name. Errors:
  //   NotFound            there is no such file
  //   InvalidArgument     it is broken, of another version, or larger than
  //                       `max_bytes`
  //   FailedPrecondition  it is of another origin, or no regular file
  //   the system's        it cannot be read
  absl::StatusOr<nlohmann::ordered_json> Load(
      uintmax_t max_bytes = kMaxBytes) const;
  // Writes `content`, an object, with what is said above. Ill-formed UTF-8
  // becomes U+FFFD. The errors are the system's.
  absl::Status Write(nlohmann::ordered_json content) const;

  // InvalidArgument that names the file: for who finds the content broken.
  absl::Status Broken(std::string_view what) const;

 private:
  std::string file_;
  std::string origin_;
  int version_;
};

}  // namespace roster::base
