#pragma once

#include <string>
#include <vector>

namespace roster::cli {

// What an entry of the audit can have as its action: every call that changes
// something, by the descriptors of proto/roster/v1, and what rosterd does by
// itself. In the order of the services; does not change. Thread-safe.
const std::vector<std::string>& AuditActions();

}  // namespace roster::cli
