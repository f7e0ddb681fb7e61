#include "monitor/metrics/group_counts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <tuple>

#include "base/strings.h"
#include "tests/unit/metrics/views.h"

namespace roster::monitor {
namespace {

using ::testing::IsSupersetOf;
using ::testing::Pair;
using ::testing::SizeIs;

MemberPtr Of(std::string_view name, std::string_view service,
             std::string_view zone,
             model::MemberStatus status = model::MemberStatus::kUp) {
  auto member = MakeMember(name);
  member->record.service = service;
  if (!zone.empty()) member->record.labels["zone"] = zone;
  member->status = status;
  return member;
}

// "<group> <status>" → members, of one of the two families.
std::map<std::string, double> Values(const prometheus::MetricFamily& family) {
  std::map<std::string, double> values;
  for (const prometheus::ClientMetric& metric : family.metric) {
    EXPECT_THAT(metric.label, SizeIs(3));
    EXPECT_EQ(metric.label[0].value, "default");
    values[base::StrCat(metric.label[1].value, " ", metric.label[2].value)] =
        metric.gauge.value;
  }
  return values;
}

TEST(GroupCountsTest, CountsByServiceAndByZoneWithEveryStatus) {
  const auto families =
      CountGroups({MakeView({Of("a", "search", "z1"), Of("b", "search", "z2"),
                             Of("c", "web", "z1", model::MemberStatus::kLost),
                             Of("d", "", "", model::MemberStatus::kOffline)})});
  ASSERT_THAT(families, SizeIs(2));
  EXPECT_EQ(families[0].metric[0].label[1].name, "service");
  EXPECT_EQ(families[1].metric[0].label[1].name, "zone");
  const auto by_service = Values(families[0]);
  EXPECT_THAT(by_service, SizeIs(3 * std::size(model::kAllMemberStatuses)));
  EXPECT_THAT(by_service,
              IsSupersetOf({Pair("search UP", 2), Pair("search LOST", 0),
                            Pair("web UP", 0), Pair("web LOST", 1),
                            Pair(" OFFLINE", 1)}));
  EXPECT_THAT(Values(families[1]),
              IsSupersetOf({Pair("z1 UP", 1), Pair("z1 LOST", 1),
                            Pair("z2 UP", 1), Pair(" OFFLINE", 1)}));
}

TEST(GroupCountsTest, MembersThatMakeUpNamesAddNoSeriesForEver) {
  std::vector<MemberPtr> members;
  for (int i = 0; i < 300; ++i)
    members.push_back(
        Of(base::StrCat("m", i), base::StrCat("made-up-", i), "a"));
  for (int i = 0; i < 5; ++i)
    members.push_back(Of(base::StrCat("n", i), "real", "a"));
  const auto by_service = Values(CountGroups({MakeView(members)})[0]);
  EXPECT_THAT(by_service, SizeIs((kMaxGroupsPerCluster + 1) *
                                 std::size(model::kAllMemberStatuses)));
  EXPECT_EQ(by_service.at("real UP"), 5);
  EXPECT_EQ(by_service.at("(other) UP"), 300 - (kMaxGroupsPerCluster - 1));
}

TEST(GroupCountsTest, ASeriesIsThereOnceAlsoIfAServiceIsCalledAsTheOthersAre) {
  std::vector<MemberPtr> members;
  for (int i = 0; i < 150; ++i)
    members.push_back(Of(base::StrCat("m", i), base::StrCat("s", i), ""));
  for (int i = 0; i < 2; ++i)
    members.push_back(Of(base::StrCat("o", i), kOtherGroups, ""));
  const auto families = CountGroups({MakeView(members)});
  EXPECT_EQ(families[0].metric.size(), Values(families[0]).size());
  EXPECT_EQ(Values(families[0]).at("(other) UP"), 2 + 51);
}

TEST(GroupCountsTest, SaysNothingOfAClusterWithoutMembers) {
  for (const auto& family : CountGroups({MakeView({})}))
    EXPECT_THAT(family.metric, SizeIs(0));
}

}  // namespace
}  // namespace roster::monitor
