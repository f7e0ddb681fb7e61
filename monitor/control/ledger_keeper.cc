#include "monitor/control/ledger_keeper.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "zk/status.h"

namespace roster::monitor {
namespace {

// Small enough that operators' commands, which share the thread, wait little.
constexpr size_t kBatch = 100;
// Only a little of each entry is kept. What all of them take at once would stay
// with the process.
constexpr size_t kReadBatch = 200;

model::LedgerState StateOf(const Member& member) {
  if (member.present) return model::LedgerState::kPresent;
  return member.record.state == model::ReportedState::kLeaving
             ? model::LedgerState::kLeft
             : model::LedgerState::kLost;
}

model::LedgerEntry EntryOf(const Member& member) {
  model::LedgerEntry entry{
      .state = StateOf(member),
      .czxid = member.czxid,
      .joined_at = member.joined_at,
      .since = member.present ? member.joined_at : member.departed_at,
      .record = member.record};
  entry.record.tasks.clear();
  entry.record.gauges.clear();
  return entry;
}

}  // namespace

void LedgerKeeper::Reset() {
  known_.clear();
  unread_.reset();
  loaded_ = false;
  done_.reset();
}

LedgerKeeper::Signature LedgerKeeper::SignatureOf(const ClusterView& view) {
  const ClusterCounters& counters = view.counters;
  return {counters.joins, counters.leaves, counters.losses,
          counters.replacements, view.members.size()};
}

absl::Status LedgerKeeper::Load(absl::Time deadline) {
  if (!unread_) {
    ROSTER_ASSIGN_OR_RETURN(
        zk::Children children,
        store_.session().GetChildren(store_.paths().ledger, deadline));
    known_.clear();
    unread_ = std::move(children.names);
  }
  while (!unread_->empty()) {
    if (absl::Now() >= deadline) return absl::OkStatus();
    const auto begin = unread_->end() - std::min(kReadBatch, unread_->size());
    ROSTER_RETURN_IF_ERROR(Read({begin, unread_->end()}, deadline));
    unread_->erase(begin, unread_->end());
  }
  unread_.reset();
  loaded_ = true;
  return absl::OkStatus();
}

absl::Status LedgerKeeper::Read(const std::vector<std::string>& names,
                                absl::Time deadline) {
  std::vector<std::string> paths;
  paths.reserve(names.size());
  for (const std::string& name : names)
    paths.push_back(model::JoinPath(store_.paths().ledger, name));
  const auto nodes = store_.session().GetAll(paths, deadline);
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (absl::IsNotFound(nodes[i].status())) {
      known_.erase(names[i]);
      continue;
    }
    if (!nodes[i].ok()) return nodes[i].status();
    const auto entry = model::ParseLedgerEntry(nodes[i]->data);
    // One that cannot be read is written anew.
    known_.insert_or_assign(
        names[i], Known{.czxid = entry.ok() ? entry->czxid : 0,
                        .version = nodes[i]->stat.version,
                        .state = entry.ok() ? entry->state
                                            : model::LedgerState::kPresent});
  }
  return absl::OkStatus();
}

