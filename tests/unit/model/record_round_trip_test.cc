#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <string>

#include "model/member_record.h"
#include "model/record_limits.h"
#include "tests/support/status_matchers.h"

namespace roster::model {
namespace {

using roster::testing::StatusIs;
using ::testing::HasSubstr;

constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// RandomRecords makes records that are within the limits.
class RandomRecords {
 public:
  MemberRecord Next() {
    MemberRecord record;
    record.incarnation = Text();
    record.writer = {Text(), static_cast<int64_t>(random_() >> 1), Text()};
    record.service = Text();
    record.version = Text();
    record.state = static_cast<ReportedState>(Below(6));
    record.state_reason = Text();
    record.started_at = Time();
    record.updated_at = Time();
    if (Below(2) == 0)
      record.applied_epoch = static_cast<int64_t>(random_() >> 1);
    for (uint64_t i = Below(4); i > 0; --i) {
      record.labels["l" + Text()] = Text();
      record.endpoints["e" + Text()] = Text();
      record.gauges["g" + Text()] = Number();
    }
    const uint64_t tasks = Below(4);
    for (uint64_t i = 0; i < tasks; ++i) record.tasks.push_back(NextTask(i));
    return record;
  }

 private:
  Task NextTask(uint64_t i) {
    Task task;
    task.id = std::to_string(i) + Text();
    task.name = Text();
    task.state = static_cast<TaskState>(Below(4));
    task.done = std::abs(Number());
    if (Below(2) == 0) task.total = std::abs(Number());
    task.unit = Text();
    task.message = Text();
    task.stall_after = absl::Milliseconds(1000 + Below(31535999000));
    task.started_at = Time();
    task.updated_at = Time();
    return task;
  }

  uint64_t Below(uint64_t bound) { return random_() % bound; }

  std::string Text() {
    constexpr std::string_view kParts[] = {"a", "Z", "0", "\"", "\\", "/",
                                           " ", "ü", "€", "😀",  "{}", "\u00A0"};
    std::string text;
    for (uint64_t i = Below(12); i > 0; --i) {
      text += kParts[Below(std::size(kParts))];
    }
    return text;
  }

  absl::Time Time() {
    if (Below(4) == 0) return absl::InfinitePast();
    return absl::FromUnixNanos(static_cast<int64_t>(random_() >> 1));
  }

  // Any finite double: whole, tiny, huge, negative.
  double Number() {
    if (Below(2) == 0) return static_cast<double>(Below(1'000'000));
    const uint64_t bits = random_();
    double number;
    std::memcpy(&number, &bits, sizeof number);
    return std::isfinite(number) ? number : 0.1;
  }

  std::mt19937_64 random_{20261122};
};

TEST(SerializeMemberRecordTest, WhatIsWrittenReadsBackEqual) {
  RandomRecords records;
  for (int i = 0; i < 500; ++i) {
    const MemberRecord record = records.Next();
    ASSERT_OK_AND_ASSIGN(const std::string json,
                         SerializeMemberRecord(record, kHardMaxRecordBytes));
    const ParsedRecord parsed = ParseMemberRecord(json);
    ASSERT_EQ(parsed.opaque_reason, "") << json;
    ASSERT_EQ(parsed.warning, "") << json;
    ASSERT_EQ(parsed.record, record) << json;
  }
}

TEST(SerializeMemberRecordTest, WritesNoMoreThanNeeded) {
  ASSERT_OK_AND_ASSIGN(const std::string json,
                       SerializeMemberRecord(MemberRecord{}));

  EXPECT_EQ(json, R"({"v":1,"state":"UP"})");
}

TEST(SerializeMemberRecordTest, WritesTheDocumentedForm) {
  MemberRecord record;
  record.service = "api";
  record.applied_epoch = 0;
  record.gauges["queue_depth"] = 42;
  record.updated_at = absl::FromUnixMillis(1795334405123);
  record.tasks.emplace_back().id = "t";
  record.tasks[0].done = 0.5;
  record.tasks[0].total = 1e6;

  ASSERT_OK_AND_ASSIGN(const std::string json, SerializeMemberRecord(record));

  EXPECT_EQ(json,
            R"({"v":1,"service":"api","state":"UP",)"
            R"("updated_at":"2026-11-22T08:00:05.123Z","applied_epoch":0,)"
            R"("gauges":{"queue_depth":42},"tasks":[{"id":"t",)"
            R"("state":"RUNNING","done":0.5,"total":1000000,)"
            R"("stall_after_s":300}]})");
}

TEST(SerializeMemberRecordTest, WritesWhatAReaderWouldKeep) {
  MemberRecord record;
  record.state_reason = std::string(5000, 'x');
  record.tasks.resize(100);
  for (size_t i = 0; i < 100; ++i) record.tasks[i].id = std::to_string(i);

  ASSERT_OK_AND_ASSIGN(const std::string json,
                       SerializeMemberRecord(record, kHardMaxRecordBytes));
  const ParsedRecord parsed = ParseMemberRecord(json);

  ApplyRecordLimits(record);
  EXPECT_EQ(parsed.record, record);
  EXPECT_EQ(parsed.warning, "");
}

TEST(SerializeMemberRecordTest, F11_RefusesWhatIsTooLong) {
  MemberRecord record;
  record.service = "api";
  ASSERT_OK_AND_ASSIGN(const std::string json, SerializeMemberRecord(record));

  EXPECT_OK(SerializeMemberRecord(record, json.size()));
  EXPECT_THAT(SerializeMemberRecord(record, json.size() - 1),
              StatusIs(kInvalid, HasSubstr("bytes are more than")));
}

TEST(SerializeMemberRecordTest, F11_NeverWritesWhatNoReaderTakes) {
  MemberRecord record;
  for (size_t i = 0; i < kMaxTasks; ++i) {
    Task& task = record.tasks.emplace_back();
    task.id = std::to_string(i);
    task.message = std::string(kMaxMessageBytes, 'm');
  }

  EXPECT_THAT(SerializeMemberRecord(record, 1 << 20),
              StatusIs(kInvalid, HasSubstr("are more than 65536")));
}

TEST(SerializeMemberRecordTest, F11_RefusesInvalidUtf8AndNamesTheField) {
  MemberRecord record;
  record.labels["zone"] = "\xC3(";
  EXPECT_THAT(SerializeMemberRecord(record),
              StatusIs(kInvalid, HasSubstr("labels: not valid UTF-8")));

  record = {};
  record.tasks.emplace_back().message = "\xFF";
  EXPECT_THAT(SerializeMemberRecord(record),
              StatusIs(kInvalid, HasSubstr("message: not valid UTF-8")));
}

TEST(SerializeMemberRecordTest, RefusesNumbersThatJsonCannotSay) {
  for (double bad : {kInfinity, -kInfinity, std::nan("")}) {
    MemberRecord record;
    record.gauges["x"] = bad;
    EXPECT_THAT(SerializeMemberRecord(record),
                StatusIs(kInvalid, HasSubstr("gauges: not a finite number")));

    record = {};
    record.tasks.emplace_back().total = bad;
    EXPECT_THAT(SerializeMemberRecord(record),
                StatusIs(kInvalid, HasSubstr("total: not a finite number")));
  }
}

}  // namespace
}  // namespace roster::model
