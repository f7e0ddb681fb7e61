#include "monitor/state/event_log.h"

#include <set>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace roster::monitor {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

Event Of(std::string member) {
  Event event;
  event.member = std::move(member);
  return event;
}

std::vector<uint64_t> SequencesAfter(const EventLog& log, uint64_t sequence,
                                     size_t limit = 1000) {
  const auto events = log.ReadAfter(sequence, limit);
  EXPECT_TRUE(events.ok()) << events.status();
  std::vector<uint64_t> sequences;
  if (events.ok())
    for (const EventPtr& event : *events) sequences.push_back(event->sequence);
  return sequences;
}

TEST(EventLogTest, AnEmptyLogHasNothingToRead) {
  const EventLog log("id", 10);

  EXPECT_EQ(log.id(), "id");
  EXPECT_EQ(log.newest(), 0u);
  EXPECT_EQ(log.oldest(), 1u);
  EXPECT_THAT(SequencesAfter(log, 0), IsEmpty());
}

TEST(EventLogTest, NumbersFromOneWithoutGaps) {
  EventLog log("id", 10);
  EXPECT_EQ(log.Append(Of("a"))->sequence, 1u);
  EXPECT_EQ(log.Append(Of("b"))->sequence, 2u);
  EXPECT_EQ(log.Append(Of("c"))->sequence, 3u);

  EXPECT_THAT(SequencesAfter(log, 0), ElementsAre(1, 2, 3));
  EXPECT_THAT(SequencesAfter(log, 1), ElementsAre(2, 3));
  EXPECT_THAT(SequencesAfter(log, 3), IsEmpty());
}

TEST(EventLogTest, ReadsPageByPage) {
  EventLog log("id", 10);
  for (int i = 0; i < 5; ++i) log.Append(Of("m"));

  EXPECT_THAT(SequencesAfter(log, 0, 2), ElementsAre(1, 2));
  EXPECT_THAT(SequencesAfter(log, 2, 2), ElementsAre(3, 4));
  EXPECT_THAT(SequencesAfter(log, 4, 2), ElementsAre(5));
  EXPECT_THAT(SequencesAfter(log, 4, 0), IsEmpty());
}

TEST(EventLogTest, KeepsTheNewestOnly) {
  EventLog log("id", 3);
  for (int i = 0; i < 10; ++i) log.Append(Of("m"));

  EXPECT_EQ(log.oldest(), 8u);
  EXPECT_EQ(log.newest(), 10u);
  EXPECT_THAT(SequencesAfter(log, 0), ElementsAre(8, 9, 10));
  EXPECT_THAT(SequencesAfter(log, 7), ElementsAre(8, 9, 10));
}

TEST(EventLogTest, SaysWhenEventsWereDroppedOrAreOfTheFuture) {
  EventLog log("id", 3);
  for (int i = 0; i < 10; ++i) log.Append(Of("m"));

  EXPECT_THAT(log.ReadAfter(6, 10),
              testing::StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(log.ReadAfter(11, 10),
              testing::StatusIs(absl::StatusCode::kOutOfRange));
  EXPECT_THAT(log.ReadAfter(UINT64_MAX, 10),
              testing::StatusIs(absl::StatusCode::kOutOfRange));
}

TEST(EventLogTest, WithoutCapacityItNumbersAllTheSame) {
  EventLog log("id", 0);
  EXPECT_EQ(log.Append(Of("a"))->sequence, 1u);
  EXPECT_EQ(log.Append(Of("b"))->sequence, 2u);

  EXPECT_EQ(log.oldest(), 3u);
  EXPECT_THAT(SequencesAfter(log, 0), IsEmpty());
  EXPECT_THAT(SequencesAfter(log, 2), IsEmpty());
}

TEST(EventLogTest, TheListenerMayReadTheLog) {
  EventLog log("id", 10);
  std::vector<uint64_t> heard;
  log.SetListener([&](const EventPtr& event) {
    const auto sequences = SequencesAfter(log, event->sequence - 1);
    heard.insert(heard.end(), sequences.begin(), sequences.end());
  });

  log.Append(Of("a"));
  log.Append(Of("b"));

  EXPECT_THAT(heard, ElementsAre(1, 2));
}

TEST(EventLogTest, ManyWritersAndAReaderSeeEachEventOnceInOrder) {
  constexpr int kWriters = 4;
  constexpr int kEach = 2000;
  EventLog log("id", kWriters * kEach);
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&log, w] {
      for (int i = 0; i < kEach; ++i)
        log.Append(Of(std::to_string(w) + "/" + std::to_string(i)));
    });
  }

  uint64_t last = 0;
  std::vector<int> next(kWriters, 0);
  std::set<std::string> seen;
  while (last < kWriters * kEach) {
    const auto events = log.ReadAfter(last, 64);
    ASSERT_THAT(events, testing::IsOk());
    for (const EventPtr& event : *events) {
      ASSERT_EQ(event->sequence, ++last);
      ASSERT_TRUE(seen.insert(event->member).second) << event->member;
      const int writer = event->member[0] - '0';
      ASSERT_EQ(event->member.substr(2), std::to_string(next[writer]++));
    }
  }
  for (std::thread& writer : writers) writer.join();

  EXPECT_EQ(seen.size(), static_cast<size_t>(kWriters * kEach));
}

TEST(EventLogTest, EveryTypeHasAName) {
  std::set<std::string_view> names;
  for (int type = 0; type <= static_cast<int>(EventType::kRecordReadable);
       ++type) {
    const auto name = EventTypeName(static_cast<EventType>(type));
    EXPECT_NE(name, "UNKNOWN") << type;
    EXPECT_TRUE(names.insert(name).second) << name;
  }
}

}  // namespace
}  // namespace roster::monitor
