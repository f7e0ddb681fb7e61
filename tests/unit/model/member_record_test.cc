#include "model/member_record.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "base/utf8.h"
#include "model/record_limits.h"

namespace roster::model {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::StartsWith;

absl::Time Utc(int year, int month, int day, int hour, int minute, int second) {
  return absl::FromCivil(
      absl::CivilSecond(year, month, day, hour, minute, second),
      absl::UTCTimeZone());
}

std::string Repeat(std::string_view text, size_t times) {
  std::string all;
  for (size_t i = 0; i < times; ++i) all += text;
  return all;
}

// A record that must be understood.
ParsedRecord Understood(std::string_view json) {
  ParsedRecord parsed = ParseMemberRecord(json);
  EXPECT_EQ(parsed.opaque_reason, "") << json.substr(0, 200);
  return parsed;
}

std::string WarningOf(std::string_view json) {
  return Understood(json).warning;
}

// The reason, after a look at the rest: an opaque record has the defaults.
std::string OpaqueReasonOf(std::string_view bytes) {
  const ParsedRecord parsed = ParseMemberRecord(bytes);
  EXPECT_TRUE(parsed.opaque());
  EXPECT_EQ(parsed.record, MemberRecord{});
  EXPECT_EQ(parsed.warning, "");
  return parsed.opaque_reason;
}

TEST(ParseMemberRecordTest, ReadsEveryField) {
  const ParsedRecord parsed = Understood(R"({
    "v":1, "incarnation":"5f1c",
    "writer":{"host_id":"ab12","pid":4242,"pid_started":"99"},
    "service":"search-indexer", "version":"1.4.2",
    "state":"DEGRADED", "state_reason":"disk is slow",
    "endpoints":{"grpc":"10.0.0.7:50051","metrics":"10.0.0.7:9100"},
    "labels":{"zone":"a"},
    "started_at":"2026-11-22T08:00:00Z",
    "updated_at":"2026-11-22T09:00:05.123+01:00",
    "applied_epoch":12, "gauges":{"queue_depth":42,"cpu_ratio":0.31},
    "tasks":[{"id":"reindex-7","name":"reindex","state":"FAILED","done":12.5,
      "total":1000000,"unit":"documents","stall_after_s":30.5,
      "started_at":"2026-11-22T08:00:01Z","updated_at":"2026-11-22T08:00:02Z",
      "message":"no space"}]})");

  const MemberRecord& record = parsed.record;
  EXPECT_EQ(parsed.warning, "");
  EXPECT_EQ(record.incarnation, "5f1c");
  EXPECT_EQ(record.writer, (Writer{"ab12", 4242, "99"}));
  EXPECT_EQ(record.service, "search-indexer");
  EXPECT_EQ(record.version, "1.4.2");
  EXPECT_EQ(record.state, ReportedState::kDegraded);
  EXPECT_EQ(record.state_reason, "disk is slow");
  EXPECT_THAT(record.endpoints, ElementsAre(Pair("grpc", "10.0.0.7:50051"),
                                            Pair("metrics", "10.0.0.7:9100")));
  EXPECT_THAT(record.labels, ElementsAre(Pair("zone", "a")));
  EXPECT_EQ(record.started_at, Utc(2026, 11, 22, 8, 0, 0));
  EXPECT_EQ(record.updated_at,
            Utc(2026, 11, 22, 8, 0, 5) + absl::Milliseconds(123));
  EXPECT_EQ(record.applied_epoch, 12);
  EXPECT_THAT(record.gauges,
              ElementsAre(Pair("cpu_ratio", 0.31), Pair("queue_depth", 42)));
  ASSERT_THAT(record.tasks, SizeIs(1));
  const Task& task = record.tasks[0];
  EXPECT_EQ(task.id, "reindex-7");
  EXPECT_EQ(task.name, "reindex");
  EXPECT_EQ(task.state, TaskState::kFailed);
  EXPECT_EQ(task.done, 12.5);
  EXPECT_EQ(task.total, 1e6);
  EXPECT_EQ(task.unit, "documents");
  EXPECT_EQ(task.message, "no space");
  EXPECT_EQ(task.stall_after, absl::Milliseconds(30500));
  EXPECT_EQ(task.started_at, Utc(2026, 11, 22, 8, 0, 1));
  EXPECT_EQ(task.updated_at, Utc(2026, 11, 22, 8, 0, 2));
}

