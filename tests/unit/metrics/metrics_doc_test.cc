#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/strings.h"
#include "monitor/metrics/metric_names.h"
#include "tests/support/temp_dir.h"

// docs/metrics.md shows the table of monitor/metrics/metric_names.h between
// two markers. This test holds it to that; with ROSTER_UPDATE_DOCS=1 in the
// environment it writes the table instead.

namespace roster::monitor {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kPath[] = ROSTER_SOURCE_DIR "/docs/metrics.md";
constexpr char kBegin[] = "<!-- table: begin -->\n";
constexpr char kEnd[] = "<!-- table: end -->\n";

// How many values a label of a series that is not a single member's can have;
// "" for one that describes what is there anyway, "?" for one that this table
// misses.
std::string ValuesOf(std::string_view metric, std::string_view label) {
  if (label == "state")
    return metric == "roster_operations"               ? "6"
           : metric == "roster_zookeeper_state"        ? "4"
           : metric == "roster_zookeeper_server_state" ? "8"
                                                       : "?";
  static const auto& values =
      *new std::map<std::string_view, std::string>{{"cluster", "clusters"},
                                                   {"status", "7"},
                                                   {"service", "101"},
                                                   {"zone", "101"},
                                                   {"cause", "2"},
                                                   {"mode", "2"},
                                                   {"node", "2"},
                                                   {"version", ""},
                                                   {"revision", ""},
                                                   {"budget", "budgets"},
                                                   {"server", "servers"},
                                                   {"role", "5"},
                                                   {"duty", "6"}};
  const auto found = values.find(label);
  return found == values.end() ? "?" : found->second;
}

std::vector<std::string> LabelsOf(const MetricSpec& metric) {
  return absl::StrSplit(base::ToAbsl(metric.labels), absl::ByAnyChar(", "),
                        absl::SkipEmpty());
}

// Series of the metric, at most, as a product.
std::string SeriesOf(const MetricSpec& metric) {
  const std::vector<std::string> labels = LabelsOf(metric);
  const auto has = [&](const char* label) {
    return std::count(labels.begin(), labels.end(), label) > 0;
  };
  std::vector<std::string> factors;
  if (has("member")) {  // what else it has describes the member, or the task
    factors = {"members"};
    if (has("task")) factors.push_back("tasks");
    if (has("gauge")) factors.push_back("gauges");
  } else {
    for (const std::string& label : labels)
      if (std::string values = ValuesOf(metric.name, label); !values.empty())
        factors.push_back(std::move(values));
  }
  if (metric.kind == MetricKind::kHistogram) factors.push_back("buckets");
  return factors.empty() ? "1" : absl::StrJoin(factors, " × ");
}

std::string Table() {
  std::string table =
      "| metric | type | unit | labels | series | meaning |\n"
      "|---|---|---|---|---|---|\n";
  for (const MetricSpec* metric : kAllMetrics)
    table += base::StrCat("| `", metric->name, "` | ",
                          MetricKindName(metric->kind), " | ", metric->unit,
                          " | ", absl::StrJoin(LabelsOf(*metric), ", "), " | ",
                          SeriesOf(*metric), " | ", metric->help, " |\n");
  return table;
}

TEST(MetricsDocTest, KnowsHowManySeriesEachMetricHas) {
  for (const MetricSpec* metric : kAllMetrics)
    EXPECT_THAT(SeriesOf(*metric), Not(HasSubstr("?")))
        << metric->name << ": add its labels to ValuesOf() in this file";
}

TEST(MetricsDocTest, HasTheTableOfTheSource) {
  std::string page = testing::ReadFile(kPath);
  const size_t begin = page.find(kBegin);
  const size_t end = page.find(kEnd);
  ASSERT_NE(begin, std::string::npos) << kPath << " has no " << kBegin;
  ASSERT_NE(end, std::string::npos) << kPath << " has no " << kEnd;
  const size_t first = begin + std::string(kBegin).size();

  if (std::getenv("ROSTER_UPDATE_DOCS") != nullptr)
    testing::WriteFile(kPath, page.replace(first, end - first, Table()));
  else
    EXPECT_EQ(page.substr(first, end - first), Table())
        << "run this test with ROSTER_UPDATE_DOCS=1 to write the table";
}

}  // namespace
}  // namespace roster::monitor
