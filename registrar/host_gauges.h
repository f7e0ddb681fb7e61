#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"

namespace roster::registrar {

// One figure of the machine.
struct HostGauge {
  std::string_view name;  // static
  double value = 0;
  // A change smaller than this is noise and not worth a write.
  double noticeable = 0;
};

// HostGauges reads figures of the machine from /proc and statvfs(2), inside the
// process: machines are observed without an agent.
//
//   cpu_ratio           busy share of all CPUs since the reading before, 0..1
//   memory_used_ratio   1 - MemAvailable / MemTotal
//   memory_used_bytes   MemTotal - MemAvailable
//   load1               load average of one minute
//   disk_used_ratio     of the file system of `disk_path`, as df(1) counts
//   open_fds            open descriptors of this process
//
// In a container these are the host's figures, open_fds aside: /proc knows no
// better. What cannot be read is left out.
//
// Thread-safety: thread-compatible. Each reading takes well under a
// millisecond, unless `disk_path` is on a file system that hangs.
class HostGauges {
 public:
  explicit HostGauges(std::string disk_path);

  // All figures now; cpu_ratio from the second call on.
  std::vector<HostGauge> Read();

  // Those of Read() that moved noticeably since this returned them before.
  std::vector<HostGauge> ReadNoticeable();

 private:
  struct CpuTicks {
    uint64_t busy = 0;
    uint64_t total = 0;
  };
  static std::optional<CpuTicks> ReadCpuTicks();
  void AddCpu(std::vector<HostGauge>& gauges);

  const std::string disk_path_;
  std::optional<CpuTicks> last_ticks_;
  absl::flat_hash_map<std::string_view, double> told_;
};

}  // namespace roster::registrar
