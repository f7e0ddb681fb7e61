#include "monitor/http/http_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/status_matchers.h"

namespace roster::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using testing::IsOkAndHolds;
using ::testing::Pair;
using testing::StatusIs;

TEST(HttpQueryTest, DecodesNamesAndValues) {
  EXPECT_THAT(ParseHttpQuery(""), IsOkAndHolds(IsEmpty()));
  EXPECT_THAT(ParseHttpQuery("a=1&&b=x%20y+z&c&%64=e%3Df=g"),
              IsOkAndHolds(ElementsAre(Pair("a", "1"), Pair("b", "x y z"),
                                       Pair("c", ""), Pair("d", "e=f=g"))));
}

TEST(HttpQueryTest, F59_RefusesWhatCannotBeDecoded) {
  for (const char* query : {"a=%", "a=%2", "a=%zz", "%=1", "a=%ff", "a=%c3"})
    EXPECT_THAT(ParseHttpQuery(query).status(),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << query;
  std::string many;
  for (int i = 0; i < 257; ++i) many += "a=1&";
  EXPECT_THAT(ParseHttpQuery(many).status(),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(HttpQueryTest, FindsTheFirstOfAName) {
  const HttpQuery query = {{"a", "1"}, {"a", "2"}};
  EXPECT_EQ(QueryValue(query, "a"), "1");
  EXPECT_EQ(QueryValue(query, "b"), "");
}

}  // namespace
}  // namespace roster::monitor
