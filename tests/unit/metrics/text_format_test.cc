#include "monitor/metrics/text_format.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <limits>

namespace roster::monitor {
namespace {

using std::string_literals::operator""s;

std::string LabelValue(std::string_view value) {
  std::string out;
  AppendLabelValue(value, out);
  return out;
}

std::string Number(double value) {
  std::string out;
  AppendNumber(value, out);
  return out;
}

TEST(TextFormatTest, F57_EscapesWhatWouldEndALabel) {
  EXPECT_EQ(LabelValue("plain-1.example"), "plain-1.example");
  EXPECT_EQ(LabelValue("a\"b"), "a\\\"b");
  EXPECT_EQ(LabelValue("a\\b"), "a\\\\b");
  EXPECT_EQ(LabelValue("a\nb"), "a\\nb");
  EXPECT_EQ(LabelValue("a{b}=\"c\","), "a{b}=\\\"c\\\",");
}

TEST(TextFormatTest, F57_KeepsUtf8AndReplacesWhatIsNot) {
  EXPECT_EQ(LabelValue("zürich"), "zürich");
  EXPECT_EQ(LabelValue("a\xff\"b"), "a\uFFFD\\\"b");
  EXPECT_EQ(LabelValue("a\0b"s), "a\uFFFDb");
}

TEST(TextFormatTest, WritesTheShortestNumberThatReadsBack) {
  EXPECT_EQ(Number(0), "0");
  EXPECT_EQ(Number(120'000), "120000");
  EXPECT_EQ(Number(0.1), "0.1");
  EXPECT_EQ(Number(-2.5), "-2.5");
  for (const double value :
       {1'763'800'000.123, 1e300, std::numeric_limits<double>::denorm_min()})
    EXPECT_EQ(std::strtod(Number(value).c_str(), nullptr), value);
}

TEST(TextFormatTest, WritesWhatIsNoNumberAsPrometheusDoes) {
  EXPECT_EQ(Number(std::nan("")), "NaN");
  EXPECT_EQ(Number(std::numeric_limits<double>::infinity()), "+Inf");
  EXPECT_EQ(Number(-std::numeric_limits<double>::infinity()), "-Inf");
}

TEST(TextFormatTest, MakesLabelNames) {
  EXPECT_EQ(LabelName("zone"), "zone");
  EXPECT_EQ(LabelName("app.kubernetes.io/name"), "app_kubernetes_io_name");
  EXPECT_EQ(LabelName("é"), "__");
}

}  // namespace
}  // namespace roster::monitor
