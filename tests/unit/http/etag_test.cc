#include "monitor/http/etag.h"

#include <gtest/gtest.h>

namespace roster::monitor {
namespace {

TEST(ETagTest, IsNamedAloneInAListAndByAStar) {
  EXPECT_TRUE(NamesETag("\"a\"", "\"a\""));
  EXPECT_TRUE(NamesETag("\"x\" ,\t\"a\",\"y\"", "\"a\""));
  EXPECT_TRUE(NamesETag("*", "\"a\""));
}

TEST(ETagTest, WeakOnesAreEqualToStrongOnes) {
  EXPECT_TRUE(NamesETag("W/\"a\"", "\"a\""));
  EXPECT_TRUE(NamesETag("\"a\"", "W/\"a\""));
  EXPECT_TRUE(NamesETag("W/\"a\"", "W/\"a\""));
}

TEST(ETagTest, WhatIsNotNamedIsSent) {
  for (const char* header : {"", ",", "a", "\"b\"", "\"a", "w/\"a\"", "\"aa\"",
                             "\"W/a\"", "**", "\x80\xff"})
    EXPECT_FALSE(NamesETag(header, "\"a\"")) << header;
}

}  // namespace
}  // namespace roster::monitor
