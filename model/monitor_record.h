#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace roster::model {

// What a running rosterd says of itself in its node of the election. Wire
// format: /roster/<cluster>/monitors in docs/znodes.md.

inline constexpr int kMonitorRecordVersion = 1;

struct MonitorRecord {
  std::string id;  // of its run: new with every start
  std::string host;
  int64_t pid = 0;
  std::string version;
  std::vector<std::string> grpc_addresses;
  std::vector<std::string> http_addresses;
  absl::Time started_at = absl::InfinitePast();

  friend bool operator==(const MonitorRecord&, const MonitorRecord&) = default;
};

// InvalidArgument, saying what and where, for anything not well-formed.
absl::StatusOr<MonitorRecord> ParseMonitorRecord(std::string_view bytes);
std::string SerializeMonitorRecord(const MonitorRecord& record);

}  // namespace roster::model
