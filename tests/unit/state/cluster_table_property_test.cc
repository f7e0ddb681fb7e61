#include <array>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "model/member_status.h"
#include "tests/unit/state/cluster_table_fixture.h"

// Random histories of a cluster, as a watcher would tell them: znodes are
// created, written, deleted and created anew; the watcher looks at them late
// or not at all, loses its connection, and looks at all of them again. After
// each step the view must be what a naive model says, and in the end the event
// log must pass the validators which the robustness tests of etcd apply to its
// watch streams (github.com/etcd-io/etcd, tests/robustness/validate).

namespace roster::monitor {
namespace {

using model::MemberStatus;
using model::ReportedState;
using model::TaskState;

constexpr int kSteps = 3000;
constexpr int kNames = 24;

// What ZooKeeper holds for a name.
struct Znode {
  int64_t czxid = 0;
  int64_t mzxid = 0;
  int32_t version = 0;
  ReportedState state = ReportedState::kUp;
  bool readable = true;
  std::vector<model::Task> tasks;

  std::string Data() const {
    return readable ? MakeRecord(state, tasks) : "not a record";
  }
};

// What the naive model knows of a member.
struct Known {
  bool present = false;
  int64_t czxid = 0;
  MemberStatus status = MemberStatus::kUp;
  absl::Time status_since;
  ReportedState state = ReportedState::kUp;
};

// A change of presence or status, as the model expects it of the log.
struct Transition {
  EventType type;
  std::string member;
  int64_t czxid;
  int64_t previous_czxid;
  MemberStatus status;
  MemberStatus previous_status;
  bool while_blind;

  friend bool operator==(const Transition&, const Transition&) = default;
};

void PrintTo(const Transition& t, std::ostream* out) {
  *out << EventTypeName(t.type) << " " << t.member << " " << t.previous_czxid
       << "->" << t.czxid << " " << model::MemberStatusName(t.previous_status)
       << "->" << model::MemberStatusName(t.status)
       << (t.while_blind ? " blind" : "");
}

std::optional<Transition> AsTransition(const Event& event) {
  switch (event.type) {
    case EventType::kJoined:
    case EventType::kReplaced:
    case EventType::kLeft:
    case EventType::kLost:
    case EventType::kForgotten:
    case EventType::kStatusChanged:
      return Transition{event.type,       event.member,
                        event.czxid,      event.previous_czxid,
                        event.status,     event.previous_status,
                        event.while_blind};
    default:
      return std::nullopt;
  }
}

class History {
 public:
  History(unsigned seed, size_t capacity)
      : random_(seed),
        events_("log", capacity),
        table_({.cluster = "c",
                .members_path = "/m",
                .left_retention = absl::Minutes(2),
                .lost_retention = absl::Minutes(6)},
               events_) {
    events_.SetListener([this](const EventPtr& event) { Hear(event); });
  }

  void Run() {
    for (int step = 0; step < kSteps && !::testing::Test::HasFailure();
         ++step) {
      SCOPED_TRACE(step);
      Step();
      CheckView();
      ReadSome();
    }
    if (!connected_) Resync();
    LookAtAll();
    CheckView();
    while (ReadSome()) {
    }
  }

  ClusterTable& table() { return table_; }
  EventLog& events() { return events_; }
  const std::vector<Transition>& expected() const { return expected_; }
  const std::vector<EventPtr>& heard() const { return heard_; }
  const std::vector<EventPtr>& read() const { return read_; }
  const std::map<std::string, Znode>& znodes() const { return znodes_; }
  // Who was present, by czxid, when the first view was complete.
  const std::map<std::string, Known>& at_first_sync() const {
    return at_first_sync_;
  }
  const std::vector<uint64_t>& bookmarks() const { return bookmarks_; }

 private:
  unsigned Pick(unsigned n) { return static_cast<unsigned>(random_() % n); }
  std::string AnyName() { return "node-" + std::to_string(Pick(kNames)); }

  void Step() {
    now_ += absl::Milliseconds(Pick(4000));
    switch (Pick(16)) {
      case 0:
      case 1:
      case 2:
        return Create(AnyName());
      case 3:
      case 4:
      case 5:
        return Write(AnyName());
      case 6:
        znodes_.erase(AnyName());
        return;
      case 7:
        return Give(AnyName());
      case 8:
        if (Pick(4) == 0) Disconnect();
        return;
      case 9:
        if (!connected_) Resync();
        return;
      case 10:
        return Tick();
      case 11:
        return Forget(AnyName());
      case 12:
        if (Pick(20) == 0) bookmarks_.push_back(events_.newest());
        return;
      default:
        return Look(AnyName());
    }
  }

