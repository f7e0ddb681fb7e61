#include "monitor/metrics/member_series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/metrics/promtool.h"
#include "tests/unit/metrics/views.h"

namespace roster::monitor {
namespace {

using std::string_literals::operator""s;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Render(std::vector<MemberPtr> members,
                   MemberSeriesOptions options = {}) {
  return RenderMemberSeries({MakeView(std::move(members))}, options);
}

TEST(MemberSeriesTest, ShowsTheOneStatusThatAMemberHas) {
  const std::string page = Render({MakeMember("a")});

  EXPECT_THAT(page, HasSubstr("roster_member_status{cluster=\"default\","
                              "member=\"a\",status=\"UP\"} 1\n"));
  EXPECT_THAT(page, Not(HasSubstr("LOST")));
  EXPECT_THAT(page, HasSubstr("roster_member_joined_timestamp_seconds"
                              "{cluster=\"default\",member=\"a\"} 1000\n"));
}

TEST(MemberSeriesTest, ShowsServiceVersionAndChosenLabels) {
  auto member = MakeMember("a");
  member->record.service = "search";
  member->record.version = "1.4";
  member->record.labels = {{"zone", "z1"}, {"rack/row", "r"}, {"other", "o"}};

  const std::string page =
      Render({member}, {.info_labels = {"zone", "rack/row", "rack.row"}});

  // "rack.row" is left out: its name as a label is taken.
  EXPECT_THAT(page,
              HasSubstr("roster_member_info{cluster=\"default\",member=\"a\","
                        "service=\"search\",version=\"1.4\","
                        "label_zone=\"z1\",label_rack_row=\"r\"} 1\n"));
}

TEST(MemberSeriesTest, ShowsGaugesAndTasks) {
  auto member = MakeMember("a");
  member->record.gauges["queue_depth"] = 42.5;
  AddTask(*member, {.id = "r-7", .name = "reindex", .done = 25, .total = 100},
          {.rate_per_second = 5, .expected_end = absl::FromUnixSeconds(50)});

  const std::string page = Render({member});

  const std::string labels = "{cluster=\"default\",member=\"a\",";
  const std::string task = labels + "task=\"reindex\"} ";
  EXPECT_THAT(page, HasSubstr("roster_member_reading" + labels +
                              "gauge=\"queue_depth\"} 42.5\n"));
  EXPECT_THAT(page, HasSubstr("roster_task_done" + task + "25\n"));
  EXPECT_THAT(page, HasSubstr("roster_task_total_units" + task + "100\n"));
  EXPECT_THAT(page, HasSubstr("roster_task_progress_ratio" + task + "0.25\n"));
  EXPECT_THAT(page, HasSubstr("roster_task_rate_per_second" + task + "5\n"));
  EXPECT_THAT(page, HasSubstr("roster_task_expected_end_timestamp_seconds" +
                              task + "50\n"));
  EXPECT_THAT(page, HasSubstr("roster_task_stalled" + task + "0\n"));
  EXPECT_THAT(page, HasSubstr("roster_task_state" + labels +
                              "task=\"reindex\",state=\"RUNNING\"} 1\n"));
}

TEST(MemberSeriesTest, DoesNotShowLastValuesOfTheAbsent) {
  auto lost = MakeLostMember("a");
  lost->record.gauges["queue_depth"] = 42;
  AddTask(*lost, {.id = "1", .name = "reindex"});

  const std::string page = Render({lost});

  EXPECT_THAT(page,
              AllOf(HasSubstr("status=\"LOST\"} 1\n"),
                    HasSubstr("roster_member_departed_timestamp_seconds"
                              "{cluster=\"default\",member=\"a\"} 2000\n"),
                    Not(HasSubstr("roster_member_reading")),
                    Not(HasSubstr("roster_task_"))));
}

TEST(MemberSeriesTest, PastTheLimitKeepsTheLostAndThenTheFirstByName) {
  const std::string page =
      Render({MakeMember("a"), MakeMember("b"), MakeLostMember("z")},
             {.max_members = 2});

  EXPECT_THAT(page, AllOf(HasSubstr("member=\"z\""), HasSubstr("member=\"a\""),
                          Not(HasSubstr("member=\"b\""))));
  EXPECT_THAT(page, HasSubstr("\nroster_member_series_limit 2\n"));
  // The status, info and time of b.
  EXPECT_THAT(page, HasSubstr("\nroster_member_series_dropped 3\n"));
}

TEST(MemberSeriesTest, OneMemberCannotFillThePage) {
  auto greedy = MakeMember("a");
  for (int i = 0; i < 1000; ++i) {
    greedy->record.gauges["gauge_" + std::to_string(i)] = i;
    AddTask(*greedy, {.id = std::to_string(i)});
  }

  const std::string page =
      Render({greedy, MakeMember("b")}, {.max_series_per_member = 100});

  const size_t lines = std::count(page.begin(), page.end(), '\n');
  EXPECT_LT(lines, 100u + 3u + 3u * 14u);
  EXPECT_THAT(page, HasSubstr("member=\"b\""));
  // 3 + 3 * 1000 + 1000 series, of which 100 are shown.
  EXPECT_THAT(page, HasSubstr("\nroster_member_series_dropped 3903\n"));
}

TEST(MemberSeriesTest, F57_NoNameBreaksTheScrape) {
  const std::string hostile[] = {"a\"} 1\nroster_members{cluster=\"x\"} 9",
                                 "back\\slash",
                                 "back\\",
                                 "line\nfeed",
                                 "{curly}",
                                 "#comment",
                                 "a=b,c",
                                 "sp ace",
                                 "\xff\xfe bytes",
                                 "\xed\xa0\x80 surrogate",
                                 "nul\0byte"s,
                                 "tab\tand\rreturn",
                                 "[::1]:8080",
                                 "日本語",
                                 std::string(255, 'x'),
                                 "\x7f",
                                 "€\"€"};
  std::vector<MemberPtr> members;
  for (const std::string& name : hostile) {
    auto member = MakeMember(name);
    member->record.service = name;
    member->record.version = name;
    member->record.labels["zone"] = name;
    member->record.gauges[name] = 1;
    AddTask(*member, {.id = name, .name = name, .total = 2},
            {.rate_per_second = 1, .expected_end = absl::UnixEpoch()});
    members.push_back(member);
  }

  const std::string page = Render(members);

  EXPECT_THAT(page, PassesPromtool());
  EXPECT_THAT(page, Not(HasSubstr("\nroster_members{")));
}

}  // namespace
}  // namespace roster::monitor
