#include <thread>

#include "tests/unit/rpc/rpc_fixture.h"

namespace roster::monitor {
namespace {

using ::testing::ElementsAre;
using Stub = v1::MembershipService::Stub;

class EventsTest : public RpcTest {
 protected:
  explicit EventsTest(size_t capacity = 1000) : RpcTest(capacity) {}

  // An event without a table.
  void Append(const std::string& member,
              EventType type = EventType::kStatusChanged) {
    Event event;
    event.at = absl::Now();
    event.type = type;
    event.cluster = "alpha";
    event.member = member;
    events_.Append(std::move(event));
  }
  std::vector<uint64_t> Sequences(const v1::ListEventsResponse& response) {
    std::vector<uint64_t> sequences;
    for (const auto& event : response.events())
      sequences.push_back(event.sequence());
    return sequences;
  }
};

class EventStreamReader : public Stream<v1::WatchEventsResponse> {
 public:
  EventStreamReader(Stub& stub, const v1::WatchEventsRequest& request)
      : Stream(stub, &Stub::WatchEvents, request) {}

  // The next event, past signs of life.
  v1::WatchEventsResponse NextEvent() {
    v1::WatchEventsResponse response;
    do {
      response = Next();
    } while (!response.has_event() && !response.resume_token().empty());
    return response;
  }
};

v1::WatchEventsRequest FromOldest() {
  v1::WatchEventsRequest request;
  request.set_from_oldest(true);
  return request;
}

v1::WatchEventsRequest After(const std::string& token) {
  v1::WatchEventsRequest request;
  request.set_resume_token(token);
  return request;
}

class SmallEventsTest : public EventsTest {
 protected:
  SmallEventsTest() : EventsTest(5) {}
};

class LargeEventsTest : public EventsTest {
 protected:
  LargeEventsTest() : EventsTest(100'000) {}
};

TEST_F(LargeEventsTest, F39_EventsAreOrderedUniqueAndResumable) {
  Serve();
  alpha().table().ApplySynced(absl::Now());
  constexpr uint64_t kEvents = 2000;
  const std::jthread writer([&] {
    while (events_.newest() < kEvents) {
      alpha().Up("a");
      alpha().Gone("a");
    }
  });
  // The reader breaks off now and then, and goes on from its token.
  std::string token;
  uint64_t expected = 1;
  int64_t czxid = 0;
  while (expected <= kEvents) {
    EventStreamReader reader(*stub_,
                             token.empty() ? FromOldest() : After(token));
    for (int i = 0; i < 300 && expected <= kEvents; ++i, ++expected) {
      const v1::WatchEventsResponse response = reader.NextEvent();
      const v1::Event& event = response.event();
      ASSERT_EQ(event.sequence(), expected);
      ASSERT_EQ(event.log_id(), kRunId);
      token = response.resume_token();
      // Each carries what was before it.
      if (event.type() == v1::EVENT_TYPE_LOST) {
        ASSERT_EQ(event.status(), v1::MEMBER_STATUS_LOST);
        ASSERT_EQ(event.previous_status(), v1::MEMBER_STATUS_UP);
        ASSERT_EQ(event.czxid(), czxid);
      } else if (event.type() == v1::EVENT_TYPE_JOINED) {
        ASSERT_GT(event.czxid(), czxid);
        czxid = event.czxid();
      }
    }
  }
}

TEST_F(EventsTest, WithoutATokenOnlyWhatComesNow) {
  options_.bookmark_interval = absl::Milliseconds(20);
  Serve();
  Append("old");
  EventStreamReader reader(*stub_, {});
  // Its sign of life shows that it listens.
  const auto bookmark = reader.Next();
  EXPECT_FALSE(bookmark.has_event());
  EXPECT_NE(bookmark.resume_token(), "");
  Append("new");
  EXPECT_EQ(reader.NextEvent().event().member(), "new");
}

TEST_F(EventsTest, SendsOnlyWhatWasAskedFor) {
  AddCluster("beta");
  Serve();
  v1::WatchEventsRequest request = FromOldest();
  request.set_cluster("alpha");
  request.set_member("b");
  EventStreamReader reader(*stub_, request);
  for (const char* name : {"a", "b", "c", "b"}) Append(name);

  EXPECT_EQ(reader.NextEvent().event().sequence(), 2u);
  EXPECT_EQ(reader.NextEvent().event().sequence(), 4u);

  request.set_cluster("gamma");
  EXPECT_EQ(ErrorOf(EventStreamReader(*stub_, request).Finish()),
            "NOT_FOUND/CLUSTER_NOT_FOUND");
}

TEST_F(SmallEventsTest, F39_SaysThatTheHistoryIsTruncated) {
  Serve();
  Append("a");
  std::string token;
  {
    EventStreamReader reader(*stub_, FromOldest());
    token = reader.NextEvent().resume_token();
  }
  for (int i = 0; i < 5; ++i) Append("b");
  // Nothing is missing yet: 2 to 6 are kept.
  EXPECT_EQ(
      EventStreamReader(*stub_, After(token)).NextEvent().event().sequence(),
      2u);
  Append("c");
  const grpc::Status status = EventStreamReader(*stub_, After(token)).Finish();
  EXPECT_EQ(ErrorOf(status), "OUT_OF_RANGE/HISTORY_TRUNCATED");
  EXPECT_EQ(
      DetailOf<google::rpc::ErrorInfo>(status).metadata().at("oldest_sequence"),
      "3");
  // From the oldest kept is always possible.
  EXPECT_EQ(
      EventStreamReader(*stub_, FromOldest()).NextEvent().event().sequence(),
      3u);
}

TEST_F(SmallEventsTest, F49_AReaderThatNeverReadsIsToldWhatItMissed) {
  Serve();
  EventStreamReader reader(*stub_, FromOldest());
  Append("a");
  EXPECT_EQ(reader.NextEvent().event().sequence(), 1u);
  const std::string name(1000, 'x');
  for (int i = 0; i < 5000; ++i) Append(name);

  EXPECT_EQ(ErrorOf(reader.Finish()), "OUT_OF_RANGE/HISTORY_TRUNCATED");
}

TEST_F(EventsTest, F45_SaysThatATokenIsOfAnotherRun) {
  Serve();
  Append("a");
  const auto error = [&](const std::string& token) {
    return ErrorOf(EventStreamReader(*stub_, After(token)).Finish());
  };
  EXPECT_EQ(error("run-0:1"), "OUT_OF_RANGE/HISTORY_OF_ANOTHER_RUN");
  EXPECT_EQ(error("garbage"), "INVALID_ARGUMENT/INVALID_RESUME_TOKEN");
  EXPECT_EQ(error("run-1:99"), "INVALID_ARGUMENT/INVALID_RESUME_TOKEN");
}

TEST_F(EventsTest, ListsPageByPageInBothDirections) {
  Serve();
  for (int i = 0; i < 5; ++i) Append("a");
  v1::ListEventsRequest request;
  request.set_page_size(2);
  v1::ListEventsResponse response;
  ASSERT_TRUE(Call(&Stub::ListEvents, request, &response).ok());
  EXPECT_THAT(Sequences(response), ElementsAre(1, 2));
  request.set_page_token(response.next_page_token());
  ASSERT_TRUE(Call(&Stub::ListEvents, request, &response).ok());
  EXPECT_THAT(Sequences(response), ElementsAre(3, 4));
  request.set_page_token(response.next_page_token());
  ASSERT_TRUE(Call(&Stub::ListEvents, request, &response).ok());
  EXPECT_THAT(Sequences(response), ElementsAre(5));
  EXPECT_EQ(response.next_page_token(), "");

  request.clear_page_token();
  request.set_newest_first(true);
  request.set_page_size(3);
  ASSERT_TRUE(Call(&Stub::ListEvents, request, &response).ok());
  EXPECT_THAT(Sequences(response), ElementsAre(5, 4, 3));
  request.set_page_token(response.next_page_token());
  Append("a");  // newer ones do not disturb
  ASSERT_TRUE(Call(&Stub::ListEvents, request, &response).ok());
  EXPECT_THAT(Sequences(response), ElementsAre(2, 1));
  EXPECT_EQ(response.next_page_token(), "");
}

TEST_F(EventsTest, ListsOnlyWhatWasAskedFor) {
  Serve();
  Append("a", EventType::kJoined);
  Append("b", EventType::kJoined);
  Append("a", EventType::kLost);
  v1::ListEventsRequest request;
  request.set_member("a");
  v1::ListEventsResponse response;
  ASSERT_TRUE(Call(&Stub::ListEvents, request, &response).ok());
  EXPECT_THAT(Sequences(response), ElementsAre(1, 3));
  request.add_types(v1::EVENT_TYPE_LOST);
  ASSERT_TRUE(Call(&Stub::ListEvents, request, &response).ok());
  EXPECT_THAT(Sequences(response), ElementsAre(3));
}

TEST_F(SmallEventsTest, ListsWhatIsKeptAfterTruncation) {
  Serve();
  for (int i = 0; i < 12; ++i) Append("a");
  v1::ListEventsRequest request;
  v1::ListEventsResponse response;
  ASSERT_TRUE(Call(&Stub::ListEvents, request, &response).ok());
  EXPECT_THAT(Sequences(response), ElementsAre(8, 9, 10, 11, 12));
  request.set_newest_first(true);
  ASSERT_TRUE(Call(&Stub::ListEvents, request, &response).ok());
  EXPECT_THAT(Sequences(response), ElementsAre(12, 11, 10, 9, 8));

  // A page whose beginning was dropped meanwhile.
  request.set_newest_first(false);
  request.set_page_size(1);
  ASSERT_TRUE(Call(&Stub::ListEvents, request, &response).ok());
  request.set_page_token(response.next_page_token());
  for (int i = 0; i < 5; ++i) Append("a");
  EXPECT_EQ(ErrorOf(Call(&Stub::ListEvents, request, &response)),
            "OUT_OF_RANGE/HISTORY_TRUNCATED");
}

TEST_F(EventsTest, SaysWhatIsWrongWithAListing) {
  Serve();
  for (int i = 0; i < 3; ++i) Append("a");
  const auto error = [&](const v1::ListEventsRequest& request) {
    v1::ListEventsResponse response;
    return ErrorOf(Call(&Stub::ListEvents, request, &response));
  };
  v1::ListEventsRequest request;
  request.set_page_size(-5);
  EXPECT_EQ(error(request), "INVALID_ARGUMENT/INVALID_ARGUMENT");
  request.set_page_size(1);
  request.add_types(static_cast<v1::EventType>(99));
  EXPECT_EQ(error(request), "INVALID_ARGUMENT/INVALID_ARGUMENT");
  request.clear_types();
  request.set_page_token("garbage");
  EXPECT_EQ(error(request), "INVALID_ARGUMENT/INVALID_PAGE_TOKEN");
  request.clear_page_token();
  v1::ListEventsResponse page;
  ASSERT_TRUE(Call(&Stub::ListEvents, request, &page).ok());
  request.set_page_token(page.next_page_token());
  request.set_newest_first(true);
  EXPECT_EQ(error(request), "INVALID_ARGUMENT/INVALID_PAGE_TOKEN");
}

TEST_F(EventsTest, EndsPolitelyWhenTheServerStops) {
  Serve();
  EventStreamReader reader(*stub_, FromOldest());
  Append("a");
  reader.NextEvent();
  std::thread stopper([&] { server_->Shutdown(absl::Seconds(5)); });
  EXPECT_EQ(ErrorOf(reader.Finish()), "UNAVAILABLE/SERVER_STOPPING");
  stopper.join();
}

}  // namespace
}  // namespace roster::monitor
