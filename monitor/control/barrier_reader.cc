#include "monitor/control/barrier_reader.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "base/status_macros.h"
#include "model/paths.h"

namespace roster::monitor {
namespace {

// Takes `ready` out of `children`, so that those inside are left.
BarrierInfo Describe(const std::string& path, const zk::OwnedNode& node,
                     std::vector<std::string>& children) {
  BarrierInfo info{
      .path = path, .created = node.stat.ctime, .version = node.stat.version};
  const bool ready = std::erase(children, kBarrierReady) > 0;
  info.entered_count = children.size();
  int64_t needed = 0;
  if (absl::SimpleAtoi(node.data, &needed) && needed > 0) {
    info.kind = BarrierKind::kCount;
    info.needed = needed;
  } else if (ready || !children.empty()) {
    info.kind = BarrierKind::kDouble;
  }
  info.open = ready;
  return info;
}

}  // namespace

absl::StatusOr<Look<BarrierInfo>> ReadBarrier(FolderReader& reader,
                                              const std::string& path,
                                              size_t limit,
                                              const std::string& after) {
  ROSTER_ASSIGN_OR_RETURN(const zk::OwnedNode node, reader.Get(path));
  ROSTER_ASSIGN_OR_RETURN(std::vector<std::string> inside, reader.List(path));
  Look<BarrierInfo> look{.info = Describe(path, node, inside)};
  std::sort(inside.begin(), inside.end());
  const auto begin = std::upper_bound(inside.begin(), inside.end(), after);
  const auto end = begin + std::min<ptrdiff_t>(static_cast<ptrdiff_t>(limit),
                                               inside.end() - begin);
  if (end != inside.end()) look.next_after = *(end - 1);
  for (auto name = begin; name != end; ++name)
    look.info.entered.push_back(
        {.node = *name, .path = model::JoinPath(path, *name)});
  ROSTER_RETURN_IF_ERROR(reader.Read(look.info.entered));
  return look;
}

absl::StatusOr<FolderPage<BarrierInfo>> ReadBarriers(FolderReader& reader,
                                                     const std::string& folder,
                                                     size_t limit,
                                                     const std::string& after) {
  FolderPage<BarrierInfo> page;
  const auto add = [&](FolderReader::Entry entry) {
    page.infos.push_back(Describe(entry.path, entry.node, entry.children));
    return absl::OkStatus();
  };
  ROSTER_ASSIGN_OR_RETURN(page.next_after,
                          reader.ReadFolder(folder, limit, after, add));
  return page;
}

}  // namespace roster::monitor
