#include "base/odd_character.h"

#include <gtest/gtest.h>

namespace roster::base {
namespace {

TEST(OddCharacterTest, WhatPeopleWriteIsNotOdd) {
  EXPECT_EQ(FindOddCharacter(""), "");
  EXPECT_EQ(FindOddCharacter("kernel upgrade, OPS-12 \"now\""), "");
  EXPECT_EQ(FindOddCharacter("größer · 机器 · дом · \u05d1\u05d9\u05ea"), "");
  // Persian and emoji are written with joiners.
  EXPECT_EQ(FindOddCharacter("\u0645\u06cc\u200c\u062e"), "");
  EXPECT_EQ(FindOddCharacter("\U0001f469\u200d\U0001f680"), "");
}

TEST(OddCharacterTest, WhatDoesSomethingToTheLineIsFoundWithItsPlace) {
  EXPECT_EQ(FindOddCharacter("a\nb"), "U+000A at byte 1");
  EXPECT_EQ(FindOddCharacter("\x1b[2J"), "U+001B at byte 0");
  EXPECT_EQ(FindOddCharacter("é\u0085"), "U+0085 at byte 2");
  EXPECT_EQ(FindOddCharacter("ab\u202edc"), "U+202E at byte 2");
  EXPECT_EQ(FindOddCharacter("ab\u2067dc"), "U+2067 at byte 2");
  EXPECT_EQ(FindOddCharacter("a\u2028"), "U+2028 at byte 1");
  EXPECT_EQ(FindOddCharacter("a\u2029"), "U+2029 at byte 1");
  EXPECT_EQ(FindOddCharacter("\ufeffa"), "U+FEFF at byte 0");
  EXPECT_EQ(FindOddCharacter("\U0001f469\U000e0041"), "U+E0041 at byte 4");
}

TEST(OddCharacterTest, WhatPeopleWriteStaysAsItIsWhenOthersAreSpeltOut) {
  const std::string plain =
      "größer \\ \"机器\" \u05d1 \u0645\u06cc\u200c\u062e \U0001f469\u200d";
  EXPECT_EQ(EscapeOddCharacters(plain), plain);
  EXPECT_EQ(EscapeOddCharacters(""), "");
}

TEST(OddCharacterTest, WhatDoesSomethingToTheLineIsSpeltOut) {
  EXPECT_EQ(EscapeOddCharacters("a\nb\r\x1b[2J"), R"(a\nb\x0d\x1b[2J)");
  EXPECT_EQ(EscapeOddCharacters("é\u0085 ab\u202edc\u202c"),
            R"(é\u{85} ab\u{202e}dc\u{202c})");
  EXPECT_EQ(EscapeOddCharacters("\U000e0041\ufeff"), R"(\u{e0041}\u{feff})");
  EXPECT_EQ(EscapeOddCharacters(std::string_view("a\0b\xff", 4)),
            "a\\x00b\ufffd");
}

}  // namespace
}  // namespace roster::base
