#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_split.h"
#include "cli/printer_detail.h"
#include "cli/printer_json.h"
#include "cli/printer_table.h"
#include "cli/staleness.h"
#include "cli/text.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fake_rosterd.h"
#include "tests/unit/cli/sample_members.h"
#include "yaml-cpp/yaml.h"

namespace roster::cli {
namespace {

using ::roster::testing::LostMember;
using ::roster::testing::PlainMember;
using ::roster::testing::SampleEvent;
using ::roster::testing::SampleNow;
using ::roster::testing::ToProto;
using ::roster::testing::WorkingMember;
using roster::v1::Member;
using ::testing::HasSubstr;
using ::testing::Not;

// What no output may contain, whatever servers say.
constexpr char kHostile[] = "\x1b[2J\x1b]0;own\x07\r\n\u202e\u009b31m";

Member HostileMember() {
  Member member = WorkingMember(SampleNow());
  member.set_name(kHostile);
  member.set_cluster(kHostile);
  member.set_service(kHostile);
  member.set_version(kHostile);
  member.set_state_reason(kHostile);
  member.set_opaque(true);
  member.set_opaque_reason(kHostile);
  member.set_record_warning(kHostile);
  member.set_incarnation(kHostile);
  member.set_session_id(kHostile);
  member.mutable_writer()->set_pid(1);
  member.mutable_writer()->set_host_id(kHostile);
  (*member.mutable_labels())[kHostile] = kHostile;
  (*member.mutable_endpoints())[kHostile] = kHostile;
  (*member.mutable_gauges())[kHostile] = 1;
  member.mutable_desired()->set_problem(kHostile);
  auto* hold = member.mutable_desired()->add_holds();
  hold->set_id(kHostile);
  hold->set_owner(kHostile);
  hold->set_reason(kHostile);
  hold->set_ticket(kHostile);
  auto* task = member.mutable_tasks(0);
  task->set_id(kHostile);
  task->set_name(kHostile);
  task->set_unit(kHostile);
  task->set_message(kHostile);
  return member;
}

// Lines of output with nothing in them that a terminal obeys.
void ExpectHarmless(const std::string& output) {
  for (const std::string& line :
       std::vector<std::string>(absl::StrSplit(output, '\n'))) {
    EXPECT_EQ(Visible(line), line);
  }
}

TEST(MembersTableTest, Golden) {
  Table table(MemberColumns(/*wide=*/false));
  table.AddRow(MemberRow(WorkingMember(SampleNow()), false, SampleNow()));
  table.AddRow(MemberRow(LostMember(SampleNow()), false, SampleNow()));
  table.AddRow(MemberRow(PlainMember("中文", SampleNow()), false, SampleNow()));

  EXPECT_EQ(table.Render({}),
            R"(NAME    STATUS  FOR    SERVICE         DOING        AGE
web-01  UP      3d4h   search-indexer  reindex 12%  3d4h
web-02  LOST    4m10s  search-indexer  -            3d4h
中文    UP      3d4h   -               -            3d4h
)");
}

TEST(MembersTableTest, GoldenWide) {
  Table table(MemberColumns(/*wide=*/true));
  table.AddRow(MemberRow(WorkingMember(SampleNow()), true, SampleNow()));

  EXPECT_EQ(
      table.Render({}),
      R"(NAME    STATUS  FOR   SERVICE         DOING        VERSION  SESSION  LABELS          ENDPOINTS            NOTE  AGE
web-01  UP      3d4h  search-indexer  reindex 12%  1.4.2    0x1000   role=db,zone=a  grpc=10.0.0.7:50051  -     3d4h
)");
}

TEST(MembersTableTest, FitsIn80ColumnsWithOrdinaryMembers) {
  Member member = WorkingMember(SampleNow());
  member.set_name("indexer-07.lan:50051");
  member.set_status(v1::MEMBER_STATUS_DEGRADED);
  member.mutable_tasks(0)->set_stalled(true);
  Table table(MemberColumns(/*wide=*/false));
  table.AddRow(MemberRow(member, false, SampleNow()));

  EXPECT_LE(table.Row(0, {}).size(), 80u) << table.Row(0, {});
}

TEST(MembersTableTest, CutsLongNames) {
  Table table(MemberColumns(/*wide=*/false));
  table.AddRow(MemberRow(PlainMember(std::string(255, 'n'), SampleNow()), false,
                         SampleNow()));

  EXPECT_THAT(table.Row(0, {}), HasSubstr(std::string(60, 'n') + "...  UP"));
}

TEST(MembersTableTest, ColoursDoNotMoveColumns) {
  Table table(MemberColumns(/*wide=*/false));
  table.AddRow(MemberRow(LostMember(SampleNow()), false, SampleNow()));

  EXPECT_THAT(table.Row(0, {.color = true}),
              HasSubstr("web-02  \x1b[31mLOST\x1b[0m    4m10s  search"));
}

TEST(MembersTableTest, FitsTheScreen) {
  Table table(MemberColumns(/*wide=*/true));
  table.AddRow(MemberRow(WorkingMember(SampleNow()), true, SampleNow()));

  for (int width = 10; width < 140; ++width) {
    EXPECT_LE(DisplayWidth(table.Header({.line_width = width})), width);
    EXPECT_LE(DisplayWidth(table.Row(0, {.line_width = width})), width);
  }
}

TEST(MembersTableTest, SumsUpSeveralTasks) {
  Member member = WorkingMember(SampleNow());
  *member.add_tasks() = member.tasks(0);
  member.mutable_tasks(1)->set_progress_ratio(0.5);
  member.mutable_tasks(1)->set_stalled(true);

  EXPECT_EQ(Doing(member), "2 tasks 31% STALLED");
}

TEST(ProgressTableTest, Golden) {
  Member member = WorkingMember(SampleNow());
  auto* unknown = member.add_tasks();
  unknown->set_id("scan");
  unknown->set_state(v1::TASK_STATE_RUNNING);
  unknown->set_done(1.5e9);
  unknown->set_unit("bytes");
  auto* stalled = member.add_tasks();
  stalled->set_name("copy");
  stalled->set_state(v1::TASK_STATE_RUNNING);
  stalled->set_done(5);
  stalled->set_total(10);
  stalled->set_progress_ratio(0.5);
  stalled->set_stalled(true);
  auto* failed = member.add_tasks();
  failed->set_name("verify");
  failed->set_state(v1::TASK_STATE_FAILED);
  failed->set_done(7);
  failed->set_rate_per_second(3);
  Table table(ProgressColumns(/*wide=*/false));
  for (const auto& task : member.tasks()) {
    table.AddRow(ProgressRow(member, task, false, SampleNow()));
  }

  EXPECT_EQ(
      table.Render({}),
      R"(NAME    TASK     PROGRESS             DONE     RATE     ETA      AGE
web-01  reindex  [#.........]  12%    120k/1M  12.3k/s  4m10s    1h01m
web-01  scan     [     ?    ]         1.5GB    -        -        -
web-01  copy     [#####.....]  50% !  5/10     -        STALLED  -
web-01  verify   FAILED               7        -        -        -
)");
}

TEST(EventsTableTest, Golden) {
  setenv("TZ", "UTC", 1);
  auto lost = SampleEvent(v1::EVENT_TYPE_LOST, "web-02", SampleNow());
  lost.set_status(v1::MEMBER_STATUS_LOST);
  lost.set_while_blind(true);
  auto stale = SampleEvent(v1::EVENT_TYPE_VIEW_STALE, "", SampleNow());
  stale.set_detail("connection lost");
  Table table(EventColumns(/*wide=*/false));
  table.AddRow(EventRow(lost, false));
  table.AddRow(EventRow(stale, false));

  EXPECT_EQ(
      table.Render({}),
      R"(TIME                 TYPE            NAME          STATUS    DETAIL
2026-11-22 12:00:00  LOST            web-02        UP->LOST  (found later)
2026-11-22 12:00:00  VIEW_STALE      -             -         connection lost
)");
}

TEST(EnumNamesTest, NumberValuesThatAreNotKnown) {
  EXPECT_EQ(StatusName(static_cast<v1::MemberStatus>(77)), "#77");
  EXPECT_EQ(StatusName(v1::MEMBER_STATUS_UP), "UP");
}

TEST(StalenessTest, SaysAgeAndReason) {
  v1::ViewInfo view;
  view.set_synced(true);
  view.set_disconnect_reason("connection lost");
  *view.mutable_as_of() = ToProto(SampleNow() - absl::Seconds(12));
  EXPECT_EQ(Staleness(view, SampleNow()), "as of 12s ago: connection lost");

  view.clear_disconnect_reason();
  EXPECT_EQ(Staleness(view, SampleNow()),
            "as of 12s ago: ZooKeeper is out of reach");
  view.set_connected(true);
  EXPECT_EQ(Staleness(view, SampleNow()), "");
  view.set_synced(false);
  view.clear_as_of();
  EXPECT_EQ(Staleness(view, SampleNow()),
            "nothing has been read yet: the members are still being read");
}

TEST(InjectionTest, TablesShowControlCharacters) {
  const Member member = HostileMember();
  Table members(MemberColumns(/*wide=*/true));
  members.AddRow(MemberRow(member, true, SampleNow()));
  ExpectHarmless(members.Render({}));
  Table progress(ProgressColumns(/*wide=*/true));
  progress.AddRow(ProgressRow(member, member.tasks(0), true, SampleNow()));
  ExpectHarmless(progress.Render({}));
  ExpectHarmless(MemberDetail(member, SampleNow(), {}));
  v1::Event event = SampleEvent(v1::EVENT_TYPE_JOINED, kHostile, SampleNow());
  event.set_detail(kHostile);
  event.set_task_id(kHostile);
  Table events(EventColumns(/*wide=*/true));
  events.AddRow(EventRow(event, true));
  ExpectHarmless(events.Render({}));
  EXPECT_EQ(members.row_count(), 1u);
  EXPECT_THAT(members.Render({}), HasSubstr("\\x1b[2J\\x1b]0;own\\x07"));
}

TEST(InjectionTest, ReportsShowControlCharacters) {
  v1::GetSummaryResponse response;
  response.set_server_version(kHostile);
  response.set_zookeeper_state(kHostile);
  response.set_zookeeper_servers(kHostile);
  response.mutable_summary()->set_cluster(kHostile);
  response.mutable_summary()->set_members_path(kHostile);
  response.mutable_summary()->mutable_view()->set_disconnect_reason(kHostile);

  ExpectHarmless(ServerReport(response, "x:1"));
  ExpectHarmless(ClusterReport(response.summary(), SampleNow(), {}));
}

TEST(InjectionTest, JsonAndYamlEscapeAndKeepTheValue) {
  const Member member = HostileMember();
  const std::string json = ToJson(member);
  ExpectHarmless(json);
  ExpectHarmless(ToJsonLine(member));
  ExpectHarmless(JsonArray({ToJsonLine(member)}));
  ExpectHarmless(TaskToJsonLine(member, member.tasks(0)));
  EXPECT_EQ(nlohmann::json::parse(json)["name"], kHostile);
  const std::string yaml = JsonToYaml(ToJsonLine(member));
  ExpectHarmless(yaml);
  EXPECT_EQ(YAML::Load(yaml)["name"].as<std::string>(), kHostile);
}

TEST(JsonTest, IsProto3JsonWithTheNamesOfTheProtoFiles) {
  Member member = WorkingMember(SampleNow());
  member.set_czxid(int64_t{1} << 60);

  const auto json = nlohmann::json::parse(ToJson(member));

  EXPECT_EQ(json["status"], "MEMBER_STATUS_UP");
  EXPECT_EQ(json["reported_state"], "REPORTED_STATE_UP");
  EXPECT_EQ(json["czxid"], "1152921504606846976");
  EXPECT_EQ(json["applied_epoch"], "3");
  EXPECT_EQ(json["joined_at"], "2026-11-19T07:30:00Z");
  EXPECT_EQ(json["tasks"][0]["rate_per_second"], 12300);
  EXPECT_EQ(json["opaque"], false) << "defaults are printed";
  EXPECT_FALSE(json.contains("departed_at")) << "absent messages are not";
}

TEST(JsonTest, ArraysAreIndentedAndMayBeEmpty) {
  EXPECT_EQ(JsonArray({}), "[]\n");
  EXPECT_EQ(JsonArray({R"({"a":1})", R"({"b":[true]})"}), R"([
  {
    "a": 1
  },
  {
    "b": [
      true
    ]
  }
]
)");
}

TEST(JsonTest, KeepsOrdinaryTextLegible) {
  Member member = PlainMember("中文", SampleNow());
  EXPECT_THAT(ToJson(member), HasSubstr(R"("name": "中文")"));
}

TEST(JsonTest, SaysWhatCannotBePrinted) {
  Member member = PlainMember("x", SampleNow());
  member.mutable_joined_at()->set_seconds(int64_t{1} << 50);
  EXPECT_THAT(ToJsonLine(member), HasSubstr("unprintable"));
}

TEST(JsonTest, ATaskSaysWhoseItIs) {
  const Member member = WorkingMember(SampleNow());
  const auto json =
      nlohmann::json::parse(TaskToJsonLine(member, member.tasks(0)));
  EXPECT_EQ(json["member"], "web-01");
  EXPECT_EQ(json["cluster"], "default");
  EXPECT_EQ(json["id"], "reindex-7");
  EXPECT_EQ(json["state"], "TASK_STATE_RUNNING");
}

TEST(YamlTest, HasTheStructureOfTheJson) {
  EXPECT_EQ(JsonToYaml(R"([{"name":"web-01","count":12,"f":0.5,"t":true,
                            "id":"42","yes":"no","empty":[],"none":{},
                            "list":[1,"a b"]}])"),
            R"(- name: web-01
  count: 12
  f: 0.5
  t: true
  id: "42"
  "yes": "no"
  empty: []
  none: {}
  list:
    - 1
    - "a b"
)");
}

}  // namespace
}  // namespace roster::cli