TEST(ParseMemberRecordTest, AnEmptyObjectIsAMemberThatIsUp) {
  const ParsedRecord parsed = Understood("{}");

  EXPECT_EQ(parsed.record, MemberRecord{});
  EXPECT_EQ(parsed.record.state, ReportedState::kUp);
  EXPECT_EQ(parsed.record.applied_epoch, std::nullopt);
  EXPECT_EQ(parsed.warning, "");
}

TEST(ParseMemberRecordTest, F42_NoDataIsOpaque) {
  EXPECT_EQ(OpaqueReasonOf(""), "empty");
}

TEST(ParseMemberRecordTest, F11_NulBytesAreOpaqueWhereverTheyAre) {
  EXPECT_EQ(OpaqueReasonOf(std::string(16, '\0')), "holds a NUL byte");
  EXPECT_EQ(OpaqueReasonOf(std::string("{\"v\":1}\0x", 9)), "holds a NUL byte");
  EXPECT_EQ(OpaqueReasonOf(std::string("{\"service\":\"a\0b\"}", 17)),
            "holds a NUL byte");
}

TEST(ParseMemberRecordTest, F11_InvalidUtf8IsOpaque) {
  EXPECT_EQ(OpaqueReasonOf("\xFF\xFE{"), "not UTF-8");
  EXPECT_EQ(OpaqueReasonOf("{\"service\":\"caf\xE9\"}"), "not UTF-8");
  EXPECT_THAT(OpaqueReasonOf(R"({"service":"\ud800"})"),
              StartsWith("not JSON"));
}

TEST(ParseMemberRecordTest, F11_ReadsUpTo64KiBAndNotAByteMore) {
  std::string json = R"({"service":"api","ignored":")";
  json += std::string(kHardMaxRecordBytes - json.size() - 2, 'x') + "\"}";

  ASSERT_THAT(json, SizeIs(65536));
  EXPECT_EQ(Understood(json).record.service, "api");
  EXPECT_EQ(OpaqueReasonOf(json + " "), "65537 bytes are more than 65536");
}

TEST(ParseMemberRecordTest, F41_TextThatIsNotJsonIsOpaqueAndSaysWhere) {
  EXPECT_EQ(OpaqueReasonOf("hello"), "not JSON: error at byte 1");
  EXPECT_EQ(OpaqueReasonOf(R"({"service":"a)"), "not JSON: error at byte 14");
  EXPECT_THAT(OpaqueReasonOf("{} {}"), StartsWith("not JSON"));
  EXPECT_THAT(OpaqueReasonOf(R"({"a":1,})"), StartsWith("not JSON"));
  EXPECT_THAT(OpaqueReasonOf(R"({"gauges":{"x":NaN}})"),
              StartsWith("not JSON"));
  EXPECT_THAT(OpaqueReasonOf("   "), StartsWith("not JSON"));
}

TEST(ParseMemberRecordTest, F41_JsonOfAnotherTypeIsOpaque) {
  for (const char* json : {"null", "true", "17", "1.5", "\"UP\"", "[]",
                           "[{\"v\":1}]", "18446744073709551616"}) {
    EXPECT_EQ(OpaqueReasonOf(json), "not a JSON object") << json;
  }
}

TEST(ParseMemberRecordTest, DeepNestingIsReadInConstantStack) {
  const std::string deep = Repeat("[", 30000) + Repeat("]", 30000);

  EXPECT_EQ(OpaqueReasonOf(Repeat("[", 65536)), "not a JSON object");
  EXPECT_THAT(OpaqueReasonOf("{\"a\":" + Repeat("[", 60000)),
              StartsWith("not JSON"));
  EXPECT_EQ(Understood(absl::StrCat(R"({"x":)", deep, R"(,"service":"a"})"))
                .record.service,
            "a");
  EXPECT_EQ(WarningOf(absl::StrCat(R"({"service":)", deep, "}")),
            "service: not a string");
}

TEST(ParseMemberRecordTest, F41_NewerVersionIsOpaqueWhereverItStands) {
  EXPECT_EQ(OpaqueReasonOf(R"({"v":2,"service":"a"})"),
            "record version 2 is newer than 1");
  EXPECT_EQ(OpaqueReasonOf(R"({"service":"a","state":"UP","v":7})"),
            "record version 7 is newer than 1");
}

TEST(ParseMemberRecordTest, F41_VersionThatIsNoVersionIsOpaque) {
  for (const char* v : {"0", "-1", "1.5", "\"1\"", "true", "[]", "{}",
                        "1180591620717411303424"}) {
    EXPECT_EQ(OpaqueReasonOf(absl::StrCat(R"({"v":)", v, "}")),
              "v: not a record version")
        << v;
  }
}

TEST(ParseMemberRecordTest, MissingOrNullVersionIsOne) {
  EXPECT_EQ(Understood(R"({"service":"a"})").record.service, "a");
  EXPECT_EQ(Understood(R"({"v":null,"service":"a"})").record.service, "a");
  EXPECT_EQ(Understood(R"({"v":1.0,"service":"a"})").record.service, "a");
}

TEST(ParseMemberRecordTest, UnknownFieldsAreIgnoredAtEveryLevel) {
  const ParsedRecord parsed = Understood(R"({
    "new":{"service":"not me","tasks":[{"id":"x"}]}, "service":"a",
    "writer":{"pid":7,"tid":{"pid":8}},
    "tasks":[{"id":"t","sub":[{"id":"u"}],"done":1}]})");

  EXPECT_EQ(parsed.warning, "");
  EXPECT_EQ(parsed.record.service, "a");
  EXPECT_EQ(parsed.record.writer.pid, 7);
  ASSERT_THAT(parsed.record.tasks, SizeIs(1));
  EXPECT_EQ(parsed.record.tasks[0].id, "t");
  EXPECT_EQ(parsed.record.tasks[0].done, 1);
}

