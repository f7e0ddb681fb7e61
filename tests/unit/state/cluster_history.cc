#include "tests/unit/state/cluster_history.h"

#include <array>
#include <utility>

#include "gtest/gtest.h"

namespace roster::monitor {

using model::TaskState;

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

History::History(unsigned seed, size_t capacity)
    : random_(seed),
      events_("log", capacity),
      table_({.cluster = "c",
              .members_path = "/m",
              .left_retention = absl::Minutes(2),
              .lost_retention = absl::Minutes(6)},
             events_) {
  events_.SetListener([this](const EventPtr& event) { Hear(event); });
}

void History::Run() {
  for (int step = 0; step < kSteps && !::testing::Test::HasFailure(); ++step) {
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

void History::Step() {
  told_before_step_ = told_;
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

void History::Create(const std::string& name) {
  if (znodes_.contains(name)) {
    if (Pick(4) != 0) return;
    znodes_.erase(name);  // and created anew before anybody looks
  }
  Znode& znode = znodes_[name];
  znode.czxid = znode.mzxid = ++zxid_;
}

void History::Write(const std::string& name) {
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

void History::Give(const std::string& name) {
  std::vector<std::string> owners;
  if (Pick(3) == 0) owners.push_back("ops");
  if (Pick(3) == 0) owners.push_back("db");
  if (Pick(5) == 0) {
    // Nothing comes of an order that cannot be read.
    table_.ApplyOrder(name, "{broken", now_);
    return;
  }
  table_.ApplyOrder(name, MakeOrder(++epoch_, owners), now_);
  order_epochs_[name] = epoch_;
  if (owners.empty())
    held_.erase(name);
  else
    held_[name] = {owners.begin(), owners.end()};
  const auto known = known_.find(name);
  if (known == known_.end() || known->second.never_seen()) {
    ShowIfHeld(name);
  } else {
    Expect(EventType::kStatusChanged, name, known->second, !synced_);
  }
}

void History::ShowIfHeld(const std::string& name) {
  known_.erase(name);
  if (held_.contains(name))
    known_[name] = {.status = MemberStatus::kOffline, .status_since = now_};
}

void History::Look(const std::string& name) {
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

void History::ExpectSeen(const std::string& name, const Znode& znode) {
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
  const bool first = known == known_.end() || known->second.never_seen();
  if (known != known_.end()) next.status_since = known->second.status_since;
  Expect(type, name, next, first && !synced_);
}

void History::Expect(EventType type, const std::string& name, Known next,
                     bool found) {
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
    if (!found || told_before_step_.contains(name)) expected_.push_back(t);
  }
  known_[name] = next;
}

MemberStatus History::StatusOf(const std::string& name, const Known& member) {
  model::MemberRecord record;
  record.state = member.state;
  if (speaks_control_[name]) record.applied_epoch = 0;
  model::Order order{.epoch = order_epochs_[name]};
  if (held_.contains(name)) order.holds.emplace_back();
  return model::DeriveStatus(member.present, record, order);
}

void History::Forget(const std::string& name) {
  const auto known = known_.find(name);
  const bool can = known != known_.end() && !known->second.present &&
                   !known->second.never_seen();
  EXPECT_EQ(table_.Forget(name, now_), can);
  if (can) ExpectForgotten(name);
}

void History::ExpectForgotten(const std::string& name) {
  const Known member = known_.at(name);
  expected_.push_back({EventType::kForgotten, name, member.czxid, member.czxid,
                       member.status, member.status, !connected_});
  ShowIfHeld(name);
}

void History::Tick() {
  now_ += absl::Seconds(Pick(40));
  table_.Tick(now_);
  if (!connected_ || table_.view()->guard) return;
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

void History::Disconnect() {
  table_.ApplyDisconnected("cut", now_);
  connected_ = false;
}

void History::Resync() {
  LookAtAll();
  table_.ApplySynced(now_);
  connected_ = true;
  if (!synced_) {
    at_first_sync_ = known_;
    held_at_first_sync_ = held_;
  }
  synced_ = true;
}

void History::LookAtAll() {
  for (int i = 0; i < kNames; ++i) Look("node-" + std::to_string(i));
}

void History::CheckView() {
  const ClusterViewPtr view = table_.view();
  EXPECT_EQ(view->connected, connected_);
  EXPECT_EQ(view->synced, synced_);
  EXPECT_EQ(view->members.size(), known_.size());

  std::array<int64_t, 7> by_status{};
  int64_t opaque = 0, running = 0, stalled = 0, held = 0, broken = 0;
  view->members.ForEach([&](const MemberPtr& member) {
    const auto known = known_.find(member->name);
    ASSERT_NE(known, known_.end()) << member->name;
    EXPECT_EQ(member->present, known->second.present) << member->name;
    EXPECT_EQ(member->czxid, known->second.czxid) << member->name;
    EXPECT_EQ(member->status, known->second.status) << member->name;
    EXPECT_EQ(member->never_seen(), known->second.never_seen());
    EXPECT_EQ(HoldsOf(*member), HeldBy(member->name)) << member->name;
    EXPECT_LE(member->revision, view->revision);
    held += member->held();
    broken += !member->problems->order.empty();
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
  EXPECT_EQ(view->held_count, held);
  EXPECT_EQ(view->held_count, static_cast<int64_t>(held_.size()));
  EXPECT_EQ(view->broken_order_count, broken);
}

std::set<std::string> History::HeldBy(const std::string& name) const {
  const auto held = held_.find(name);
  return held == held_.end() ? std::set<std::string>() : held->second;
}

std::set<std::string> History::HoldsOf(const Member& member) {
  std::set<std::string> owners;
  for (const model::Hold& hold : member.order->holds) owners.insert(hold.owner);
  return owners;
}

void History::Hear(const EventPtr& event) {
  heard_.push_back(event);
  if (!synced_ && !event->member.empty()) told_.insert(event->member);
  if (!AsTransition(*event).has_value()) return;
  const MemberPtr member = table_.view()->members.Find(event->member);
  ASSERT_EQ(member == nullptr, event->type == EventType::kForgotten);
  if (member == nullptr) return;
  EXPECT_EQ(member->czxid, event->czxid);
  EXPECT_EQ(member->status, event->status);
}

bool History::ReadSome() {
  const uint64_t last = read_.empty() ? 0 : read_.back()->sequence;
  const auto page = events_.ReadAfter(last, 1 + Pick(5));
  if (!page.ok() || page->empty()) return false;
  read_.insert(read_.end(), page->begin(), page->end());
  return true;
}

}  // namespace roster::monitor
