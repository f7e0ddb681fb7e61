#pragma once

#include <string_view>

#include "absl/status/status.h"

namespace roster::zk {

// OK if `path` names a znode: "/", or "/a/b" in UTF-8 without empty, "." or
// ".." parts, control characters or a "/" at the end; else InvalidArgument.
//
// The C client checks less: it takes a path up to its first NUL byte, and bytes
// that are not UTF-8 come out as another path at the server.
absl::Status ValidatePath(std::string_view path);

}  // namespace roster::zk