TEST(ParseMemberRecordTest, OfDuplicateKeysTheLastCounts) {
  const MemberRecord record = Understood(R"({"service":"a","service":"b",
    "labels":{"x":"1","y":"1"},"labels":{"x":"2","x":"3"},
    "writer":{"pid":1,"host_id":"h"},"writer":{"pid":2},
    "tasks":[{"id":"t"},{"id":"u"}],"tasks":[{"id":"v","done":1,"done":2}]})")
                                  .record;

  EXPECT_EQ(record.service, "b");
  EXPECT_THAT(record.labels, ElementsAre(Pair("x", "3")));
  EXPECT_EQ(record.writer, (Writer{"", 2, ""}));
  ASSERT_THAT(record.tasks, SizeIs(1));
  EXPECT_EQ(record.tasks[0].id, "v");
  EXPECT_EQ(record.tasks[0].done, 2);
}

TEST(ParseMemberRecordTest, NullCountsAsNotGiven) {
  const ParsedRecord parsed = Understood(R"({"service":null,"state":null,
    "labels":null,"writer":null,"gauges":{"x":null},"tasks":null,
    "applied_epoch":null,"updated_at":null})");

  EXPECT_EQ(parsed.warning, "");
  EXPECT_EQ(parsed.record, MemberRecord{});
}

TEST(ParseMemberRecordTest, FieldsOfAWrongTypeAreDroppedAndTheRestCounts) {
  const ParsedRecord parsed = Understood(R"({"service":5,"state":"DRAINED",
    "labels":[1],"gauges":{"a":"1","b":2},"tasks":{"id":"t"},
    "applied_epoch":"3","writer":"me","endpoints":7})");

  EXPECT_EQ(parsed.warning, "service: not a string");
  EXPECT_EQ(parsed.record.state, ReportedState::kDrained);
  EXPECT_EQ(parsed.record.service, "");
  EXPECT_THAT(parsed.record.gauges, ElementsAre(Pair("b", 2)));
  EXPECT_THAT(parsed.record.labels, IsEmpty());
  EXPECT_EQ(parsed.record.applied_epoch, std::nullopt);
}

TEST(ParseMemberRecordTest, TheWarningNamesTheFirstBadField) {
  EXPECT_EQ(WarningOf(R"({"labels":{"zone":3}})"), "labels.zone: not a string");
  EXPECT_EQ(WarningOf(R"({"gauges":{"x":true}})"), "gauges.x: not a number");
  EXPECT_EQ(WarningOf(R"({"endpoints":{"x":[]}})"),
            "endpoints.x: not a string");
  EXPECT_EQ(WarningOf(R"({"writer":{"pid":"1"}})"),
            "writer.pid: not a 64-bit integer");
  EXPECT_EQ(WarningOf(R"({"writer":3})"), "writer: not an object");
  EXPECT_EQ(WarningOf(R"({"tasks":3})"), "tasks: not an array");
  EXPECT_EQ(WarningOf(R"({"tasks":[{"id":"a"},4]})"),
            "tasks[1]: not an object");
  EXPECT_EQ(WarningOf(R"({"tasks":[{"id":"a"},{"id":"b","done":{}}]})"),
            "tasks[1].done: not a number");
  EXPECT_EQ(WarningOf(R"({"state":"up"})"),
            "state: not one of the known states");
  EXPECT_EQ(WarningOf(R"({"tasks":[{"id":"a","state":"STUCK"}]})"),
            "tasks[0].state: not one of the known states");
  EXPECT_EQ(WarningOf(R"({"updated_at":"yesterday"})"),
            "updated_at: not an RFC 3339 time");
  EXPECT_EQ(WarningOf(R"({"tasks":[{"id":"a","started_at":5}]})"),
            "tasks[0].started_at: not an RFC 3339 time");
  EXPECT_EQ(WarningOf(R"({"tasks":[{"name":"no id"}]})"),
            "tasks[0].id: missing");
}

