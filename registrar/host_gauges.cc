#include "registrar/host_gauges.h"

#include <dirent.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <utility>

namespace roster::registrar {
namespace {

double Rounded(double value, double unit) {
  return std::round(value / unit) * unit;
}

// Three digits: more would be noise in every record.
double Ratio(double part, double whole) {
  return std::clamp(std::round(part / whole * 1000) / 1000, 0.0, 1.0);
}

// The value of "<key>:  <n> kB" in /proc/meminfo, in bytes.
void AddMemory(std::vector<HostGauge>& gauges) {
  std::ifstream file("/proc/meminfo");
  double total = 0;
  double available = -1;
  std::string key;
  double value;
  std::string unit;
  while (file >> key >> value && std::getline(file, unit)) {
    if (key == "MemTotal:") total = value * 1024;
    if (key == "MemAvailable:") available = value * 1024;
    if (total > 0 && available >= 0) break;
  }
  if (total <= 0 || available < 0) return;
  const double used = total - available;
  gauges.push_back({"memory_used_ratio", Ratio(used, total), 0.01});
  gauges.push_back(
      {"memory_used_bytes", Rounded(used, 1024.0 * 1024.0), total / 100});
}

void AddLoad(std::vector<HostGauge>& gauges) {
  std::ifstream file("/proc/loadavg");
  double load;
  if (file >> load)
    gauges.push_back({"load1", load, std::max(0.1, load * 0.05)});
}

void AddDisk(const std::string& path, std::vector<HostGauge>& gauges) {
  struct statvfs fs = {};
  if (statvfs(path.c_str(), &fs) != 0) return;
  // Blocks reserved for root count neither as used nor as available.
  const double used = static_cast<double>(fs.f_blocks - fs.f_bfree);
  const double usable = used + static_cast<double>(fs.f_bavail);
  if (usable > 0)
    gauges.push_back({"disk_used_ratio", Ratio(used, usable), 0.01});
}

void AddOpenFds(std::vector<HostGauge>& gauges) {
  DIR* dir = opendir("/proc/self/fd");
  if (dir == nullptr) return;
  double open = -3;  // ".", ".." and this directory itself
  while (readdir(dir) != nullptr) ++open;
  closedir(dir);
  gauges.push_back({"open_fds", open, std::max(4.0, open * 0.05)});
}

}  // namespace

HostGauges::HostGauges(std::string disk_path)
    : disk_path_(std::move(disk_path)), last_ticks_(ReadCpuTicks()) {}

std::optional<HostGauges::CpuTicks> HostGauges::ReadCpuTicks() {
  std::ifstream file("/proc/stat");
  std::string line;
  if (!std::getline(file, line)) return std::nullopt;
  std::istringstream fields(line);
  std::string cpu;
  // proc(5): user nice system idle iowait irq softirq steal; the guest columns
  // behind them are contained in user and nice already.
  uint64_t ticks[8] = {};
  fields >> cpu;
  for (uint64_t& tick : ticks)
    if (!(fields >> tick)) return std::nullopt;
  CpuTicks result;
  for (const uint64_t tick : ticks) result.total += tick;
  result.busy = result.total - ticks[3] - ticks[4];
  return result;
}

void HostGauges::AddCpu(std::vector<HostGauge>& gauges) {
  const std::optional<CpuTicks> now = ReadCpuTicks();
  const std::optional<CpuTicks> before = std::exchange(last_ticks_, now);
  // iowait may run backwards, and then the difference means nothing.
  if (!now || !before || now->total <= before->total ||
      now->busy < before->busy)
    return;
  gauges.push_back({"cpu_ratio",
                    Ratio(static_cast<double>(now->busy - before->busy),
                          static_cast<double>(now->total - before->total)),
                    0.02});
}

std::vector<HostGauge> HostGauges::Read() {
  std::vector<HostGauge> gauges;
  AddCpu(gauges);
  AddMemory(gauges);
  AddLoad(gauges);
  AddDisk(disk_path_, gauges);
  AddOpenFds(gauges);
  return gauges;
}

std::vector<HostGauge> HostGauges::ReadNoticeable() {
  std::vector<HostGauge> gauges = Read();
  std::erase_if(gauges, [this](const HostGauge& gauge) {
    const auto [it, first] = told_.try_emplace(gauge.name, gauge.value);
    if (first) return false;
    if (std::abs(gauge.value - it->second) < gauge.noticeable) return true;
    it->second = gauge.value;
    return false;
  });
  return gauges;
}

}  // namespace roster::registrar
