#include "model/record_limits.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <string_view>

#include "base/strings.h"
#include "base/utf8.h"
#include "model/timestamp.h"

namespace roster::model {
namespace {

// Remembers the first of the changes it is told of.
class FirstChange {
 public:
  // `parts` make the text; they are put together for the first change only.
  template <typename... Parts>
  void Note(const Parts&... parts) {
    if (text_.empty()) text_ = base::StrCat(parts...);
  }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// The bytes that the control character at text[i] takes; 0 if there is none.
// Control characters: U+0000..U+001F, U+007F..U+009F.
size_t ControlCharacterAt(std::string_view text, size_t i) {
  const auto byte = static_cast<uint8_t>(text[i]);
  if (byte < 0x20 || byte == 0x7F) return 1;
  if (byte != 0xC2 || i + 1 == text.size()) return 0;
  return static_cast<uint8_t>(text[i + 1]) < 0xA0 ? 2 : 0;
}

bool HasControlCharacter(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (ControlCharacterAt(text, i) != 0) return true;
  }
  return false;
}

void LimitText(std::string& text, size_t max_bytes, std::string_view where,
               FirstChange& change) {
  const std::string done = CleanText(text, max_bytes);
  if (!done.empty()) change.Note(where, ": ", done);
}

void LimitTime(absl::Time& time, std::string_view where, FirstChange& change) {
  if (time == absl::InfinitePast() || IsTimestamp(time)) return;
  time = absl::InfinitePast();
  change.Note(where, ": outside the years 1 to 9999");
}

template <typename Map>
void LimitMap(Map& map, size_t max_size, std::string_view where,
              FirstChange& change) {
  for (auto it = map.begin(); it != map.end();) {
    const std::string& key = it->first;
    if (!key.empty() && key.size() <= kMaxKeyBytes &&
        !HasControlCharacter(key)) {
      ++it;
      continue;
    }
    change.Note(where, ": a key is empty, over ", kMaxKeyBytes,
                " bytes, or has a control character");
    it = map.erase(it);
  }
  if (map.size() > max_size) {
    change.Note(where, ": ", map.size(), " entries are more than ", max_size);
    map.erase(std::next(map.begin(), max_size), map.end());
  }
}

template <typename Map>
void LimitTextMap(Map& map, size_t max_size, std::string_view where,
                  FirstChange& change) {
  LimitMap(map, max_size, where, change);
  for (auto& [key, value] : map) {
    const std::string done = CleanText(value, kMaxTextBytes);
    if (!done.empty()) change.Note(where, ".", key, ": ", done);
  }
}

void LimitStallAfter(absl::Duration& stall_after, FirstChange& change) {
  if (stall_after <= absl::ZeroDuration()) {
    stall_after = kDefaultStallAfter;
    change.Note("stall_after_s: not above 0");
    return;
  }
  const absl::Duration clamped =
      std::clamp(stall_after, kMinStallAfter, kMaxStallAfter);
  if (clamped != stall_after) {
    change.Note("stall_after_s: brought to ", absl::ToInt64Seconds(clamped),
                " s");
  }
  stall_after = absl::Trunc(clamped, absl::Milliseconds(1));
}

void LimitTask(Task& task, FirstChange& change) {
  LimitText(task.id, kMaxTextBytes, "id", change);
  LimitText(task.name, kMaxTextBytes, "name", change);
  LimitText(task.unit, kMaxTextBytes, "unit", change);
  LimitText(task.message, kMaxMessageBytes, "message", change);
  if (task.done < 0) {
    task.done = 0;
    change.Note("done: below 0");
  }
  if (task.total && *task.total < 0) {
    task.total.reset();
    change.Note("total: below 0");
  }
  LimitStallAfter(task.stall_after, change);
  LimitTime(task.started_at, "started_at", change);
  LimitTime(task.updated_at, "updated_at", change);
}

// Why tasks[i] cannot stay, or "".
std::string_view ReasonToDrop(const std::vector<Task>& tasks, size_t i) {
  if (tasks[i].id.empty()) return "missing";
  for (size_t j = 0; j < i; ++j) {
    if (tasks[j].id == tasks[i].id) return "the same as of a task before it";
  }
  return "";
}

void LimitTasks(std::vector<Task>& tasks, FirstChange& change) {
  if (tasks.size() > kMaxTasks) {
    change.Note("tasks: ", tasks.size(), " are more than ", kMaxTasks);
    tasks.resize(kMaxTasks);
  }
  for (size_t i = 0; i < tasks.size(); ++i) {
    FirstChange of_task;
    LimitTask(tasks[i], of_task);
    if (!of_task.text().empty()) {
      change.Note("tasks[", i, "].", of_task.text());
    }
  }
  for (size_t i = tasks.size(); i-- > 0;) {
    const std::string_view reason = ReasonToDrop(tasks, i);
    if (reason.empty()) continue;
    change.Note("tasks[", i, "].id: ", reason);
    tasks.erase(tasks.begin() + static_cast<ptrdiff_t>(i));
  }
}

}  // namespace

std::string CleanText(std::string& text, size_t max_bytes) {
  std::string done;
  if (text.size() > max_bytes) {
    text.resize(base::TruncateUtf8(text, max_bytes).size());
    done = base::StrCat("shortened to ", max_bytes, " bytes");
  }
  for (size_t i = 0; i < text.size(); ++i) {
    const size_t length = ControlCharacterAt(text, i);
    if (length == 0) continue;
    text.replace(i, length, " ");
    if (done.empty()) done = "has control characters";
  }
  return done;
}

std::string ApplyRecordLimits(MemberRecord& record) {
  FirstChange change;
  LimitText(record.incarnation, kMaxTextBytes, "incarnation", change);
  LimitText(record.writer.host_id, kMaxTextBytes, "writer.host_id", change);
  LimitText(record.writer.pid_started, kMaxTextBytes, "writer.pid_started",
            change);
  if (record.writer.pid < 0) {
    record.writer.pid = 0;
    change.Note("writer.pid: below 0");
  }
  LimitText(record.service, kMaxTextBytes, "service", change);
  LimitText(record.version, kMaxTextBytes, "version", change);
  LimitText(record.state_reason, kMaxMessageBytes, "state_reason", change);
  LimitTextMap(record.endpoints, kMaxEndpoints, "endpoints", change);
  LimitTextMap(record.labels, kMaxLabels, "labels", change);
  LimitTime(record.started_at, "started_at", change);
  LimitTime(record.updated_at, "updated_at", change);
  if (record.applied_epoch && *record.applied_epoch < 0) {
    record.applied_epoch.reset();
    change.Note("applied_epoch: below 0");
  }
  LimitMap(record.gauges, kMaxGauges, "gauges", change);
  LimitTasks(record.tasks, change);
  return change.text();
}

}  // namespace roster::model