TEST(ParseMemberRecordTest, AHostileKeyDoesNotReachTheWarningAsItIs) {
  const std::string warning = WarningOf(
      absl::StrCat(R"({"labels":{"\u001b[2J)", Repeat("ä", 5000), R"(":1}})"));

  EXPECT_THAT(warning, StartsWith("labels. [2J"));
  EXPECT_THAT(warning, Not(HasSubstr("\x1B")));
  EXPECT_LE(warning.size(), 200u);
  EXPECT_TRUE(base::IsValidUtf8(warning));
}

TEST(ParseMemberRecordTest, NumbersOutOfRangeCostOnlyTheirField) {
  const ParsedRecord parsed = Understood(R"({"state":"DEGRADED",
    "gauges":{"a":1e999,"b":2},"applied_epoch":1180591620717411303424,
    "tasks":[{"id":"t","done":-1e9999,"total":18446744073709551615}]})");

  EXPECT_EQ(parsed.warning, "gauges.a: out of range");
  EXPECT_EQ(parsed.record.state, ReportedState::kDegraded);
  EXPECT_THAT(parsed.record.gauges, ElementsAre(Pair("b", 2)));
  EXPECT_EQ(parsed.record.applied_epoch, std::nullopt);
  ASSERT_THAT(parsed.record.tasks, SizeIs(1));
  EXPECT_EQ(parsed.record.tasks[0].done, 0);
  EXPECT_EQ(parsed.record.tasks[0].total, 18446744073709551615.0);
}

TEST(ParseMemberRecordTest, OutOfRangeInAnUnknownFieldIsNoWarning) {
  EXPECT_EQ(WarningOf(R"({"x":[1e999],"service":"a"})"), "");
}

TEST(ParseMemberRecordTest, ManyNumbersOutOfRangeAreOpaque) {
  const std::string numbers = Repeat("1e999,", 10000);

  EXPECT_EQ(OpaqueReasonOf(absl::StrCat(R"({"x":[)", numbers, "1]}")),
            "numbers out of range");
}

TEST(ParseMemberRecordTest, EpochIsExactOverAllOfInt64) {
  EXPECT_EQ(Understood(R"({"applied_epoch":9223372036854775807})")
                .record.applied_epoch,
            INT64_MAX);
  EXPECT_EQ(Understood(R"({"applied_epoch":12.0})").record.applied_epoch, 12);
  EXPECT_EQ(Understood(R"({"applied_epoch":0})").record.applied_epoch, 0);
  EXPECT_EQ(WarningOf(R"({"applied_epoch":-1})"), "applied_epoch: below 0");
  EXPECT_EQ(WarningOf(R"({"applied_epoch":9223372036854775808})"),
            "applied_epoch: not a 64-bit integer");
  EXPECT_EQ(WarningOf(R"({"applied_epoch":1.5})"),
            "applied_epoch: not a 64-bit integer");
}

TEST(ParseMemberRecordTest, NegativeProgressIsDroppedAndHugeProgressKept) {
  const ParsedRecord negative =
      Understood(R"({"tasks":[{"id":"t","done":-5,"total":-1}]})");
  const ParsedRecord huge =
      Understood(R"({"tasks":[{"id":"t","done":1e308,"total":1}]})");

  EXPECT_EQ(negative.warning, "tasks[0].done: below 0");
  EXPECT_EQ(negative.record.tasks[0].done, 0);
  EXPECT_EQ(negative.record.tasks[0].total, std::nullopt);
  EXPECT_EQ(huge.warning, "");
  EXPECT_EQ(huge.record.tasks[0].done, 1e308);
}