  void Create(const std::string& name) {
    if (znodes_.contains(name)) {
      if (Pick(4) != 0) return;
      znodes_.erase(name);  // and created anew before anybody looks
    }
    Znode& znode = znodes_[name];
    znode.czxid = znode.mzxid = ++zxid_;
  }

  void Write(const std::string& name) {
    const auto found = znodes_.find(name);
    if (found == znodes_.end()) return;
    Znode& znode = found->second;
    ++znode.version;
    znode.mzxid = ++zxid_;
    znode.readable = Pick(8) != 0;
    constexpr ReportedState kStates[] = {
        ReportedState::kStarting, ReportedState::kUp,
        ReportedState::kUp,       ReportedState::kDegraded,
        ReportedState::kDrained,  ReportedState::kLeaving};
    znode.state = kStates[Pick(6)];
    znode.tasks.clear();
    for (unsigned t = 0; t < Pick(4); ++t) {
      model::Task task = MakeTask("t" + std::to_string(Pick(3)), Pick(5),
                                  static_cast<TaskState>(Pick(4)));
      task.stall_after = absl::Seconds(30);
      znode.tasks.push_back(std::move(task));
    }
  }

  // Orders are read in time here: their being late is the same as their being
  // given late.
  void Give(const std::string& name) {
    const bool hold = Pick(2) == 0;
    table_.ApplyOrder(name, hold ? MakeOrder(++epoch_, {"ops"}) : "", now_);
    if (hold)
      held_.insert(name);
    else
      held_.erase(name);
    const auto known = known_.find(name);
    if (known != known_.end())
      Expect(EventType::kStatusChanged, name, known->second);
  }

  void Look(const std::string& name) {
    const auto znode = znodes_.find(name);
    if (znode == znodes_.end()) {
      table_.ApplyGone(name, now_);
      const auto known = known_.find(name);
      if (known == known_.end() || !known->second.present) return;
      Known next = known->second;
      next.present = false;
      const bool lost =
          !held_.contains(name) && next.state != ReportedState::kLeaving;
      Expect(lost ? EventType::kLost : EventType::kLeft, name, next);
      return;
    }
    ObservedNode node;
    const std::string data = znode->second.Data();
    node.data = data;
    node.czxid = znode->second.czxid;
    node.mzxid = znode->second.mzxid;
    node.version = znode->second.version;
    node.ephemeral_owner = 7;
    node.ctime = node.mtime = now_;
    table_.ApplyNode(name, node, now_);
    ExpectSeen(name, znode->second);
  }

  void ExpectSeen(const std::string& name, const Znode& znode) {
    const auto known = known_.find(name);
    Known next;
    next.present = true;
    next.czxid = znode.czxid;
    next.state = znode.readable ? znode.state : ReportedState::kUp;
    speaks_control_[name] = znode.readable;
    EventType type = EventType::kStatusChanged;
    if (known == known_.end() || !known->second.present)
      type = EventType::kJoined;
    else if (known->second.czxid != znode.czxid)
      type = EventType::kReplaced;
    if (known != known_.end()) next.status_since = known->second.status_since;
    Expect(type, name, next);
  }

  // The model's member becomes `next`; `type` is what the log should say, if
  // it is STATUS_CHANGED only when the status did change.
  void Expect(EventType type, const std::string& name, Known next) {
    const auto known = known_.find(name);
    const bool first = known == known_.end();
    next.status = StatusOf(name, next);
    Transition t{type,        name,        next.czxid, 0,
                 next.status, next.status, !connected_};
    if (!first) {
      t.previous_czxid = known->second.czxid;
      t.previous_status = known->second.status;
    }
    if (type != EventType::kStatusChanged || t.status != t.previous_status) {
      next.status_since = now_;
      if (!first || synced_) expected_.push_back(t);
    }
    known_[name] = next;
  }

  MemberStatus StatusOf(const std::string& name, const Known& member) {
    model::MemberRecord record;
    record.state = member.state;
    if (speaks_control_[name]) record.applied_epoch = 0;
    return model::DeriveStatus(member.present, record, held_.contains(name));
  }

  void Forget(const std::string& name) {
    const auto known = known_.find(name);
    const bool can = known != known_.end() && !known->second.present;
    EXPECT_EQ(table_.Forget(name, now_), can);
    if (can) ExpectForgotten(name);
  }

