#include "cli/text.h"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "cli/nearest.h"
#include "tests/support/status_matchers.h"

namespace roster::cli {
namespace {

using ::roster::testing::IsOkAndHolds;
using ::roster::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using namespace std::string_literals;  // NUL in literals

TEST(VisibleTest, LeavesOrdinaryTextAlone) {
  EXPECT_EQ(Visible("web-01.example:8080#2"), "web-01.example:8080#2");
  EXPECT_EQ(Visible("größer 中文 日本 é"), "größer 中文 日本 é");
  EXPECT_EQ(Visible(""), "");
}

TEST(VisibleTest, ShowsWhatATerminalWouldObey) {
  EXPECT_EQ(Visible("\x1b[31mred"), "\\x1b[31mred");
  EXPECT_EQ(Visible("\x1b]0;title\x07"), "\\x1b]0;title\\x07");
  EXPECT_EQ(Visible("a\nb\rc\td\x7f"), "a\\x0ab\\x0dc\\x09d\\x7f");
  EXPECT_EQ(Visible("a\0b"s), "a\\x00b");
  // C1 control characters: some terminals take U+009B for ESC [.
  EXPECT_EQ(Visible("\xc2\x9b"
                    "31m"),
            "\\u{9b}31m");
}

TEST(VisibleTest, ShowsWhatTheEyeWouldNotSee) {
  EXPECT_EQ(Visible("a\u202egpj.exe"), "a\\u{202e}gpj.exe");
  EXPECT_EQ(Visible("web\u200b-01"), "web\\u{200b}-01");
  EXPECT_EQ(Visible("\ufeffx"), "\\u{feff}x");
  EXPECT_EQ(Visible("\u2028"), "\\u{2028}");
}

TEST(VisibleTest, ShowsBytesThatAreNotUtf8) {
  EXPECT_EQ(Visible("a\xff\xfe"), "a\\xff\\xfe");
  EXPECT_EQ(Visible("\xe4\xb8"), "\\xe4\\xb8");           // cut short
  EXPECT_EQ(Visible("\xc0\xaf"), "\\xc0\\xaf");           // overlong
  EXPECT_EQ(Visible("\xed\xa0\x80"), "\\xed\\xa0\\x80");  // a surrogate
}

TEST(DisplayWidthTest, MeasuresColumns) {
  EXPECT_EQ(DisplayWidth("abc"), 3);
  EXPECT_EQ(DisplayWidth("中文"), 4);
  EXPECT_EQ(DisplayWidth("e\u0301"), 1);
}

TEST(FitTest, CutsAtColumnsNotBytes) {
  EXPECT_EQ(Fit("abcdef", 6), "abcdef");
  EXPECT_EQ(Fit("abcdefg", 6), "abc...");
  EXPECT_EQ(Fit("中文中文", 8), "中文中文");
  // A wide character that would only half fit is left out.
  EXPECT_EQ(Fit("中文中文", 6), "中...");
}

TEST(FitTest, LimitsCombiningCharacters) {
  std::string piled = "x";
  for (int i = 0; i < 1000; ++i) piled += "\u0301";
  EXPECT_LT(Fit(piled, 10).size(), 12u);
}

TEST(HumanDurationTest, UsesTwoUnitsAtMost) {
  EXPECT_EQ(HumanDuration(absl::Seconds(-5)), "0s");
  EXPECT_EQ(HumanDuration(absl::Milliseconds(1999)), "1s");
  EXPECT_EQ(HumanDuration(absl::Seconds(59)), "59s");
  EXPECT_EQ(HumanDuration(absl::Seconds(60)), "1m");
  EXPECT_EQ(HumanDuration(absl::Seconds(250)), "4m10s");
  EXPECT_EQ(HumanDuration(absl::Minutes(185)), "3h05m");
  EXPECT_EQ(HumanDuration(absl::Hours(52)), "2d4h");
  EXPECT_EQ(HumanDuration(absl::Hours(41 * 24 + 5)), "41d");
  EXPECT_EQ(HumanDuration(absl::InfiniteDuration()), "-");
  EXPECT_EQ(HumanDuration(-absl::InfiniteDuration()), "0s");
}

TEST(HumanNumberTest, KeepsFewDigits) {
  EXPECT_EQ(HumanNumber(0), "0");
  EXPECT_EQ(HumanNumber(42), "42");
  EXPECT_EQ(HumanNumber(3.5), "3.5");
  EXPECT_EQ(HumanNumber(0.25), "0.25");
  EXPECT_EQ(HumanNumber(999), "999");
  EXPECT_EQ(HumanNumber(999.97), "1k");
  EXPECT_EQ(HumanNumber(12'300), "12.3k");
  EXPECT_EQ(HumanNumber(999'960), "1M");
  EXPECT_EQ(HumanNumber(1'200'000), "1.2M");
  EXPECT_EQ(HumanNumber(-12'300), "-12.3k");
  EXPECT_EQ(HumanNumber(1e30), "1.0e+30");
  EXPECT_EQ(HumanNumber(std::numeric_limits<double>::infinity()), "inf");
}

TEST(HumanAmountTest, NamesBytesOnly) {
  EXPECT_EQ(HumanAmount(1.2e9, "bytes"), "1.2GB");
  EXPECT_EQ(HumanAmount(1.2e9, "files"), "1.2G");
  EXPECT_EQ(HumanRate(12'300, "documents"), "12.3k/s");
}

TEST(HumanGaugeTest, ReadsTheUnitInTheName) {
  EXPECT_EQ(HumanGauge("cpu_ratio", 0.31), "31%");
  EXPECT_EQ(HumanGauge("memory_bytes", 1.5e6), "1.5MB");
  EXPECT_EQ(HumanGauge("lag_seconds", 250), "4m10s");
  EXPECT_EQ(HumanGauge("lag_seconds", 0.5), "0.5s");
  EXPECT_EQ(HumanGauge("queue_depth", 42), "42");
}

TEST(PercentTest, RoundsDownSoThatOnlyTheEndIs100) {
  EXPECT_EQ(Percent(0), "0%");
  EXPECT_EQ(Percent(0.29), "29%");
  EXPECT_EQ(Percent(0.999), "99%");
  EXPECT_EQ(Percent(1), "100%");
  EXPECT_EQ(Percent(7), "100%");
  EXPECT_EQ(Percent(-1), "0%");
  EXPECT_EQ(Percent(std::numeric_limits<double>::quiet_NaN()), "-");
}

TEST(BarTest, FillsUp) {
  EXPECT_EQ(Bar(0.0, 10), "[..........]");
  EXPECT_EQ(Bar(0.4, 10), "[####......]");
  EXPECT_EQ(Bar(0.999, 10), "[#########.]");
  EXPECT_EQ(Bar(1.0, 10), "[##########]");
  EXPECT_EQ(Bar(-3.0, 10), "[..........]");
  EXPECT_EQ(Bar(std::nullopt, 10), "[     ?    ]");
}

TEST(ParseDurationTest, ReadsWhatPeopleWrite) {
  EXPECT_THAT(ParseDuration("500ms"), IsOkAndHolds(absl::Milliseconds(500)));
  EXPECT_THAT(ParseDuration("1h30m"), IsOkAndHolds(absl::Minutes(90)));
  EXPECT_THAT(ParseDuration("2d"), IsOkAndHolds(absl::Hours(48)));
  EXPECT_THAT(ParseDuration("2d12h"), IsOkAndHolds(absl::Hours(60)));
}

TEST(ParseDurationTest, RefusesEverythingElse) {
  for (const char* text : {"", "x", "10", "-5s", "d", "2dd", "1h x"}) {
    EXPECT_THAT(ParseDuration(text),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << text;
  }
}

TEST(NearestTest, FindsTypingErrors) {
  const std::vector<std::string> names = {"web-01", "web-02", "mailer"};
  EXPECT_THAT(Nearest("wbe-01", names, 3), ElementsAre("web-01", "web-02"));
  EXPECT_THAT(Nearest("MAILR", names, 3), ElementsAre("mailer"));
  EXPECT_THAT(Nearest("we", names, 1), ElementsAre("web-01"));
  EXPECT_THAT(Nearest("printer", names, 3), IsEmpty());
  EXPECT_THAT(Nearest("", names, 3), IsEmpty());
}

TEST(NearestTest, ShowsControlCharactersInWhatItSuggests) {
  EXPECT_EQ(DidYouMean({"a\x1b"}), "; did you mean 'a\\x1b'?");
}

}  // namespace
}  // namespace roster::cli
