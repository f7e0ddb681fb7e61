#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/state/cluster_history.h"

// The event log of a random history must pass the validators which the
// robustness tests of etcd apply to its watch streams (github.com/etcd-io/etcd,
// tests/robustness/validate).

namespace roster::monitor {
namespace {

class F39_EventLogValidators : public ::testing::TestWithParam<unsigned> {
 protected:
  // One history per seed, for all the validators.
  static History& HistoryOf(unsigned seed) {
    static auto* const histories =
        new std::map<unsigned, std::unique_ptr<History>>;
    std::unique_ptr<History>& history = (*histories)[seed];
    if (history == nullptr) {
      history = std::make_unique<History>(seed, 1'000'000);
      history->Run();
    }
    return *history;
  }

  void SetUp() override {
    all_ = history_.events().ReadAfter(0, SIZE_MAX).value();
    ASSERT_GT(all_.size(), 300u);
    ASSERT_FALSE(history_.bookmarks().empty());
  }

  std::vector<Transition> Transitions(const std::string& member = "") {
    std::vector<Transition> transitions;
    for (const EventPtr& event : all_) {
      if (!member.empty() && event->member != member) continue;
      if (auto t = AsTransition(*event)) transitions.push_back(*t);
    }
    return transitions;
  }

  History& history_ = HistoryOf(GetParam());
  std::vector<EventPtr> all_;
};

TEST_P(F39_EventLogValidators, Ordered) {
  for (size_t i = 1; i < all_.size(); ++i) {
    EXPECT_LT(all_[i - 1]->sequence, all_[i]->sequence);
    EXPECT_LE(all_[i - 1]->at, all_[i]->at);
  }
}

TEST_P(F39_EventLogValidators, Unique) {
  std::set<uint64_t> sequences;
  std::set<std::pair<std::string, int64_t>> registrations;
  for (const EventPtr& event : all_) {
    EXPECT_TRUE(sequences.insert(event->sequence).second);
    if (event->type != EventType::kJoined &&
        event->type != EventType::kReplaced)
      continue;
    EXPECT_TRUE(registrations.insert({event->member, event->czxid}).second)
        << event->member << " " << event->czxid;
  }
}

TEST_P(F39_EventLogValidators, Atomic) {
  // The state was in the view when the event could be read (checked while the
  // history ran), and everybody who listened heard what can be read.
  EXPECT_EQ(history_.heard(), all_);
}

TEST_P(F39_EventLogValidators, ReliableAndGapFree) {
  for (size_t i = 0; i < all_.size(); ++i) ASSERT_EQ(all_[i]->sequence, i + 1);
  EXPECT_EQ(Transitions(), history_.expected());

  // Played back, the log leads to what ZooKeeper holds.
  std::map<std::string, int64_t> present;
  for (const auto& [name, member] : history_.at_first_sync())
    if (member.present) present[name] = member.czxid;
  bool synced = false;
  for (const EventPtr& event : all_) {
    synced = synced || event->type == EventType::kViewSynced;
    if (!synced) continue;
    if (event->type == EventType::kJoined ||
        event->type == EventType::kReplaced)
      present[event->member] = event->czxid;
    if (event->type == EventType::kLeft || event->type == EventType::kLost)
      present.erase(event->member);
  }
  std::map<std::string, int64_t> real;
  for (const auto& [name, znode] : history_.znodes()) real[name] = znode.czxid;
  EXPECT_EQ(present, real);
}

TEST_P(F39_EventLogValidators, Resumable) {
  EXPECT_EQ(history_.read(), all_);
  for (uint64_t from = 0; from <= all_.size(); from += 37) {
    const auto rest = history_.events().ReadAfter(from, SIZE_MAX).value();
    EXPECT_EQ(rest, std::vector<EventPtr>(
                        all_.begin() + static_cast<std::ptrdiff_t>(from),
                        all_.end()));
  }
}

TEST_P(F39_EventLogValidators, Bookmarkable) {
  for (const uint64_t bookmark : history_.bookmarks()) {
    const auto rest = history_.events().ReadAfter(bookmark, SIZE_MAX).value();
    ASSERT_EQ(rest.size(), all_.size() - bookmark);
    if (rest.empty()) continue;
    EXPECT_EQ(rest.front()->sequence, bookmark + 1);
  }
}

TEST_P(F39_EventLogValidators, PreviousStateIsRight) {
  std::map<std::string, std::pair<MemberStatus, int64_t>> last;
  for (const EventPtr& event : all_) {
    if (event->member.empty()) continue;
    const auto known = last.find(event->member);
    if (known != last.end()) {
      EXPECT_EQ(event->previous_status, known->second.first)
          << "event " << event->sequence;
      EXPECT_EQ(event->previous_czxid, known->second.second)
          << "event " << event->sequence;
    }
    // With its last hold, a name that was never seen is forgotten, too.
    const bool ends =
        event->type == EventType::kForgotten ||
        (event->type == EventType::kHoldReleased && event->czxid == 0);
    if (ends)
      last.erase(event->member);
    else
      last[event->member] = {event->status, event->czxid};
  }
}

TEST_P(F39_EventLogValidators, JoinedIsOnlyWhoWasNotThere) {
  std::set<std::string> present;
  bool synced = false;
  for (const EventPtr& event : all_) {
    if (event->type == EventType::kViewSynced && !synced) {
      synced = true;
      for (const auto& [name, member] : history_.at_first_sync())
        if (member.present) present.insert(name);
    }
    if (!synced) continue;
    if (event->type == EventType::kJoined) {
      EXPECT_TRUE(present.insert(event->member).second);
    } else if (event->type == EventType::kReplaced) {
      EXPECT_TRUE(present.contains(event->member));
    } else if (event->type == EventType::kLeft ||
               event->type == EventType::kLost) {
      EXPECT_EQ(present.erase(event->member), 1u);
    }
  }
}

TEST_P(F39_EventLogValidators, PlayedBackTheHoldsAreThoseThatStand) {
  History::Holds held = history_.held_at_first_sync();
  bool synced = false;
  for (const EventPtr& event : all_) {
    synced = synced || event->type == EventType::kViewSynced;
    if (!synced) continue;
    const std::string owner = event->detail.substr(0, event->detail.find(':'));
    if (event->type == EventType::kHoldPlaced) {
      EXPECT_TRUE(held[event->member].insert(owner).second);
    } else if (event->type == EventType::kHoldReleased) {
      EXPECT_EQ(held[event->member].erase(owner), 1u);
      if (held[event->member].empty()) held.erase(event->member);
    }
  }
  EXPECT_EQ(held, history_.held());
}

TEST_P(F39_EventLogValidators, FilteredByMemberItIsTheMembersHistory) {
  for (int i = 0; i < History::kNames; ++i) {
    const std::string name = "node-" + std::to_string(i);
    std::vector<Transition> expected;
    for (const Transition& t : history_.expected())
      if (t.member == name) expected.push_back(t);
    EXPECT_EQ(Transitions(name), expected) << name;
  }
}

TEST_P(F39_EventLogValidators, BoundedItKeepsTheNewest) {
  constexpr size_t kCapacity = 50;
  History small(GetParam(), kCapacity);
  small.Run();
  const auto kept = small.events().ReadAfter(0, SIZE_MAX).value();

  ASSERT_EQ(kept.size(), kCapacity);
  for (size_t i = 0; i < kCapacity; ++i) {
    const Event& whole = *all_[all_.size() - kCapacity + i];
    EXPECT_EQ(kept[i]->sequence, whole.sequence);
    EXPECT_EQ(kept[i]->type, whole.type);
    EXPECT_EQ(kept[i]->member, whole.member);
    EXPECT_EQ(kept[i]->task_id, whole.task_id);
  }
}

TEST_P(F39_EventLogValidators, TheCountersCountTheEvents) {
  std::map<EventType, uint64_t> count;
  for (const EventPtr& event : all_) ++count[event->type];
  const ClusterCounters& counters = history_.table().counters();
  EXPECT_EQ(counters.joins, count[EventType::kJoined]);
  EXPECT_EQ(counters.leaves, count[EventType::kLeft]);
  EXPECT_EQ(counters.losses, count[EventType::kLost]);
  EXPECT_EQ(counters.replacements, count[EventType::kReplaced]);
}

TEST_P(F39_EventLogValidators, ATaskEndsAndStallsOnlyOncePerStart) {
  // Per task: the states that its events walk through.
  std::map<std::pair<std::string, std::string>, EventType> last;
  for (const EventPtr& event : all_) {
    // Who is gone stalls no more, and may stall again after it came back.
    if (event->type == EventType::kLeft || event->type == EventType::kLost) {
      std::erase_if(last, [&](const auto& entry) {
        return entry.first.first == event->member;
      });
    }
    if (event->task_id.empty()) continue;
    const auto key = std::make_pair(event->member, event->task_id);
    const auto known = last.find(key);
    if (event->type == EventType::kTaskAdvanced) {
      ASSERT_NE(known, last.end());
      EXPECT_EQ(known->second, EventType::kTaskStalled);
    }
    if (event->type == EventType::kTaskStalled && known != last.end()) {
      EXPECT_NE(known->second, EventType::kTaskStalled);
    }
    last[key] = event->type;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, F39_EventLogValidators,
                         ::testing::Range(1u, 6u));

}  // namespace
}  // namespace roster::monitor
