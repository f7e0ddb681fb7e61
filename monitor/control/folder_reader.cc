#include "monitor/control/folder_reader.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "model/paths.h"

namespace roster::monitor {
namespace {

// Nodes may hold 1 MiB each, and listings of 10,000 names about as much: what
// is under way at one time has to fit into memory.
constexpr size_t kAtATime = 32;

absl::Status BadPath(std::string_view field, std::string_view why) {
  return base::WithReason(
      base::WithBadField(
          absl::InvalidArgumentError(base::StrCat(field, ": ", why)), field),
      "INVALID_COORDINATION_PATH");
}

// ZooKeeper has no limit; an error that repeats the path has to have one.
constexpr size_t kMaxPathBytes = 1024;

absl::Status CheckPath(std::string_view field, std::string_view path) {
  if (path.size() > kMaxPathBytes)
    return BadPath(field,
                   base::StrCat("longer than ", kMaxPathBytes, " bytes"));
  if (const absl::Status valid = model::ValidatePath(path); !valid.ok())
    return BadPath(field, base::Message(valid));
  if (path == "/zookeeper" || path.starts_with("/zookeeper/"))
    return BadPath(field, "/zookeeper is ZooKeeper's own");
  return absl::OkStatus();
}

std::vector<std::string> PartOf(const std::vector<std::string>& all,
                                size_t begin) {
  return {all.begin() + begin,
          all.begin() + std::min(begin + kAtATime, all.size())};
}

}  // namespace

absl::StatusOr<std::string> PathOf(const CoordinationTarget& target,
                                   std::string_view root) {
  if (target.name.empty() == target.path.empty())
    return BadPath("name", "exactly one of name and path must be given");
  if (target.path.empty()) {
    std::string path = model::JoinPath(root, target.name);
    ROSTER_RETURN_IF_ERROR(CheckPath("name", path));
    return path;
  }
  if (target.path == "/") return BadPath("path", "the root is a folder");
  ROSTER_RETURN_IF_ERROR(CheckPath("path", target.path));
  return target.path;
}

absl::StatusOr<std::string> FolderOf(const std::string& folder,
                                     std::string_view root) {
  if (folder.empty()) return std::string(root);
  ROSTER_RETURN_IF_ERROR(CheckPath("folder", folder));
  return folder;
}

std::string NameBelow(std::string_view path, std::string_view root) {
  const std::string prefix = model::JoinPath(root, "");
  if (!path.starts_with(prefix)) return "";
  return std::string(path.substr(prefix.size()));
}

absl::StatusOr<std::vector<std::string>> FolderReader::List(
    const std::string& path) {
  auto children = session_.GetChildren(path, deadline_);
  if (!children.ok()) return children.status();
  return std::move(children->names);
}

absl::StatusOr<std::vector<std::string>> FolderReader::ListIfAny(
    const std::string& path) {
  auto names = List(path);
  if (absl::IsNotFound(names.status())) return std::vector<std::string>();
  return names;
}

std::vector<absl::StatusOr<zk::Children>> FolderReader::ListAll(
    const std::vector<std::string>& paths) {
  using Results = std::vector<absl::StatusOr<zk::Children>>;
  if (paths.empty()) return {};
  auto results = session_.Await<Results>(
      "list a folder", deadline_,
      [paths](zk::Session& session, zk::Session::Callback<Results> done) {
        struct Gathered {
          Results results;
          size_t missing;
          zk::Session::Callback<Results> done;
        };
        const size_t count = paths.size();
        auto gathered = std::make_shared<Gathered>(Gathered{
            Results(count, absl::UnknownError("")), count, std::move(done)});
        for (size_t i = 0; i < count; ++i)
          session.GetChildren(
              paths[i], /*watcher=*/0,
              [gathered, i](absl::StatusOr<zk::Children> children) {
                gathered->results[i] = std::move(children);
                if (--gathered->missing == 0)
                  gathered->done(std::move(gathered->results));
              });
      });
  if (!results.ok()) return Results(paths.size(), results.status());
  return *std::move(results);
}

absl::StatusOr<std::string> FolderReader::ReadFolder(
    const std::string& folder, size_t limit, const std::string& after,
    absl::FunctionRef<absl::Status(Entry entry)> visit) {
  ROSTER_ASSIGN_OR_RETURN(std::vector<std::string> names, ListIfAny(folder));
  std::erase_if(names, [&](const std::string& name) {
    return name <= after || (folder == "/" && name == "zookeeper");
  });
  std::sort(names.begin(), names.end());
  std::string next_after;
  if (names.size() > limit) {
    names.resize(limit);
    next_after = names.back();
  }
  for (std::string& name : names) name = model::JoinPath(folder, name);
  for (size_t begin = 0; begin < names.size(); begin += kAtATime) {
    const std::vector<std::string> part = PartOf(names, begin);
    auto nodes = session_.GetAll(part, deadline_);
    auto children = ListAll(part);
    for (size_t i = 0; i < part.size(); ++i) {
      if (absl::IsNotFound(nodes[i].status()) ||
          absl::IsNotFound(children[i].status()))
        continue;
      ROSTER_RETURN_IF_ERROR(nodes[i].status());
      ROSTER_RETURN_IF_ERROR(children[i].status());
      ROSTER_RETURN_IF_ERROR(
          visit({.path = part[i],
                 .node = *std::move(nodes[i]),
                 .children = std::move(children[i]->names)}));
    }
  }
  return next_after;
}

absl::Status FolderReader::Read(std::vector<Contender>& contenders) {
  std::vector<std::string> paths;
  for (const Contender& contender : contenders) paths.push_back(contender.path);
  std::vector<Contender> there;
  for (size_t begin = 0; begin < paths.size(); begin += kAtATime) {
    const auto nodes = session_.GetAll(PartOf(paths, begin), deadline_);
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (absl::IsNotFound(nodes[i].status())) continue;
      ROSTER_RETURN_IF_ERROR(nodes[i].status());
      there.push_back(std::move(contenders[begin + i]));
      FillIn(*nodes[i], there.back());
    }
  }
  contenders = std::move(there);
  return absl::OkStatus();
}

