#include "monitor/control/lock_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "coordination/candidate_name.h"
#include "model/paths.h"
#include "monitor/control/line_page.h"

namespace roster::monitor {
namespace {

using coordination::Line;
using coordination::LineRole;

constexpr size_t kKazooLeaseDigits = 32;

// A line is listed, then its nodes are read. How often that is done anew
// because those at its head went in between: who comes after them leads or
// holds by then. After that, who went is not counted.
constexpr int kLooks = 3;

const std::vector<LineRole>& LockRoles() {
  static const auto* roles = new std::vector<LineRole>{
      LineRole::kExclusive, LineRole::kRead, LineRole::kWrite};
  return *roles;
}

bool Contains(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool IsKazooLease(const std::string& name) {
  return name.size() == kKazooLeaseDigits &&
         std::all_of(name.begin(), name.end(), absl::ascii_isxdigit);
}

void Append(std::vector<Contender> more, std::vector<Contender>& nodes) {
  for (Contender& node : more) nodes.push_back(std::move(node));
}

absl::StatusOr<LockLine> ReadCuratorSemaphore(
    FolderReader& reader, const std::string& path,
    std::vector<std::string> children) {
  const std::string leases = model::JoinPath(path, "leases");
  const std::string locks = model::JoinPath(path, "locks");
  ROSTER_ASSIGN_OR_RETURN(const auto held, reader.ListIfAny(leases));
  ROSTER_ASSIGN_OR_RETURN(const auto waiting, reader.ListIfAny(locks));
  const Line lease_line = coordination::ReadLine(held, {LineRole::kLease});
  LockLine result{.kind = LockKind::kSemaphore,
                  .nodes = ContendersOf(leases, lease_line)};
  result.holders = result.nodes.size();
  Append(ContendersOf(locks, coordination::ReadLine(waiting, LockRoles())),
         result.nodes);
  std::erase(children, "leases");
  std::erase(children, "locks");
  result.foreign = std::move(children);
  for (const std::string& name : lease_line.foreign)
    result.foreign.push_back(name);
  std::sort(result.foreign.begin(), result.foreign.end());
  return result;
}

absl::StatusOr<LockLine> ReadKazooSemaphore(FolderReader& reader,
                                            const std::string& path,
                                            int64_t max_leases,
                                            std::vector<std::string> children) {
  const std::string lock = base::StrCat(path, "-__lock__");
  ROSTER_ASSIGN_OR_RETURN(const auto waiting, reader.ListIfAny(lock));
  LockLine result{.kind = LockKind::kSemaphore, .max_leases = max_leases};
  std::sort(children.begin(), children.end());
  for (const std::string& name : children)
    result.nodes.push_back({.node = name,
                            .path = model::JoinPath(path, name),
                            .role = ContenderRole::kLease,
                            .format = NodeFormat::kKazoo});
  result.holders = result.nodes.size();
  Append(ContendersOf(lock, coordination::ReadLine(waiting, LockRoles())),
         result.nodes);
  return result;
}

LockInfo Describe(const std::string& path, const LockLine& line) {
  return {.path = path,
          .kind = line.kind,
          .holder_count = line.holders,
          .waiter_count = line.nodes.size() - line.holders,
          .max_leases = line.max_leases,
          .foreign = ToForeign(line.foreign)};
}

// Who it is to a designation, and whether it obeys one: only Roster writes the
// names of those that do. See coordination/candidate_name.h.
void NameCandidates(std::vector<Contender>& candidates) {
  for (Contender& candidate : candidates) {
    candidate.member =
        coordination::CandidateId(candidate.node, candidate.data.bytes);
    if (coordination::ParseCandidateName(candidate.node).movable)
      candidate.format = NodeFormat::kRoster;
  }
}

ElectionInfo DescribeElection(const std::string& path, const Line& line) {
  return {.path = path,
          .kind = line.empty() ? ElectionKind::kUnknown : ElectionKind::kLine,
          .candidate_count = line.nodes.size(),
          .foreign = ToForeign(line.foreign)};
}

ElectionInfo StaticElection(const std::string& path,
                            const zk::OwnedNode& node) {
  Contender leader{.node = path.substr(path.rfind('/') + 1), .path = path};
  FillIn(node, leader);
  ElectionInfo info{.path = path,
                    .kind = ElectionKind::kStatic,
                    .leader = {std::move(leader)},
                    .candidate_count = 1};
  NameCandidates(info.leader);
  return info;
}

}  // namespace

absl::StatusOr<LockLine> ReadLockLine(
    FolderReader& reader, const std::string& path, const std::string& data,
    const std::vector<std::string>& children) {
  const Line line = coordination::ReadLine(children, LockRoles());
  if (line.empty() && Contains(children, "leases"))
    return ReadCuratorSemaphore(reader, path, children);
  int64_t max_leases = 0;
  if (line.empty() && absl::SimpleAtoi(data, &max_leases) && max_leases > 0 &&
      std::all_of(children.begin(), children.end(), IsKazooLease))
    return ReadKazooSemaphore(reader, path, max_leases, children);
  LockLine result{.nodes = ContendersOf(path, line),
                  .holders = coordination::CountHolders(line),
                  .foreign = line.foreign};
  if (line.Has(LineRole::kRead) || line.Has(LineRole::kWrite))
    result.kind = LockKind::kReadWrite;
  else if (!line.empty())
    result.kind = LockKind::kExclusive;
  return result;
}

namespace {

absl::StatusOr<Look<LockInfo>> LookAtLock(FolderReader& reader,
                                          const std::string& path, size_t limit,
                                          const std::string& after,
                                          bool& holder_gone) {
  ROSTER_ASSIGN_OR_RETURN(const zk::OwnedNode node, reader.Get(path));
  ROSTER_ASSIGN_OR_RETURN(const auto children, reader.List(path));
  ROSTER_ASSIGN_OR_RETURN(const LockLine line,
                          ReadLockLine(reader, path, node.data, children));
  ROSTER_ASSIGN_OR_RETURN(LinePage page, PageOf(line.nodes, limit, after));
  Look<LockInfo> look{.info = Describe(path, line),
                      .next_after = std::move(page.next_after)};
  const size_t holders =
      std::clamp(line.holders, page.begin, page.begin + page.nodes.size()) -
      page.begin;
  look.info.holders.assign(page.nodes.begin(), page.nodes.begin() + holders);
  look.info.waiters.assign(page.nodes.begin() + holders, page.nodes.end());
  ROSTER_RETURN_IF_ERROR(reader.Read(look.info.holders));
  ROSTER_RETURN_IF_ERROR(reader.Read(look.info.waiters));
  const size_t waiters = page.nodes.size() - holders;
  holder_gone = look.info.holders.size() < holders;
  look.info.holder_count -= holders - look.info.holders.size();
  look.info.waiter_count -= waiters - look.info.waiters.size();
  return look;
}

absl::StatusOr<Look<ElectionInfo>> LookAtElection(FolderReader& reader,
                                                  const std::string& path,
                                                  size_t limit,
                                                  const std::string& after,
                                                  bool& leader_gone) {
  ROSTER_ASSIGN_OR_RETURN(const zk::OwnedNode node, reader.Get(path));
  leader_gone = false;
  if (node.stat.ephemeral_owner != 0)
    return Look<ElectionInfo>{.info = StaticElection(path, node)};
  ROSTER_ASSIGN_OR_RETURN(const auto children, reader.List(path));
  const Line line = coordination::ReadElectionLine(children);
  const std::vector<Contender> nodes = ContendersOf(path, line);
  ROSTER_ASSIGN_OR_RETURN(LinePage page, PageOf(nodes, limit, after));
  Look<ElectionInfo> look{.info = DescribeElection(path, line),
                          .next_after = std::move(page.next_after)};
  const size_t listed = page.nodes.size();
  look.info.candidates = std::move(page.nodes);
  ROSTER_RETURN_IF_ERROR(reader.Read(look.info.candidates));
  look.info.candidate_count -= listed - look.info.candidates.size();
  const auto& candidates = look.info.candidates;
  if (page.begin > 0) {
    look.info.leader = {nodes.front()};
    ROSTER_RETURN_IF_ERROR(reader.Read(look.info.leader));
    look.info.candidate_count -= 1 - look.info.leader.size();
  } else if (!candidates.empty() &&
             candidates.front().node == nodes.front().node) {
    look.info.leader = {candidates.front()};
  }
  leader_gone = look.info.leader.empty() && !nodes.empty();
  NameCandidates(look.info.leader);
  NameCandidates(look.info.candidates);
  return look;
}

template <typename Info>
absl::StatusOr<Look<Info>> LookUntilSteady(
    absl::StatusOr<Look<Info>> (*look_at)(FolderReader&, const std::string&,
                                          size_t, const std::string&, bool&),
    FolderReader& reader, const std::string& path, size_t limit,
    const std::string& after) {
  for (int looks = 1;; ++looks) {
    bool gone = false;
    auto look = look_at(reader, path, limit, after, gone);
    if (!look.ok() || !gone || looks == kLooks) return look;
  }
}

// Of a listing: `info` as it is by now. What is not there any more is shown as
// it was, with nobody in it.
absl::Status LookAgain(FolderReader& reader, LockInfo& info) {
  auto look = ReadLock(reader, info.path, /*limit=*/1, /*after=*/"");
  info.holder_count = 0;
  if (absl::IsNotFound(look.status())) return absl::OkStatus();
  ROSTER_RETURN_IF_ERROR(look.status());
  info = std::move(look->info);
  info.waiters.clear();
  return absl::OkStatus();
}

absl::Status LookAgain(FolderReader& reader, ElectionInfo& info) {
  auto look = ReadElection(reader, info.path, /*limit=*/1, /*after=*/"");
  info.candidate_count = 0;
  if (absl::IsNotFound(look.status())) return absl::OkStatus();
  ROSTER_RETURN_IF_ERROR(look.status());
  info = std::move(look->info);
  info.candidates.clear();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Look<LockInfo>> ReadLock(FolderReader& reader,
                                        const std::string& path, size_t limit,
                                        const std::string& after) {
  return LookUntilSteady(LookAtLock, reader, path, limit, after);
}

absl::StatusOr<FolderPage<LockInfo>> ReadLocks(FolderReader& reader,
                                               const std::string& folder,
                                               size_t limit,
                                               const std::string& after) {
  FolderPage<LockInfo> page;
  std::vector<Contender> first;
  const auto add = [&](const FolderReader::Entry& entry) -> absl::Status {
    ROSTER_ASSIGN_OR_RETURN(
        const LockLine line,
        ReadLockLine(reader, entry.path, entry.node.data, entry.children));
    page.infos.push_back(Describe(entry.path, line));
    if (line.holders > 0) first.push_back(line.nodes.front());
    return absl::OkStatus();
  };
  ROSTER_ASSIGN_OR_RETURN(page.next_after,
                          reader.ReadFolder(folder, limit, after, add));
  ROSTER_RETURN_IF_ERROR(reader.Read(first));
  // Both are in the order of the folder.
  auto info = page.infos.begin();
  for (Contender& holder : first) {
    while (!holder.path.starts_with(model::JoinPath(info->path, ""))) ++info;
    info->holders.push_back(std::move(holder));
  }
  for (LockInfo& one : page.infos)
    if (one.holder_count > 0 && one.holders.empty())
      ROSTER_RETURN_IF_ERROR(LookAgain(reader, one));
  return page;
}

absl::StatusOr<Look<ElectionInfo>> ReadElection(FolderReader& reader,
                                                const std::string& path,
                                                size_t limit,
                                                const std::string& after) {
  return LookUntilSteady(LookAtElection, reader, path, limit, after);
}

absl::StatusOr<FolderPage<ElectionInfo>> ReadElections(
    FolderReader& reader, const std::string& folder, size_t limit,
    const std::string& after) {
  FolderPage<ElectionInfo> page;
  std::vector<Contender> leaders;
  const auto add = [&](const FolderReader::Entry& entry) {
    if (entry.node.stat.ephemeral_owner != 0) {
      page.infos.push_back(StaticElection(entry.path, entry.node));
      return absl::OkStatus();
    }
    const Line line = coordination::ReadElectionLine(entry.children);
    page.infos.push_back(DescribeElection(entry.path, line));
    if (!line.empty())
      leaders.push_back(ContendersOf(entry.path, line).front());
    return absl::OkStatus();
  };
  ROSTER_ASSIGN_OR_RETURN(page.next_after,
                          reader.ReadFolder(folder, limit, after, add));
  ROSTER_RETURN_IF_ERROR(reader.Read(leaders));
  NameCandidates(leaders);
  // Both are in the order of the folder.
  auto info = page.infos.begin();
  for (Contender& leader : leaders) {
    while (leader.path != model::JoinPath(info->path, leader.node)) ++info;
    info->leader.push_back(std::move(leader));
  }
  for (ElectionInfo& one : page.infos)
    if (one.candidate_count > 0 && one.leader.empty())
      ROSTER_RETURN_IF_ERROR(LookAgain(reader, one));
  return page;
}

}  // namespace roster::monitor
