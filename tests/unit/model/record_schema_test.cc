// Holds docs/schema/member-record.schema.json and the codec together: whoever
// writes records in another language has only the schema.

#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <string>

#include "model/member_record.h"
#include "model/record_limits.h"
#include "nlohmann/json.hpp"
#include "tests/support/status_matchers.h"

namespace roster::model {
namespace {

using Json = nlohmann::json;

Json Schema() {
  std::ifstream file(ROSTER_RECORD_SCHEMA);
  return Json::parse(file);
}

std::set<std::string> Keys(const Json& object) {
  std::set<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.insert(key);
  return keys;
}

// A record in which no field has its default, so that each is written.
MemberRecord FullRecord() {
  MemberRecord record;
  record.incarnation = record.service = record.version = "x";
  record.writer = {"h", 1, "s"};
  record.state_reason = "r";
  record.endpoints["e"] = record.labels["l"] = "v";
  record.started_at = record.updated_at = absl::UnixEpoch();
  record.applied_epoch = 1;
  record.gauges["g"] = 1;
  Task& task = record.tasks.emplace_back();
  task.id = task.name = task.unit = task.message = "t";
  task.total = 1;
  task.started_at = task.updated_at = absl::UnixEpoch();
  return record;
}

TEST(RecordSchemaTest, DescribesExactlyTheFieldsThatAreWritten) {
  const Json properties = Schema()["properties"];
  ASSERT_OK_AND_ASSIGN(const std::string text,
                       SerializeMemberRecord(FullRecord()));
  const Json json = Json::parse(text);

  EXPECT_EQ(Keys(properties), Keys(json));
  EXPECT_EQ(Keys(properties["writer"]["properties"]), Keys(json["writer"]));
  EXPECT_EQ(Keys(properties["tasks"]["items"]["properties"]),
            Keys(json["tasks"][0]));
}

TEST(RecordSchemaTest, EveryFieldHasADescription) {
  const Json properties = Schema()["properties"];
  for (const Json& fields : {properties, properties["writer"]["properties"],
                             properties["tasks"]["items"]["properties"]}) {
    for (const auto& [name, field] : fields.items()) {
      EXPECT_FALSE(field["description"].get<std::string>().empty()) << name;
    }
  }
}

TEST(RecordSchemaTest, ItsExamplesReadWithoutAWarning) {
  const Json schema = Schema();
  for (const Json& example : schema["examples"]) {
    const ParsedRecord parsed = ParseMemberRecord(example.dump());
    EXPECT_EQ(parsed.opaque_reason, "") << example;
    EXPECT_EQ(parsed.warning, "") << example;
  }
}

TEST(RecordSchemaTest, HasTheStatesThatAreRead) {
  const Json properties = Schema()["properties"];
  for (const Json& state : properties["state"]["enum"]) {
    if (state.is_null()) continue;
    EXPECT_TRUE(ParseReportedState(state.get<std::string>())) << state;
  }
  for (const Json& state :
       properties["tasks"]["items"]["properties"]["state"]["enum"]) {
    if (state.is_null()) continue;
    EXPECT_TRUE(ParseTaskState(state.get<std::string>())) << state;
  }
  EXPECT_EQ(properties["state"]["enum"].size(), 6u + 1);
}

TEST(RecordSchemaTest, HasTheLimitsThatAreApplied) {
  const Json schema = Schema();
  const Json& fields = schema["properties"];
  const Json& task = fields["tasks"]["items"]["properties"];

  EXPECT_EQ(fields["tasks"]["maxItems"], kMaxTasks);
  EXPECT_EQ(fields["labels"]["maxProperties"], kMaxLabels);
  EXPECT_EQ(fields["gauges"]["maxProperties"], kMaxGauges);
  EXPECT_EQ(fields["endpoints"]["maxProperties"], kMaxEndpoints);
  EXPECT_EQ(schema["$defs"]["key"]["maxLength"], kMaxKeyBytes);
  EXPECT_EQ(fields["service"]["maxLength"], kMaxTextBytes);
  EXPECT_EQ(fields["state_reason"]["maxLength"], kMaxMessageBytes);
  EXPECT_EQ(task["message"]["maxLength"], kMaxMessageBytes);
  EXPECT_EQ(task["stall_after_s"]["default"],
            absl::ToInt64Seconds(kDefaultStallAfter));
  EXPECT_EQ(task["stall_after_s"]["minimum"],
            absl::ToInt64Seconds(kMinStallAfter));
  EXPECT_EQ(task["stall_after_s"]["maximum"],
            absl::ToInt64Seconds(kMaxStallAfter));
}

}  // namespace
}  // namespace roster::model
