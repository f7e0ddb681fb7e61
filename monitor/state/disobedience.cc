#include "monitor/state/disobedience.h"

namespace roster::monitor {

std::string DisobedienceNote(const ClusterView& view, const std::string& name) {
  const MemberPtr member = view.members.Find(name);
  if (member == nullptr || !member->present || member->record.applied_epoch)
    return "";
  return "obeys no orders: its work goes on";
}

}  // namespace roster::monitor
