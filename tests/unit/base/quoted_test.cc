#include "base/quoted.h"

#include <gtest/gtest.h>

namespace roster::base {
namespace {

TEST(QuotedTest, AValueEndsWhereItsQuotesEnd) {
  EXPECT_EQ(Quoted(""), R"("")");
  EXPECT_EQ(Quoted("größer"), R"("größer")");
  EXPECT_EQ(Quoted(R"(budget "web": \ 1)"), R"("budget \"web\": \\ 1")");
  EXPECT_EQ(Quoted("a\nlevel=fatal"), R"("a\nlevel=fatal")");
  EXPECT_EQ(Quoted("a\xff"), "\"a\ufffd\"");
}

}  // namespace
}  // namespace roster::base
