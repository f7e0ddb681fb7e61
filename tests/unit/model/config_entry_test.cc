#include "model/config_entry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error_details.h"
#include "tests/support/status_matchers.h"

namespace roster::model {
namespace {

using ::roster::testing::StatusIs;
using ::testing::HasSubstr;
using ::testing::Not;

ConfigEntry Entry(const std::string& value) {
  return {.name = "search/limits",
          .version = 7,
          .value = value,
          .content_type = "application/json",
          .author = "ops",
          .comment = "less \"load\"",
          .at = absl::FromUnixMillis(1700000000123),
          .restored_from = 5,
          .deleted = false,
          .change_id = "0123456789abcdef"};
}

TEST(ConfigEntryTest, ReadsBackEqual) {
  std::string all_bytes;
  for (int i = 0; i < 256; ++i) all_bytes.push_back(static_cast<char>(i));
  for (const std::string& value :
       {std::string(), std::string("x"), std::string("{\"a\":[1,\n2]}\t"),
        std::string("gr\xc3\xbc\xc3\x9f"), std::string("\xff\xfe"),
        std::string("\0", 1), all_bytes}) {
    ConfigEntry entry = Entry(value);
    EXPECT_THAT(ParseConfigEntry(entry.name, SerializeConfigEntry(entry)),
                testing::IsOkAndHolds(entry));
    entry.deleted = true;
    EXPECT_THAT(ParseConfigEntry(entry.name, SerializeConfigEntry(entry)),
                testing::IsOkAndHolds(entry));
  }
}

TEST(ConfigEntryTest, TextStaysReadableAndBytesStayShort) {
  EXPECT_THAT(SerializeConfigEntry(Entry("timeout: 3s\n")),
              HasSubstr(R"("value":"timeout: 3s\n")"));
  // As an escape each would take six characters.
  const std::string most(kMaxConfigValueBytes, '\x01');
  EXPECT_LT(SerializeConfigEntry(Entry(most)).size(),
            kMaxConfigValueBytes * 3 / 2);
}

TEST(ConfigEntryTest, RefusesWhatIsNotWellFormed) {
  for (const char* bytes :
       {"", "x", "[]", R"({"v":1})", R"({"v":2,"version":1})",
        R"({"v":1,"version":0})", R"({"v":1,"version":"1"})",
        R"({"v":1,"version":1,"value":1})",
        R"({"v":1,"version":1,"encoding":"rot13","value":"x"})",
        R"({"v":1,"version":1,"encoding":"base64","value":"?"})",
        R"({"v":1,"version":1,"deleted":"yes"})"})
    EXPECT_THAT(
        ParseConfigEntry("a", bytes),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("config entry")))
        << bytes;
}

TEST(ConfigEntryTest, NodeNamesAndNamesAreOneToOne) {
  for (const char* name : {"a", "a/b", "a/b/c", "a%b", "a%2Fb", "%", "a%252Fb",
                           "gr\xc3\xbc\xc3\x9f"}) {
    const std::string node = ConfigNodeName(name);
    EXPECT_THAT(node, Not(HasSubstr("/")));
    EXPECT_EQ(ConfigNameOfNode(node), name);
  }
  EXPECT_NE(ConfigNodeName("a/b"), ConfigNodeName("a%2Fb"));
  // Nobody but us makes these.
  for (const char* node :
       {"", "%", "a%2fb", "a%41", "%2Fa", "a%2F", "a%2F%2Fb", "..", "a%2F.."})
    EXPECT_EQ(ConfigNameOfNode(node), std::nullopt) << node;
}

TEST(ConfigEntryTest, HistoryNodeNamesAndVersionsAreOneToOne) {
  EXPECT_EQ(ConfigHistoryNodeName(7), "v-0000000007");
  EXPECT_EQ(ConfigVersionOfNode("v-0000000007"), 7);
  EXPECT_EQ(ConfigVersionOfNode(ConfigHistoryNodeName(123456789012)),
            123456789012);
  for (const char* node : {"", "v-", "v-7", "0000000007", "v-000000000x"})
    EXPECT_EQ(ConfigVersionOfNode(node), std::nullopt) << node;
}

TEST(ConfigEntryTest, SaysWhichFieldIsTooLong) {
  ConfigEntry entry = Entry("");
  EXPECT_OK(ValidateConfigEntry(entry));
  entry.author.assign(kMaxConfigAuthorBytes + 1, 'a');
  EXPECT_EQ(base::DetailsOf(ValidateConfigEntry(entry)).field, "author");
  entry = Entry(std::string(kMaxConfigValueBytes + 1, 'v'));
  EXPECT_EQ(base::DetailsOf(ValidateConfigEntry(entry)).reason,
            "CONFIG_TOO_LARGE");
}

}  // namespace
}  // namespace roster::model
