#include "monitor/metrics/member_series.h"

#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "base/strings.h"
#include "model/member_record.h"
#include "model/member_status.h"
#include "monitor/metrics/metric_names.h"
#include "monitor/metrics/task_summary.h"
#include "monitor/metrics/text_format.h"

namespace roster::monitor {
namespace {

using model::MemberStatus;

// The lines of a family must stand together, and one pass over the members is
// cheaper than one per family: so each family fills a buffer of its own.
struct Family {
  explicit Family(const MetricSpec& s) : spec(s) {}

  const MetricSpec& spec;
  std::string rows;
};

double Seconds(absl::Time time) {
  return absl::ToDoubleSeconds(time - absl::UnixEpoch());
}

// The labels that all series of a member, and of one of its tasks, begin with:
// `cluster="c",member="m"`.
void AppendLabel(std::string_view name, std::string_view value,
                 std::string& out) {
  if (!out.empty()) out.push_back(',');
  out.append(name).append("=\"");
  AppendLabelValue(value, out);
  out.push_back('"');
}

class Writer {
 public:
  explicit Writer(const MemberSeriesOptions& options) : options_(options) {
    // Two labels of one sanitized name would make the page unreadable.
    absl::flat_hash_set<std::string> taken;
    for (const std::string& label : options.info_labels) {
      std::string name = "label_" + LabelName(label);
      if (taken.insert(name).second)
        info_labels_.emplace_back(label, std::move(name));
    }
  }

  void Write(const Member& member);
  void Drop(const Member& member);
  std::string Finish() &&;

 private:
  void WriteRow(Family& family, std::string_view labels, double value);
  // With one more label after `labels`.
  void WriteRow(Family& family, std::string_view labels, std::string_view name,
                std::string_view label, double value);
  void WriteInfo(const Member& member);
  void WriteTask(const TaskSummary& task);
  bool HasRoomFor(size_t series) const {
    return series_ + series <= options_.max_series_per_member;
  }

  const MemberSeriesOptions& options_;
  std::vector<std::pair<std::string, std::string>> info_labels_;

  std::string labels_;       // of the present member
  std::string more_labels_;  // scratch
  size_t series_ = 0;        // of the present member
  uint64_t dropped_ = 0;

