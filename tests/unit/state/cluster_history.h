#pragma once

#include <map>
#include <memory>
#include <optional>
#include <ostream>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/member_status.h"
#include "tests/unit/state/cluster_table_fixture.h"

namespace roster::monitor {

using model::MemberStatus;
using model::ReportedState;

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

  bool never_seen() const { return czxid == 0; }
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

void PrintTo(const Transition& t, std::ostream* out);
// Nothing for other events.
std::optional<Transition> AsTransition(const Event& event);

// Random histories of a cluster, as a watcher would tell them: znodes are
// created, written, deleted and created anew; the watcher looks at them late
// or not at all, loses its connection, and looks at all of them again. Orders
// are given meanwhile. After each step the view must be what a naive model
// says.
class History {
 public:
  static constexpr int kSteps = 3000;
  static constexpr int kNames = 24;
  // Owners by name.
  using Holds = std::map<std::string, std::set<std::string>>;

  History(unsigned seed, size_t capacity);

  // Fails the test at the first step that the model does not agree with.
  void Run();

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
  // Who was held by whom then, and is now.
  const Holds& held_at_first_sync() const { return held_at_first_sync_; }
  const Holds& held() const { return held_; }
  const std::vector<uint64_t>& bookmarks() const { return bookmarks_; }

 private:
  unsigned Pick(unsigned n) { return static_cast<unsigned>(random_() % n); }
  std::string AnyName() { return "node-" + std::to_string(Pick(kNames)); }

  void Step();
  void Create(const std::string& name);
  void Write(const std::string& name);
  // Orders are read in time here: their being late is the same as their being
  // given late.
  void Give(const std::string& name);
  // A name that is known by its holds only.
  void ShowIfHeld(const std::string& name);
  void Look(const std::string& name);
  void ExpectSeen(const std::string& name, const Znode& znode);
  // The model's member becomes `next`; `type` is what the log should say, if
  // it is STATUS_CHANGED only when the status did change. What is `found` is
  // not told, unless something was told of the member already.
  void Expect(EventType type, const std::string& name, Known next,
              bool found = false);
  MemberStatus StatusOf(const std::string& name, const Known& member);
  void Forget(const std::string& name);
  void ExpectForgotten(const std::string& name);
  void Tick();
  void Disconnect();
  void Resync();
  void LookAtAll();
  void CheckView();
  std::set<std::string> HeldBy(const std::string& name) const;
  static std::set<std::string> HoldsOf(const Member& member);
  // Atomic: whoever hears of an event finds its state in the view, or a state
  // from which an event that comes later in the same step leads on.
  void Hear(const EventPtr& event);
  // A reader that comes by now and then, and takes a page of any size.
  bool ReadSome();

  std::mt19937 random_;
  absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);
  int64_t zxid_ = 0;
  int64_t epoch_ = 0;
  std::map<std::string, int64_t> order_epochs_;
  bool connected_ = false;
  bool synced_ = false;
  std::map<std::string, Znode> znodes_;
  std::map<std::string, Known> known_;
  std::map<std::string, Known> at_first_sync_;
  std::map<std::string, bool> speaks_control_;
  Holds held_;
  Holds held_at_first_sync_;
  // Of whom there are events though the first sync goes on.
  std::set<std::string> told_;
  std::set<std::string> told_before_step_;
  std::vector<Transition> expected_;
  std::vector<EventPtr> heard_;
  std::vector<EventPtr> read_;
  std::vector<uint64_t> bookmarks_;
  EventLog events_;
  ClusterTable table_;
};

}  // namespace roster::monitor