  void ExpectForgotten(const std::string& name) {
    const Known member = known_.at(name);
    expected_.push_back({EventType::kForgotten, name, member.czxid,
                         member.czxid, member.status, member.status,
                         !connected_});
    known_.erase(name);
  }

  void Tick() {
    now_ += absl::Seconds(Pick(40));
    table_.Tick(now_);
    if (!connected_) return;
    // In the order in which they fell due, then by name.
    std::set<std::pair<absl::Time, std::string>> due;
    for (const auto& [name, member] : known_) {
      if (member.present || held_.contains(name)) continue;
      const absl::Duration retention = member.status == MemberStatus::kLeft
                                           ? absl::Minutes(2)
                                           : absl::Minutes(6);
      if (member.status_since + retention <= now_)
        due.insert({member.status_since + retention, name});
    }
    for (const auto& [at, name] : due) ExpectForgotten(name);
  }

  void Disconnect() {
    table_.ApplyDisconnected("cut", now_);
    connected_ = false;
  }

  void Resync() {
    LookAtAll();
    table_.ApplySynced(now_);
    connected_ = true;
    if (!synced_) at_first_sync_ = known_;
    synced_ = true;
  }

  void LookAtAll() {
    for (int i = 0; i < kNames; ++i) Look("node-" + std::to_string(i));
  }

  void CheckView() {
    const ClusterViewPtr view = table_.view();
    EXPECT_EQ(view->connected, connected_);
    EXPECT_EQ(view->synced, synced_);
    EXPECT_EQ(view->members.size(), known_.size());

    std::array<int64_t, 7> by_status{};
    int64_t opaque = 0, running = 0, stalled = 0;
    view->members.ForEach([&](const MemberPtr& member) {
      const auto known = known_.find(member->name);
      ASSERT_NE(known, known_.end()) << member->name;
      EXPECT_EQ(member->present, known->second.present) << member->name;
      EXPECT_EQ(member->czxid, known->second.czxid) << member->name;
      EXPECT_EQ(member->status, known->second.status) << member->name;
      EXPECT_LE(member->revision, view->revision);
      EXPECT_EQ(member->progress.size(), member->record.tasks.size());
      ++by_status[static_cast<size_t>(member->status)];
      if (!member->present) return;
      opaque += member->opaque();
      for (const auto& task : member->record.tasks)
        running += task.state == TaskState::kRunning;
      for (const auto& progress : member->progress) stalled += progress.stalled;
    });
    EXPECT_EQ(view->count_by_status, by_status);
    EXPECT_EQ(view->opaque_count, opaque);
    EXPECT_EQ(view->running_task_count, running);
    EXPECT_EQ(view->stalled_task_count, stalled);
  }

  // Atomic: whoever hears of an event finds its state in the view, or a state
  // from which an event that comes later in the same step leads on.
  void Hear(const EventPtr& event) {
    heard_.push_back(event);
    if (!AsTransition(*event).has_value()) return;
    const MemberPtr member = table_.view()->members.Find(event->member);
    ASSERT_EQ(member == nullptr, event->type == EventType::kForgotten);
    if (member == nullptr) return;
    EXPECT_EQ(member->czxid, event->czxid);
    EXPECT_EQ(member->status, event->status);
  }

  // A reader that comes by now and then, and takes a page of any size.
  bool ReadSome() {
    const uint64_t last = read_.empty() ? 0 : read_.back()->sequence;
    const auto page = events_.ReadAfter(last, 1 + Pick(5));
    if (!page.ok() || page->empty()) return false;
    read_.insert(read_.end(), page->begin(), page->end());
    return true;
  }

  std::mt19937 random_;
  absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);
  int64_t zxid_ = 0;
  int64_t epoch_ = 0;
  bool connected_ = false;
  bool synced_ = false;
  std::map<std::string, Znode> znodes_;
  std::map<std::string, Known> known_;
  std::map<std::string, Known> at_first_sync_;
  std::map<std::string, bool> speaks_control_;
  std::set<std::string> held_;
  std::vector<Transition> expected_;
  std::vector<EventPtr> heard_;
  std::vector<EventPtr> read_;
  std::vector<uint64_t> bookmarks_;
  EventLog events_;
  ClusterTable table_;
};

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
    if (event->type == EventType::kForgotten)
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

TEST_P(F39_EventLogValidators, FilteredByMemberItIsTheMembersHistory) {
  for (int i = 0; i < kNames; ++i) {
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
