#include "monitor/metrics/member_series.h"

#include <algorithm>
#include <cstdint>
#include <optional>
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

double Seconds(absl::Time time) {
  return absl::ToDoubleSeconds(time - absl::UnixEpoch());
}

void AppendLabel(std::string_view name, std::string_view value,
                 std::string& out) {
  out.append(name).append("=\"");
  AppendLabelValue(value, out);
  out.push_back('"');
}

// How many series a task has: state, done, stalled, and what is known of it.
size_t SeriesOf(const TaskSummary& task) {
  return 3 + (task.total ? 2 : 0) + (task.rate_per_second ? 1 : 0) +
         (task.expected_end ? 1 : 0);
}

// Of a member whatever its record says: status, info, and what is known.
size_t OwnSeriesOf(const Member& member) {
  const bool departed =
      !member.present && member.departed_at != absl::InfinitePast();
  return 2 + (member.held() ? 1 : 0) + (departed ? 1 : 0) +
         (member.joined_at != absl::InfinitePast() ? 1 : 0);
}

// The lines of a family must stand together. So the members are looked at
// once, which is what costs, to gather what there is to write; then each family
// is written in a pass of its own, straight into the page. Fresh memory is the
// other cost: a buffer for each family would take twice the page, and more
// while they grow.
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

  void Gather(const Member& member);
  void Drop(const Member& member);
  std::string Write() &&;

 private:
  // A stretch of labels_.
  struct Labels {
    size_t begin;
    size_t size;
  };
  struct MemberRow {
    const Member* member;
    Labels labels;      // cluster="c",member="m"
    size_t gauges = 0;  // as many of the member's as there is room for
  };
  struct TaskRow {
    TaskSummary task;
    Labels labels;  // cluster="c",member="m",task="t"
  };

  // Ends the labels that were begun at `begin`, for so many series.
  Labels EndLabels(size_t begin, size_t series);
  void GatherTasks(const MemberRow& row, size_t* series);

  // Calls `rows`, which writes the rows; without any, there is no family.
  template <typename Rows>
  void WriteFamily(const MetricSpec& spec, Rows rows);
  void WriteRow(const MetricSpec& spec, std::string_view labels, double value);
  // With one more label after `labels`.
  void WriteRow(const MetricSpec& spec, std::string_view labels,
                std::string_view name, std::string_view label, double value);
  void WriteInfo(const MetricSpec& spec, const MemberRow& row);
  void WriteMembers();
  void WriteTasks();
  std::string_view View(Labels labels) const {
    return std::string_view(labels_).substr(labels.begin, labels.size);
  }

  const MemberSeriesOptions& options_;
  std::vector<std::pair<std::string, std::string>> info_labels_;

  std::string labels_;  // of all members and tasks, one after the other
  std::vector<MemberRow> members_;
  std::vector<TaskRow> tasks_;
  uint64_t dropped_ = 0;
  size_t bytes_ = 0;  // that the page takes, at most and about

  std::string page_;
  std::string more_labels_;  // scratch
};

Writer::Labels Writer::EndLabels(size_t begin, size_t series) {
  // A row is the name of its family, labels, at times another label, a number.
  constexpr size_t kRowBytes = 96;
  const Labels labels{begin, labels_.size() - begin};
  bytes_ += series * (labels.size + kRowBytes);
  return labels;
}

void Writer::Gather(const Member& member) {
  const size_t begin = labels_.size();
  AppendLabel("cluster", *member.cluster, labels_);
  labels_.push_back(',');
  AppendLabel("member", member.name, labels_);
  size_t series = OwnSeriesOf(member);
  MemberRow row{&member, EndLabels(begin, series)};
  if (member.present) {
    if (!member.record.tasks.empty()) GatherTasks(row, &series);
    const size_t gauges = member.record.gauges.size();
    const size_t limit = std::max(options_.max_series_per_member, series);
    row.gauges = std::min(gauges, limit - series);
    dropped_ += gauges - row.gauges;
    EndLabels(begin, row.gauges);
  }
  members_.push_back(row);
}
void Writer::GatherTasks(const MemberRow& row, size_t* series) {
  for (const TaskSummary& task : SummarizeTasks(*row.member)) {
    const size_t more = SeriesOf(task);
    if (*series + more > options_.max_series_per_member) {
      dropped_ += more;
      continue;
    }
    *series += more;
    const size_t begin = labels_.size();
    labels_.append(labels_, row.labels.begin, row.labels.size);
    labels_.push_back(',');
    AppendLabel("task", task.name, labels_);
    tasks_.push_back({task, EndLabels(begin, more)});
  }
}

void Writer::Drop(const Member& member) {
  dropped_ += OwnSeriesOf(member);
  if (!member.present) return;
  for (const TaskSummary& task : SummarizeTasks(member))
    dropped_ += SeriesOf(task);
  dropped_ += member.record.gauges.size();
}

template <typename Rows>
void Writer::WriteFamily(const MetricSpec& spec, Rows rows) {
  const size_t begin = page_.size();
  AppendFamilyHead(spec, page_);
  const size_t head_end = page_.size();
  rows();
  if (page_.size() == head_end) page_.resize(begin);
}

