#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "base/strings.h"
#include "monitor/metrics/metric_names.h"
#include "tests/support/temp_dir.h"

// docs/metrics.md shows the table of monitor/metrics/metric_names.h between
// two markers. This test holds it to that; with ROSTER_UPDATE_DOCS=1 in the
// environment it writes the table instead.

namespace roster::monitor {
namespace {

constexpr char kPath[] = ROSTER_SOURCE_DIR "/docs/metrics.md";
constexpr char kBegin[] = "<!-- table: begin -->\n";
constexpr char kEnd[] = "<!-- table: end -->\n";

std::string Table() {
  std::string table =
      "| metric | type | unit | labels | meaning |\n|---|---|---|---|---|\n";
  for (const MetricSpec* metric : kAllMetrics)
    table += base::StrCat("| `", metric->name, "` | ",
                          MetricKindName(metric->kind), " | ", metric->unit,
                          " | ", metric->labels, " | ", metric->help, " |\n");
  return table;
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
