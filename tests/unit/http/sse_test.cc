#include "monitor/http/sse.h"

#include <gtest/gtest.h>

#include <string>

namespace roster::monitor {
namespace {

std::string Event(std::string_view id, std::string_view data) {
  std::string text;
  AppendSseEvent("member", id, data, &text);
  return text;
}

TEST(SseTest, WritesNameIdAndData) {
  EXPECT_EQ(Event("7", "{}"), "event: member\nid: 7\ndata: {}\n\n");
  EXPECT_EQ(Event("", "{}"), "event: member\ndata: {}\n\n");
  EXPECT_EQ(Event("", ""), "event: member\ndata: \n\n");
}

TEST(SseTest, F57_NoDataCanForgeAnEvent) {
  EXPECT_EQ(Event("", "a\nb\r\nc\rd\n\nevent: forged"),
            "event: member\ndata: a\ndata: b\ndata: c\ndata: d\ndata: \n"
            "data: event: forged\n\n");
}

TEST(SseTest, SaysWhenToComeBack) {
  std::string text;
  AppendSseRetry(1000, &text);
  EXPECT_EQ(text, "retry: 1000\n\n");
}

}  // namespace
}  // namespace roster::monitor
