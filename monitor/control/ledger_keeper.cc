#include "monitor/control/ledger_keeper.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/time/clock.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "zk/op_batch.h"

namespace roster::monitor {
namespace {

// Small enough that operators' commands, which share the thread, wait little.
constexpr size_t kBatch = 100;
constexpr size_t kBatchBytes = 256 * 1024;
// Only a little of each entry is kept. What all of them take at once would stay
// with the process.
constexpr size_t kReadBatch = 200;
constexpr size_t kMaxLoggedName = 100;

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

struct LedgerKeeper::Batch {
  Batch(const std::string& leader_node, size_t most)
      : ops(zk::Op::Check(leader_node, zk::kAnyVersion), most, kBatchBytes) {}

  zk::OpBatch ops;
  // What the ledger is known to hold once they are done.
  std::map<std::string, Known, std::less<>> written;
  std::vector<std::string> gone;
};

void LedgerKeeper::Reset() {
  known_.clear();
  unread_.reset();
  loaded_ = false;
  one_by_one_ = false;
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
  absl::erase_if(left_out_, [&](const std::string& name) {
    return view.members.Find(name) == nullptr;
  });
  std::vector<MemberPtr> changed = Changed(view);
  std::vector<std::string> forgotten = Forgotten(view);
  absl::Status denied;
  while (!changed.empty() || !forgotten.empty()) {
    if (absl::Now() >= deadline) return denied;
    Batch batch(leader_node, one_by_one_ ? 1 : kBatch);
    while (!changed.empty() && AddEntry(*changed.back(), batch))
      changed.pop_back();
    while (!forgotten.empty() && AddDeletion(forgotten.back(), batch))
      forgotten.pop_back();
    const absl::Status status = Write(std::move(batch), deadline);
    if (status.ok()) continue;
    if (!absl::IsPermissionDenied(status) || !loaded_) return status;
    denied.Update(status);
    if (!one_by_one_) break;
  }
  one_by_one_ = !denied.ok();
  if (denied.ok()) done_ = signature;
  return denied;
}

std::vector<MemberPtr> LedgerKeeper::Changed(const ClusterView& view) const {
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
  return changed;
}

std::vector<std::string> LedgerKeeper::Forgotten(
    const ClusterView& view) const {
  std::vector<std::string> forgotten;
  for (const auto& [name, known] : known_) {
    const MemberPtr member = view.members.Find(name);
    if (member == nullptr || member->never_seen()) forgotten.push_back(name);
  }
  return forgotten;
}

bool LedgerKeeper::AddEntry(const Member& member, Batch& batch) {
  model::LedgerEntry entry = EntryOf(member);
  const auto known = known_.find(member.name);
  const auto make = [&] {
    std::string path = model::JoinPath(store_.paths().ledger, member.name);
    std::string data = model::SerializeLedgerEntry(entry);
    if (known == known_.end())
      return zk::Op::Create(std::move(path), std::move(data),
                            zk::CreateMode::kPersistent);
    // By version: a member that leaves writes its own goodbye here.
    return zk::Op::Set(std::move(path), std::move(data), known->second.version);
  };
  zk::Op op = make();
  if (!batch.ops.CanHold(op)) {
    // How it went matters more than what it was.
    model::MemberRecord bare;
    bare.state = entry.record.state;
    entry.record = std::move(bare);
    op = make();
  }
  if (!batch.ops.CanHold(op)) {
    if (left_out_.insert(member.name).second)
      base::Log(store_.options().log, base::LogLevel::kWarning,
                "a member's name is too long for the ledger: its loss is "
                "forgotten with this rosterd bytes=",
                member.name.size(), " member=",
                base::Quoted(member.name.substr(0, kMaxLoggedName)));
    return true;
  }
  if (!batch.ops.Add(op)) return false;
  const int32_t version = known == known_.end() ? 0 : known->second.version + 1;
  batch.written[member.name] = {entry.czxid, version, entry.state};
  return true;
}

bool LedgerKeeper::AddDeletion(const std::string& name, Batch& batch) {
  zk::Op op = zk::Op::Delete(model::JoinPath(store_.paths().ledger, name),
                             known_.find(name)->second.version);
  // Somebody else's entry, and nobody's loss.
  if (!batch.ops.CanHold(op)) return true;
  if (!batch.ops.Add(op)) return false;
  batch.gone.push_back(name);
  return true;
}

absl::Status LedgerKeeper::Write(Batch batch, absl::Time deadline) {
  if (batch.ops.empty()) return absl::OkStatus();
  if (absl::Status status =
          store_.session().Multi(std::move(batch.ops).Take(), deadline);
      !status.ok()) {
    // A member that left has written its goodbye, or it is not known what was
    // written.
    std::vector<std::string> names = std::move(batch.gone);
    for (const auto& [name, known] : batch.written) names.push_back(name);
    if (!Read(names, deadline).ok()) Reset();
    return status;
  }
  for (auto& [name, known] : batch.written)
    known_.insert_or_assign(name, known);
  for (const std::string& name : batch.gone) known_.erase(name);
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
