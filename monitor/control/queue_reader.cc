#include "monitor/control/queue_reader.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "base/status_macros.h"
#include "coordination/queue_listing.h"
#include "model/paths.h"

namespace roster::monitor {
namespace {

using coordination::ListedItem;
using coordination::QueueListing;
using coordination::QueueWriter;

constexpr char kEntries[] = "entries";
constexpr char kTaken[] = "taken";

NodeFormat FormatOf(QueueWriter writer) {
  switch (writer) {
    case QueueWriter::kAnybody:
      return NodeFormat::kUnknown;
    case QueueWriter::kRoster:
      return NodeFormat::kRoster;
    case QueueWriter::kCurator:
      return NodeFormat::kCurator;
    case QueueWriter::kKazoo:
      return NodeFormat::kKazoo;
  }
  return NodeFormat::kUnknown;
}

QueuedItem ItemOf(const ListedItem& listed) {
  return {.node = listed.item.name,
          .sequence = listed.item.sequence,
          .priority = listed.item.priority,
          .not_before = listed.item.due,
          .format = FormatOf(listed.writer)};
}

// A queue's nodes, not read yet.
struct Nodes {
  std::string items_path;
  std::string taken_path;
  std::vector<std::string> names;  // of what lies where items do
  QueueListing listing;
  absl::flat_hash_set<std::string> taken;
  size_t taken_count = 0;
};

absl::StatusOr<Nodes> ReadNodes(FolderReader& reader, const std::string& path,
                                std::vector<std::string> children) {
  Nodes nodes{.items_path = path, .names = std::move(children)};
  std::vector<std::string> beside;
  if (std::erase(nodes.names, kEntries) > 0) {
    nodes.items_path = model::JoinPath(path, kEntries);
    nodes.taken_path = model::JoinPath(path, kTaken);
    beside = std::exchange(nodes.names, {});
    std::erase(beside, kTaken);
    ROSTER_ASSIGN_OR_RETURN(nodes.names, reader.ListIfAny(nodes.items_path));
    ROSTER_ASSIGN_OR_RETURN(const auto taken,
                            reader.ListIfAny(nodes.taken_path));
    nodes.taken.insert(taken.begin(), taken.end());
  }
  nodes.listing = coordination::ListQueue(nodes.names);
  // A claim whose item is gone is about to go, too.
  nodes.taken_count =
      std::count_if(nodes.listing.items.begin(), nodes.listing.items.end(),
                    [&](const ListedItem& listed) {
                      return nodes.taken.contains(listed.item.name);
                    });
  std::vector<std::string>& foreign = nodes.listing.foreign;
  foreign.insert(foreign.end(), beside.begin(), beside.end());
  std::sort(foreign.begin(), foreign.end());
  return nodes;
}

// In the listing, the first item behind `after`, which may be gone.
size_t PageBegin(const Nodes& nodes, const std::string& after) {
  const auto place = [&](const QueueListing& listing) {
    return std::find_if(listing.items.begin(), listing.items.end(),
                        [&](const ListedItem& listed) {
                          return listed.item.name == after;
                        }) -
           listing.items.begin();
  };
  if (after.empty()) return 0;
  const size_t found = place(nodes.listing);
  if (found < nodes.listing.items.size()) return found + 1;
  std::vector<std::string> names = nodes.names;
  names.push_back(after);
  const QueueListing with_it = coordination::ListQueue(names);
  const size_t would_be = place(with_it);
  return would_be < with_it.items.size() ? would_be : 0;
}

absl::Status ReadClaims(FolderReader& reader, const Nodes& nodes,
                        std::vector<QueuedItem>& items) {
  std::vector<Contender> claims;
  for (const QueuedItem& item : items)
    if (nodes.taken.contains(item.node))
      claims.push_back({.node = item.node,
                        .path = model::JoinPath(nodes.taken_path, item.node)});
  ROSTER_RETURN_IF_ERROR(reader.Read(claims));
  // Both are in the order of the queue.
  auto item = items.begin();
  for (Contender& claim : claims) {
    while (item->node != claim.node) ++item;
    item->taken_by.push_back(std::move(claim));
  }
  return absl::OkStatus();
}

// The item put first; none if there are none.
void AddOldest(const Nodes& nodes, std::vector<Contender>& oldest) {
  if (nodes.listing.items.empty()) return;
  const std::string& name = OldestItem(nodes.listing).item.name;
  oldest.push_back(
      {.node = name, .path = model::JoinPath(nodes.items_path, name)});
}

QueueInfo Describe(const std::string& path, const Nodes& nodes) {
  return {.path = path,
          .length = nodes.listing.items.size(),
          .taken_count = nodes.taken_count,
          .foreign = ToForeign(nodes.listing.foreign)};
}

}  // namespace

absl::StatusOr<Look<QueueInfo>> ReadQueue(FolderReader& reader,
                                          const std::string& path, size_t limit,
                                          const std::string& after) {
  ROSTER_ASSIGN_OR_RETURN(auto children, reader.List(path));
  ROSTER_ASSIGN_OR_RETURN(const Nodes nodes,
                          ReadNodes(reader, path, std::move(children)));
  const std::vector<ListedItem>& items = nodes.listing.items;
  Look<QueueInfo> look{.info = Describe(path, nodes)};
  const size_t begin = PageBegin(nodes, after);
  const size_t end = std::min(items.size(), begin + limit);
  for (size_t i = begin; i < end; ++i)
    look.info.items.push_back(ItemOf(items[i]));
  if (end < items.size() && end > begin)
    look.next_after = items[end - 1].item.name;
  ROSTER_RETURN_IF_ERROR(reader.Read(nodes.items_path, look.info.items));
  ROSTER_RETURN_IF_ERROR(ReadClaims(reader, nodes, look.info.items));
  std::vector<Contender> oldest;
  AddOldest(nodes, oldest);
  ROSTER_RETURN_IF_ERROR(reader.Read(oldest));
  if (!oldest.empty()) look.info.oldest_created = oldest.front().created;
  return look;
}

absl::StatusOr<FolderPage<QueueInfo>> ReadQueues(FolderReader& reader,
                                                 const std::string& folder,
                                                 size_t limit,
                                                 const std::string& after) {
  FolderPage<QueueInfo> page;
  std::vector<Contender> oldest;
  const auto add = [&](FolderReader::Entry entry) -> absl::Status {
    ROSTER_ASSIGN_OR_RETURN(
        const Nodes nodes,
        ReadNodes(reader, entry.path, std::move(entry.children)));
    page.infos.push_back(Describe(entry.path, nodes));
    AddOldest(nodes, oldest);
    return absl::OkStatus();
  };
  ROSTER_ASSIGN_OR_RETURN(page.next_after,
                          reader.ReadFolder(folder, limit, after, add));
  ROSTER_RETURN_IF_ERROR(reader.Read(oldest));
  // Both are in the order of the folder.
  auto info = page.infos.begin();
  for (const Contender& item : oldest) {
    while (!item.path.starts_with(model::JoinPath(info->path, ""))) ++info;
    info->oldest_created = item.created;
  }
  return page;
}

}  // namespace roster::monitor