absl::Status LedgerKeeper::Update(const std::string& leader_node,
                                  const ClusterView& view,
                                  absl::Time deadline) {
  if (!view.connected || !view.synced) return absl::OkStatus();
  if (!loaded_) {
    ROSTER_RETURN_IF_ERROR(Load(deadline));
    if (!loaded_) return absl::OkStatus();
  }
  const Signature signature = SignatureOf(view);
  if (signature == done_) return absl::OkStatus();
  std::vector<MemberPtr> changed;
  view.members.ForEach([&](const MemberPtr& member) {
    if (member->never_seen()) return;
    const auto known = known_.find(member->name);
    if (known == known_.end() || known->second.czxid != member->czxid)
      changed.push_back(member);
    // A registration never comes back: if the ledger says that it went, the
    // view is about to.
    else if (!member->present && known->second.state != StateOf(*member))
      changed.push_back(member);
  });
  std::vector<std::string> forgotten;
  for (const auto& [name, known] : known_) {
    const MemberPtr member = view.members.Find(name);
    if (member == nullptr || member->never_seen()) forgotten.push_back(name);
  }

  while (!changed.empty() || !forgotten.empty()) {
    if (absl::Now() >= deadline) return absl::OkStatus();
    std::vector<MemberPtr> members;
    std::vector<std::string> gone;
    while (members.size() < kBatch && !changed.empty()) {
      members.push_back(std::move(changed.back()));
      changed.pop_back();
    }
    while (gone.size() < kBatch && !forgotten.empty()) {
      gone.push_back(std::move(forgotten.back()));
      forgotten.pop_back();
    }
    ROSTER_RETURN_IF_ERROR(Write(leader_node, members, gone, deadline));
  }
  done_ = signature;
  return absl::OkStatus();
}

absl::Status LedgerKeeper::Write(const std::string& leader_node,
                                 const std::vector<MemberPtr>& members,
                                 const std::vector<std::string>& gone,
                                 absl::Time deadline) {
  std::vector<zk::Op> ops;
  ops.push_back(zk::Op::Check(leader_node, zk::kAnyVersion));
  std::map<std::string, Known, std::less<>> written;
  for (const MemberPtr& member : members) {
    const model::LedgerEntry entry = EntryOf(*member);
    std::string path = model::JoinPath(store_.paths().ledger, member->name);
    std::string data = model::SerializeLedgerEntry(entry);
    const auto known = known_.find(member->name);
    if (known == known_.end()) {
      ops.push_back(zk::Op::Create(std::move(path), std::move(data),
                                   zk::CreateMode::kPersistent));
      written[member->name] = {entry.czxid, 0, entry.state};
    } else {
      // By version: a member that leaves writes its own goodbye here.
      ops.push_back(
          zk::Op::Set(std::move(path), std::move(data), known->second.version));
      written[member->name] = {entry.czxid, known->second.version + 1,
                               entry.state};
    }
  }
  for (const std::string& name : gone)
    ops.push_back(zk::Op::Delete(model::JoinPath(store_.paths().ledger, name),
                                 known_.find(name)->second.version));
  if (absl::Status status = store_.session().Multi(std::move(ops), deadline);
      !status.ok()) {
    // A member that left has written its goodbye, or it is not known what was
    // written.
    std::vector<std::string> names = gone;
    for (const MemberPtr& member : members) names.push_back(member->name);
    if (!Read(names, deadline).ok()) Reset();
    return status;
  }
  for (auto& [name, known] : written) known_.insert_or_assign(name, known);
  for (const std::string& name : gone) known_.erase(name);
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Departure>> ReadDepartures(ControlStore& store,
                                                      const ClusterView& view,
                                                      absl::Time deadline) {
  const std::string& parent = store.paths().ledger;
  const auto children = store.session().GetChildren(parent, deadline);
  if (absl::IsNotFound(children.status())) return std::vector<Departure>{};
  if (!children.ok()) return children.status();
  std::vector<std::string> names;
  std::vector<std::string> paths;
  for (const std::string& name : children->names) {
    const MemberPtr member = view.members.Find(name);
    if (member != nullptr && !member->never_seen()) continue;
    names.push_back(name);
    paths.push_back(model::JoinPath(parent, name));
  }
  const auto nodes = store.session().GetAll(paths, deadline);
  std::vector<Departure> departures;
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (absl::IsNotFound(nodes[i].status())) continue;
    if (!nodes[i].ok()) return nodes[i].status();
    auto entry = model::ParseLedgerEntry(nodes[i]->data);
    if (entry.ok()) departures.push_back({names[i], *std::move(entry)});
  }
  return departures;
}

}  // namespace roster::monitor