  Family status_{metric::kMemberStatus};
  Family info_{metric::kMemberInfo};
  Family joined_{metric::kMemberJoined};
  Family departed_{metric::kMemberDeparted};
  Family held_{metric::kMemberHeld};
  Family reading_{metric::kMemberReading};
  Family task_state_{metric::kTaskState};
  Family task_done_{metric::kTaskDone};
  Family task_total_{metric::kTaskTotalUnits};
  Family task_progress_{metric::kTaskProgress};
  Family task_rate_{metric::kTaskRate};
  Family task_end_{metric::kTaskExpectedEnd};
  Family task_stalled_{metric::kTaskStalled};
};

void Writer::WriteRow(Family& family, std::string_view labels, double value) {
  family.rows.append(family.spec.name);
  family.rows.push_back('{');
  family.rows.append(labels);
  family.rows.append("} ");
  AppendNumber(value, family.rows);
  family.rows.push_back('\n');
  ++series_;
}

void Writer::WriteRow(Family& family, std::string_view labels,
                      std::string_view name, std::string_view label,
                      double value) {
  more_labels_.assign(labels);
  AppendLabel(name, label, more_labels_);
  WriteRow(family, more_labels_, value);
}

void Writer::WriteInfo(const Member& member) {
  std::string labels = labels_;
  AppendLabel("service", member.record.service, labels);
  AppendLabel("version", member.record.version, labels);
  for (const auto& [key, name] : info_labels_) {
    const auto value = member.record.labels.find(key);
    if (value != member.record.labels.end())
      AppendLabel(name, value->second, labels);
  }
  WriteRow(info_, labels, 1);
}

// How many series a task has: state, done, stalled, and what is known of it.
size_t SeriesOf(const TaskSummary& task) {
  return 3 + (task.total ? 2 : 0) + (task.rate_per_second ? 1 : 0) +
         (task.expected_end ? 1 : 0);
}

void Writer::WriteTask(const TaskSummary& task) {
  std::string labels = labels_;
  AppendLabel("task", task.name, labels);
  WriteRow(task_state_, labels, "state", model::TaskStateName(task.state), 1);
  WriteRow(task_done_, labels, task.done);
  WriteRow(task_stalled_, labels, task.stalled ? 1 : 0);
  if (task.total) {
    WriteRow(task_total_, labels, *task.total);
    WriteRow(task_progress_, labels, *task.Progress());
  }
  if (task.rate_per_second) WriteRow(task_rate_, labels, *task.rate_per_second);
  if (task.expected_end)
    WriteRow(task_end_, labels, Seconds(*task.expected_end));
}

void Writer::Write(const Member& member) {
  labels_.clear();
  AppendLabel("cluster", *member.cluster, labels_);
  AppendLabel("member", member.name, labels_);
  series_ = 0;
  WriteRow(status_, labels_, "status", model::MemberStatusName(member.status),
           1);
  WriteInfo(member);
  if (member.held()) WriteRow(held_, labels_, 1);
  if (member.joined_at != absl::InfinitePast())
    WriteRow(joined_, labels_, Seconds(member.joined_at));
  if (!member.present) {
    if (member.departed_at != absl::InfinitePast())
      WriteRow(departed_, labels_, Seconds(member.departed_at));
    return;
  }
  if (!member.record.tasks.empty()) {
    for (const TaskSummary& task : SummarizeTasks(member)) {
      if (HasRoomFor(SeriesOf(task))) {
        WriteTask(task);
      } else {
        dropped_ += SeriesOf(task);
      }
    }
  }
  for (const auto& [name, value] : member.record.gauges) {
    if (HasRoomFor(1)) {
      WriteRow(reading_, labels_, "gauge", name, value);
    } else {
      ++dropped_;
    }
  }
}

void Writer::Drop(const Member& member) {
  dropped_ += 2 + (member.held() ? 1 : 0) +
              (member.joined_at != absl::InfinitePast() ? 1 : 0);
  if (!member.present) {
    dropped_ += member.departed_at != absl::InfinitePast();
    return;
  }
  for (const TaskSummary& task : SummarizeTasks(member))
    dropped_ += SeriesOf(task);
  dropped_ += member.record.gauges.size();
}

std::string Writer::Finish() && {
  Family limit(metric::kMemberSeriesLimit);
  limit.rows = base::StrCat(limit.spec.name, " ", options_.max_members, "\n");
  Family dropped(metric::kMemberSeriesDropped);
  dropped.rows = base::StrCat(dropped.spec.name, " ", dropped_, "\n");

  const Family* const families[] = {
      &status_,    &info_,       &joined_,       &departed_,   &held_,
      &reading_,   &task_state_, &task_done_,    &task_total_, &task_progress_,
      &task_rate_, &task_end_,   &task_stalled_, &limit,       &dropped};
  size_t size = 0;
  for (const Family* family : families) size += family->rows.size() + 256;
  std::string page;
  page.reserve(size);
  for (const Family* family : families) {
    if (family->rows.empty()) continue;
    AppendFamilyHead(family->spec, page);
    page.append(family->rows);
  }
  return page;
}

}  // namespace

std::string RenderMemberSeries(const std::vector<ClusterViewPtr>& views,
                               const MemberSeriesOptions& options) {
  Writer writer(options);
  size_t room = options.max_members;
  for (const bool lost : {true, false}) {
    for (const ClusterViewPtr& view : views) {
      view->members.ForEach([&](const MemberPtr& member) {
        if ((member->status == MemberStatus::kLost) != lost) return;
        if (room > 0) {
          --room;
          writer.Write(*member);
        } else {
          writer.Drop(*member);
        }
      });
    }
  }
  return std::move(writer).Finish();
}

}  // namespace roster::monitor
