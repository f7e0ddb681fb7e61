#include "registrar/record_fit.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace roster::registrar {
namespace {

// One way to make a record smaller. Returns what was left out, or "" when the
// record has nothing of the kind.
using Cut = std::string (*)(model::MemberRecord&);

std::string CutEndedTasks(model::MemberRecord& record) {
  const size_t ended = std::erase_if(record.tasks, [](const model::Task& task) {
    return task.state != model::TaskState::kRunning;
  });
  return ended == 0 ? "" : absl::StrCat(ended, " ended tasks");
}

std::string CutMessages(model::MemberRecord& record) {
  size_t messages = 0;
  for (model::Task& task : record.tasks) {
    if (task.message.empty()) continue;
    task.message.clear();
    ++messages;
  }
  return messages == 0 ? "" : absl::StrCat(messages, " messages");
}

std::string CutGauges(model::MemberRecord& record) {
  if (record.gauges.empty()) return "";
  const size_t gauges = record.gauges.size();
  record.gauges.clear();
  return absl::StrCat(gauges, " gauges");
}

std::string CutHalfOfTasks(model::MemberRecord& record) {
  if (record.tasks.empty()) return "";
  // The oldest stay: they are the ones that somebody may be waiting for.
  const size_t keep = record.tasks.size() / 2;
  const size_t cut = record.tasks.size() - keep;
  record.tasks.resize(keep);
  return absl::StrCat(cut, " tasks");
}

std::string CutMaps(model::MemberRecord& record) {
  if (record.labels.empty() && record.endpoints.empty()) return "";
  record.labels.clear();
  record.endpoints.clear();
  return "labels and endpoints";
}

std::string CutReason(model::MemberRecord& record) {
  if (record.state_reason.empty()) return "";
  record.state_reason.clear();
  return "the reason of the state";
}

}  // namespace

absl::StatusOr<FittedRecord> FitRecord(model::MemberRecord record,
                                       size_t max_bytes) {
  constexpr Cut kCuts[] = {CutEndedTasks,  CutMessages, CutGauges,
                           CutHalfOfTasks, CutMaps,     CutReason};
  FittedRecord fitted;
  auto bytes = model::SerializeMemberRecord(record, max_bytes);
  for (const Cut cut : kCuts) {
    while (!bytes.ok()) {
      const std::string left_out = cut(record);
      if (left_out.empty()) break;
      absl::StrAppend(&fitted.left_out, fitted.left_out.empty() ? "" : ", ",
                      left_out);
      bytes = model::SerializeMemberRecord(record, max_bytes);
    }
  }
  if (!bytes.ok()) return bytes.status();
  fitted.bytes = *std::move(bytes);
  return fitted;
}

}  // namespace roster::registrar