TEST(ParseMemberRecordTest, StallAfterIsKeptWithinItsBounds) {
  const auto stall_after = [](std::string_view json_value) {
    return ParseMemberRecord(std::string(R"({"tasks":[{"id":"t",)") +
                             R"("stall_after_s":)" + std::string(json_value) +
                             "}]}")
        .record.tasks.at(0)
        .stall_after;
  };

  EXPECT_EQ(stall_after("300"), absl::Minutes(5));
  EXPECT_EQ(stall_after("0.001"), kMinStallAfter);
  EXPECT_EQ(stall_after("1e300"), kMaxStallAfter);
  EXPECT_EQ(stall_after("31536000"), kMaxStallAfter);
  for (const char* bad : {"0", "-1", "-1e300", "\"5\"", "null"}) {
    EXPECT_EQ(stall_after(bad), kDefaultStallAfter) << bad;
  }
}

TEST(ParseMemberRecordTest, ThousandsOfTasksAreCutToTheFirst) {
  std::string json = R"({"tasks":[)";
  for (int i = 0; i < 4000; ++i) {
    absl::StrAppend(&json, i == 0 ? "" : ",", R"({"id":"t)", i, "\"}");
  }
  json += R"(],"service":"after"})";

  const ParsedRecord parsed = Understood(json);

  EXPECT_EQ(parsed.warning, "tasks[64]: too many");
  ASSERT_THAT(parsed.record.tasks, SizeIs(kMaxTasks));
  EXPECT_EQ(parsed.record.tasks[63].id, "t63");
  EXPECT_EQ(parsed.record.service, "after");
}

TEST(ParseMemberRecordTest, ThousandsOfMapEntriesAreCut) {
  for (const auto& [field, value, kept] :
       {std::tuple{"labels", "\"x\"", kMaxLabels},
        std::tuple{"gauges", "1", kMaxGauges},
        std::tuple{"endpoints", "\"x\"", kMaxEndpoints}}) {
    std::string json = absl::StrCat("{\"", field, "\":{\"k0\":", value);
    for (int i = 1; i < 3000; ++i) {
      absl::StrAppend(&json, ",\"k", i, "\":", value);
    }
    json += "}}";

    const ParsedRecord parsed = Understood(json);

    EXPECT_EQ(parsed.warning,
              absl::StrCat(field, ": 3000 entries are more than ", kept));
    EXPECT_EQ(parsed.record.labels.size() + parsed.record.gauges.size() +
                  parsed.record.endpoints.size(),
              kept);
  }
}

TEST(ParseMemberRecordTest, LongTextIsCutBetweenCharacters) {
  const ParsedRecord parsed =
      Understood(absl::StrCat(R"({"service":")", Repeat("€", 100), "\"}"));

  EXPECT_EQ(parsed.record.service, Repeat("€", 85));  // 255 of 256 bytes
  EXPECT_EQ(parsed.warning, "service: shortened to 256 bytes");
}

TEST(ParseMemberRecordTest, F57_ControlCharactersNeverComeOut) {
  const ParsedRecord parsed = Understood(
      R"({"state_reason":"a\u0000b\nc\u001b[31m\u009bd",
          "labels":{"ok\n":"x","zone":"a\tb","":"y"}})");

  EXPECT_EQ(parsed.record.state_reason, "a b c [31m d");
  EXPECT_THAT(parsed.record.labels, ElementsAre(Pair("zone", "a b")));
  EXPECT_EQ(parsed.warning, "state_reason: has control characters");
}

TEST(ParseMemberRecordTest, F57_CharactersThatOthersMustQuoteStay) {
  EXPECT_THAT(
      Understood(R"({"labels":{"a\"{}\\=,":"\"} 1\\<b>"}})").record.labels,
      ElementsAre(Pair("a\"{}\\=,", "\"} 1\\<b>")));
}

TEST(StateNameTest, EveryNameIsReadBackAndParsingIsStrict) {
  for (const char* name :
       {"STARTING", "UP", "DEGRADED", "DRAINING", "DRAINED", "LEAVING"}) {
    ASSERT_TRUE(ParseReportedState(name).has_value()) << name;
    EXPECT_EQ(ReportedStateName(*ParseReportedState(name)), name);
  }
  for (const char* name : {"RUNNING", "SUCCEEDED", "FAILED", "CANCELLED"}) {
    ASSERT_TRUE(ParseTaskState(name).has_value()) << name;
    EXPECT_EQ(TaskStateName(*ParseTaskState(name)), name);
  }
  for (const char* name : {"", "up", " UP", "UP ", "OFFLINE"}) {
    EXPECT_EQ(ParseReportedState(name), std::nullopt) << name;
    EXPECT_EQ(ParseTaskState(name), std::nullopt) << name;
  }
}

}  // namespace
}  // namespace roster::model