void Writer::WriteRow(const MetricSpec& spec, std::string_view labels,
                      double value) {
  page_.append(spec.name);
  page_.push_back('{');
  page_.append(labels);
  page_.append("} ");
  AppendNumber(value, page_);
  page_.push_back('\n');
}

void Writer::WriteRow(const MetricSpec& spec, std::string_view labels,
                      std::string_view name, std::string_view label,
                      double value) {
  more_labels_.assign(labels).push_back(',');
  AppendLabel(name, label, more_labels_);
  WriteRow(spec, more_labels_, value);
}

void Writer::WriteInfo(const MetricSpec& spec, const MemberRow& row) {
  const model::MemberRecord& record = row.member->record;
  more_labels_.assign(View(row.labels)).push_back(',');
  AppendLabel("service", record.service, more_labels_);
  more_labels_.push_back(',');
  AppendLabel("version", record.version, more_labels_);
  for (const auto& [key, name] : info_labels_) {
    const auto value = record.labels.find(key);
    if (value == record.labels.end()) continue;
    more_labels_.push_back(',');
    AppendLabel(name, value->second, more_labels_);
  }
  WriteRow(spec, more_labels_, 1);
}

void Writer::WriteMembers() {
  // One row for each member that `value` has a number for.
  const auto write = [this](const MetricSpec& spec, auto value) {
    WriteFamily(spec, [&] {
      for (const MemberRow& row : members_)
        if (const std::optional<double> v = value(*row.member))
          WriteRow(spec, View(row.labels), *v);
    });
  };
  const auto seconds = [](absl::Time time) -> std::optional<double> {
    if (time == absl::InfinitePast()) return std::nullopt;
    return Seconds(time);
  };
  WriteFamily(metric::kMemberStatus, [&] {
    for (const MemberRow& row : members_)
      WriteRow(metric::kMemberStatus, View(row.labels), "status",
               model::MemberStatusName(row.member->status), 1);
  });
  WriteFamily(metric::kMemberInfo, [&] {
    for (const MemberRow& row : members_) WriteInfo(metric::kMemberInfo, row);
  });
  write(metric::kMemberJoined,
        [&](const Member& member) { return seconds(member.joined_at); });
  write(metric::kMemberDeparted, [&](const Member& member) {
    return member.present ? std::nullopt : seconds(member.departed_at);
  });
  write(metric::kMemberHeld, [](const Member& member) {
    return member.held() ? std::optional<double>(1) : std::nullopt;
  });
  WriteFamily(metric::kMemberReading, [&] {
    for (const MemberRow& row : members_) {
      auto gauge = row.member->record.gauges.begin();
      for (size_t i = 0; i < row.gauges; ++i, ++gauge)
        WriteRow(metric::kMemberReading, View(row.labels), "gauge",
                 gauge->first, gauge->second);
    }
  });
}

void Writer::WriteTasks() {
  const auto write = [this](const MetricSpec& spec, auto value) {
    WriteFamily(spec, [&] {
      for (const TaskRow& row : tasks_)
        if (const std::optional<double> v = value(row.task))
          WriteRow(spec, View(row.labels), *v);
    });
  };
  WriteFamily(metric::kTaskState, [&] {
    for (const TaskRow& row : tasks_)
      WriteRow(metric::kTaskState, View(row.labels), "state",
               model::TaskStateName(row.task.state), 1);
  });
  write(metric::kTaskDone,
        [](const TaskSummary& task) { return std::optional(task.done); });
  write(metric::kTaskTotalUnits,
        [](const TaskSummary& task) { return task.total; });
  write(metric::kTaskProgress,
        [](const TaskSummary& task) { return task.Progress(); });
  write(metric::kTaskRate,
        [](const TaskSummary& task) { return task.rate_per_second; });
  write(metric::kTaskExpectedEnd, [](const TaskSummary& task) {
    return task.expected_end ? std::optional(Seconds(*task.expected_end))
                             : std::nullopt;
  });
  write(metric::kTaskStalled, [](const TaskSummary& task) {
    return std::optional(task.stalled ? 1.0 : 0.0);
  });
}

std::string Writer::Write() && {
  // What is reserved and not written to costs no memory. The rest of the page
  // is put behind.
  constexpr size_t kBesideRows = 256 * 1024;
  page_.reserve(bytes_ + kBesideRows);
  WriteMembers();
  WriteTasks();
  const auto write = [this](const MetricSpec& spec, uint64_t value) {
    AppendFamilyHead(spec, page_);
    page_ += base::StrCat(spec.name, " ", value, "\n");
  };
  write(metric::kMemberSeriesLimit, options_.max_members);
  write(metric::kMemberSeriesDropped, dropped_);
  return std::move(page_);
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
          writer.Gather(*member);
        } else {
          writer.Drop(*member);
        }
      });
    }
  }
  return std::move(writer).Write();
}

}  // namespace roster::monitor
