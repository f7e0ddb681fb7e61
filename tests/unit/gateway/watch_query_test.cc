#include "monitor/gateway/watch_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error_details.h"
#include "tests/support/status_matchers.h"

namespace roster::monitor {
namespace {

using testing::StatusIs;

TEST(WatchQueryTest, AsksForMembersByDefault) {
  ASSERT_OK_AND_ASSIGN(const WatchQuery query, ParseWatchQuery({}));
  EXPECT_TRUE(query.members);
  EXPECT_FALSE(query.events);
  EXPECT_FALSE(query.operations);
  EXPECT_TRUE(query.selector.MatchesAll());
}

TEST(WatchQueryTest, ReadsEverything) {
  ASSERT_OK_AND_ASSIGN(
      const WatchQuery query,
      ParseWatchQuery({.query = "cluster=c&selector=zone%3Da&member=m"
                                "&what=events,operations&from_oldest=1"
                                "&last_event_id=old",
                       .headers = {{"last-event-id", "new"}}}));
  EXPECT_EQ(query.cluster, "c");
  EXPECT_EQ(query.selector.text(), "zone=a");
  EXPECT_EQ(query.member, "m");
  EXPECT_FALSE(query.members);
  EXPECT_TRUE(query.events);
  EXPECT_TRUE(query.operations);
  EXPECT_TRUE(query.from_oldest);
  EXPECT_EQ(query.last_id, "new");
}

TEST(WatchQueryTest, AFlagIsTrueOrFalse) {
  for (const char* query : {"from_oldest=true", "from_oldest=1", "from_oldest"})
    EXPECT_TRUE(ParseWatchQuery({.query = query})->from_oldest) << query;
  for (const char* query : {"from_oldest=false", "from_oldest=0", ""})
    EXPECT_FALSE(ParseWatchQuery({.query = query})->from_oldest) << query;
}

TEST(WatchQueryTest, RefusesWhatItDoesNotKnow) {
  for (const char* query :
       {"what=", "what=all", "what=members,", "slector=a", "selector=%28",
        "cluster=%zz", "from_oldest=maybe", "from_oldest=True",
        "member=a&member=b", "selector=a%3Db&selector=a%3Dc"})
    EXPECT_THAT(ParseWatchQuery({.query = query}).status(),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << query;
}

}  // namespace
}  // namespace roster::monitor
