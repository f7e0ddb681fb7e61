#include "monitor/metrics/process_collector.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "monitor/metrics/family_builder.h"
#include "monitor/metrics/metric_names.h"

namespace roster::monitor {
namespace {

std::string ReadFile(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// When the machine booted, in seconds since 1970.
std::optional<double> BootTime() {
  const std::string stat = ReadFile("/proc/stat");
  for (absl::string_view line : absl::StrSplit(stat, '\n')) {
    double seconds = 0;
    if (absl::ConsumePrefix(&line, "btime ") &&
        absl::SimpleAtod(line, &seconds))
      return seconds;
  }
  return std::nullopt;
}

std::optional<size_t> CountOpenFds() {
  std::error_code error;
  std::filesystem::directory_iterator fds("/proc/self/fd", error);
  if (error) return std::nullopt;
  // The directory that is being read is open too: it is not ours.
  return std::distance(begin(fds), end(fds)) - 1;
}

class Families {
 public:
  void Add(const MetricSpec& spec, double value) {
    FamilyBuilder family(spec);
    family.Add({}, value);
    families_.push_back(std::move(family).Build());
  }
  std::vector<prometheus::MetricFamily> Take() { return std::move(families_); }

 private:
  std::vector<prometheus::MetricFamily> families_;
};

// Fields of /proc/self/stat, numbered as in proc(5), from field 3 on: what
// comes before is the program's name, which may contain anything.
void AddStat(Families& families) {
  const std::string stat = ReadFile("/proc/self/stat");
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos || name_end + 2 > stat.size()) return;
  const std::vector<absl::string_view> fields =
      absl::StrSplit(stat.substr(name_end + 2), ' ');
  auto field = [&](size_t number) {
    double value = 0;
    if (number - 3 < fields.size())
      (void)absl::SimpleAtod(fields[number - 3], &value);
    return value;
  };
  const double ticks_per_second = sysconf(_SC_CLK_TCK);
  families.Add(metric::kProcessCpu, (field(14) + field(15)) / ticks_per_second);
  families.Add(metric::kProcessThreads, field(20));
  families.Add(metric::kProcessVirtual, field(23));
  families.Add(metric::kProcessRss, field(24) * sysconf(_SC_PAGESIZE));
  if (const auto boot = BootTime())
    families.Add(metric::kProcessStart, *boot + field(22) / ticks_per_second);
}

}  // namespace

std::vector<prometheus::MetricFamily> ProcessCollector::Collect() const {
  Families families;
  AddStat(families);
  if (const auto open = CountOpenFds())
    families.Add(metric::kProcessOpenFds, *open);
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
    families.Add(metric::kProcessMaxFds,
                 limit.rlim_cur == RLIM_INFINITY
                     ? std::numeric_limits<double>::infinity()
                     : static_cast<double>(limit.rlim_cur));
  return families.Take();
}

}  // namespace roster::monitor