absl::Status FolderReader::Read(const std::string& folder,
                                std::vector<QueuedItem>& items) {
  std::vector<std::string> paths;
  for (const QueuedItem& item : items)
    paths.push_back(model::JoinPath(folder, item.node));
  std::vector<QueuedItem> there;
  for (size_t begin = 0; begin < paths.size(); begin += kAtATime) {
    const auto nodes = session_.GetAll(PartOf(paths, begin), deadline_);
    for (size_t i = 0; i < nodes.size(); ++i) {
      if (absl::IsNotFound(nodes[i].status())) continue;
      ROSTER_RETURN_IF_ERROR(nodes[i].status());
      there.push_back(std::move(items[begin + i]));
      there.back().created = nodes[i]->stat.ctime;
      there.back().data = Shown(*nodes[i]);
    }
  }
  items = std::move(there);
  return absl::OkStatus();
}

void FillIn(const zk::OwnedNode& node, Contender& contender) {
  contender.session_id = node.stat.ephemeral_owner;
  contender.created = node.stat.ctime;
  contender.czxid = node.stat.czxid;
  contender.version = node.stat.version;
  contender.data = Shown(node);
}

NodeData Shown(const zk::OwnedNode& node) {
  return {.bytes = node.data.substr(0, kShownDataBytes),
          .size = static_cast<int64_t>(node.data.size())};
}

ForeignNodes ToForeign(const std::vector<std::string>& sorted) {
  return {
      .count = sorted.size(),
      .nodes = {sorted.begin(),
                sorted.begin() + std::min(sorted.size(), kShownForeignNodes)}};
}

void FindMembers(const ClusterView& view,
                 const std::vector<Contender*>& contenders) {
  if (contenders.empty()) return;
  // Who has which session; empty while it is not known.
  absl::flat_hash_map<int64_t, std::string> names;
  for (const Contender* contender : contenders)
    if (contender->session_id != 0) names[contender->session_id];
  view.members.ForEach([&](const MemberPtr& member) {
    if (!member->present || member->session_id == 0) return;
    const auto it = names.find(member->session_id);
    if (it != names.end() && it->second.empty()) it->second = member->name;
  });
  for (Contender* contender : contenders) {
    const auto owner = names.find(contender->session_id);
    if (owner != names.end() && !owner->second.empty()) {
      contender->member = owner->second;
      contender->member_claimed = false;
      continue;
    }
    const std::string claim =
        contender->member.empty() ? contender->data.bytes : contender->member;
    const bool known = !claim.empty() && view.members.Find(claim) != nullptr;
    contender->member = known ? claim : "";
    contender->member_claimed = known;
  }
}

}  // namespace roster::monitor
