#include "registrar/host_gauges.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "tests/support/eventually.h"

namespace roster::registrar {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Gt;
using ::testing::Le;

std::map<std::string, double> ByName(const std::vector<HostGauge>& gauges) {
  std::map<std::string, double> values;
  for (const HostGauge& gauge : gauges)
    values[std::string(gauge.name)] = gauge.value;
  return values;
}

TEST(HostGaugesTest, ReadsTheMachine) {
  HostGauges gauges("/");
  auto values = ByName(gauges.Read());

  EXPECT_THAT(values["memory_used_ratio"], AllOf(Gt(0), Le(1)));
  EXPECT_THAT(values["memory_used_bytes"], Gt(1 << 20));
  EXPECT_THAT(values["disk_used_ratio"], AllOf(Ge(0), Le(1)));
  EXPECT_THAT(values["open_fds"], Ge(3));
  EXPECT_TRUE(values.contains("load1"));
}

TEST(HostGaugesTest, CpuRatioIsOfTheTimeBetweenTwoReadings) {
  HostGauges gauges("/");

  // /proc/stat moves by ticks of 10 ms.
  std::map<std::string, double> values;
  ASSERT_TRUE(testing::WaitUntil(
      [&] {
        values = ByName(gauges.Read());
        return values.contains("cpu_ratio");
      },
      "a CPU tick has passed"));
  EXPECT_THAT(values["cpu_ratio"], AllOf(Ge(0), Le(1)));
}

TEST(HostGaugesTest, CountsDescriptorsOfThisProcess) {
  HostGauges gauges("/");
  const double before = ByName(gauges.Read())["open_fds"];
  std::vector<int> fds;
  for (int i = 0; i < 50; ++i) fds.push_back(open("/dev/null", O_RDONLY));

  EXPECT_EQ(ByName(gauges.Read())["open_fds"], before + 50);

  for (const int fd : fds) close(fd);
}

TEST(HostGaugesTest, LeavesOutADiskThatIsNotThere) {
  HostGauges gauges("/does/not/exist");

  EXPECT_FALSE(ByName(gauges.Read()).contains("disk_used_ratio"));
}

TEST(HostGaugesTest, TellsAgainOnlyWhatMovedNoticeably) {
  HostGauges gauges("/");
  EXPECT_TRUE(ByName(gauges.ReadNoticeable()).contains("open_fds"));

  // The disk and our descriptors do not move between two calls.
  auto values = ByName(gauges.ReadNoticeable());
  EXPECT_FALSE(values.contains("disk_used_ratio"));
  EXPECT_FALSE(values.contains("open_fds"));

  std::vector<int> fds;
  for (int i = 0; i < 50; ++i) fds.push_back(open("/dev/null", O_RDONLY));
  EXPECT_TRUE(ByName(gauges.ReadNoticeable()).contains("open_fds"));
  for (const int fd : fds) close(fd);
}

}  // namespace
}  // namespace roster::registrar
