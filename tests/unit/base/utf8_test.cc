#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace roster::base {
namespace {

constexpr char kReplacement[] = "\xEF\xBF\xBD";

std::string Replacements(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += kReplacement;
  return text;
}

TEST(Utf8Test, TakesTheFirstAndLastCharacterOfEachLength) {
  for (const char* text :
       {"", "\x01", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80",
        "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80",
        "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(IsValidUtf8(text)) << text;
    EXPECT_EQ(ToValidUtf8(text), text);
  }
  EXPECT_TRUE(IsValidUtf8(std::string(3, '\0')));
}

TEST(Utf8Test, RefusesOverlongFormsSurrogatesAndWhatIsBeyondUnicode) {
  for (const char* text :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80",
        "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xFF"}) {
    EXPECT_FALSE(IsValidUtf8(text));
  }
}

TEST(Utf8Test, RefusesCharactersThatAreCutShort) {
  const std::string emoji = "\xF0\x9F\x98\x80";
  for (size_t length = 1; length < emoji.size(); ++length) {
    EXPECT_FALSE(IsValidUtf8(emoji.substr(0, length))) << length;
    EXPECT_FALSE(IsValidUtf8(emoji.substr(0, length) + "a")) << length;
  }
}

TEST(Utf8Test, FindsOneBadByteAtAnyPlaceInLongText) {
  for (size_t at = 0; at < 40; ++at) {
    std::string text(40, 'a');
    text[at] = '\xFF';
    EXPECT_FALSE(IsValidUtf8(text)) << at;
  }
}

// The examples of The Unicode Standard 15.0, tables 3-8 to 3-11.
TEST(Utf8Test, ReplacesEachMaximalIllFormedPart) {
  EXPECT_EQ(ToValidUtf8("\xC0\xAF\xE0\x80\xBF\xF0\x81\x82\x41"),
            Replacements(8) + "A");
  EXPECT_EQ(ToValidUtf8("\xED\xA0\x80\xED\xBF\xBF\xED\xAF\x41"),
            Replacements(8) + "A");
  EXPECT_EQ(ToValidUtf8("\xF4\x91\x92\x93\xFF\x41\x80\xBF\x42"),
            Replacements(5) + "A" + Replacements(2) + "B");
  EXPECT_EQ(ToValidUtf8("\xE1\x80\xE2\xF0\x91\x92\xF1\xBF\x41"),
            Replacements(4) + "A");
}

TEST(Utf8Test, KeepsWhatIsAroundABadPart) {
  EXPECT_EQ(ToValidUtf8("caf\xE9 zürich"),
            std::string("caf") + kReplacement + " zürich");
}

TEST(TruncateUtf8Test, NeverCutsACharacterInTwo) {
  const std::string text = "aü€😀";  // 1 + 2 + 3 + 4 bytes
  const size_t kLengths[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (size_t max = 0; max < std::size(kLengths); ++max) {
    EXPECT_EQ(TruncateUtf8(text, max), text.substr(0, kLengths[max])) << max;
  }
}

}  // namespace
}  // namespace roster::base
