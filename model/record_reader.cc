// ParseMemberRecord of model/member_record.h.
//
// Monitors read thousands of records a second, so the JSON goes into the
// struct as it is read, with no document tree in between.

#include <utility>

#include "base/strings.h"
#include "base/utf8.h"
#include "model/member_record.h"
#include "model/record_limits.h"
#include "model/record_value.h"
#include "nlohmann/json.hpp"

namespace roster::model {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxWarningBytes = 200;

FieldProblem ReadWriterField(std::string_view key, RecordValue& value,
                             Writer& writer) {
  if (key == "host_id") return Read(value, writer.host_id);
  if (key == "pid") return Read(value, writer.pid);
  if (key == "pid_started") return Read(value, writer.pid_started);
  return nullptr;
}

FieldProblem ReadTaskField(std::string_view key, RecordValue& value,
                           Task& task) {
  if (key == "id") return Read(value, task.id);
  if (key == "name") return Read(value, task.name);
  if (key == "state") return ReadEnum(value, ParseTaskState, task.state);
  if (key == "done") return Read(value, task.done);
  if (key == "total") return Read(value, task.total);
  if (key == "unit") return Read(value, task.unit);
  if (key == "message") return Read(value, task.message);
  if (key == "stall_after_s") return ReadSeconds(value, task.stall_after);
  if (key == "started_at") return Read(value, task.started_at);
  if (key == "updated_at") return Read(value, task.updated_at);
  return nullptr;
}

// A field of the record that is no container.
FieldProblem ReadRecordField(std::string_view key, RecordValue& value,
                             MemberRecord& record) {
  if (key == "incarnation") return Read(value, record.incarnation);
  if (key == "service") return Read(value, record.service);
  if (key == "version") return Read(value, record.version);
  if (key == "state") return ReadEnum(value, ParseReportedState, record.state);
  if (key == "state_reason") return Read(value, record.state_reason);
  if (key == "started_at") return Read(value, record.started_at);
  if (key == "updated_at") return Read(value, record.updated_at);
  if (key == "applied_epoch") return Read(value, record.applied_epoch);
  return nullptr;
}

template <typename T>
FieldProblem ReadEntry(const std::string& key, RecordValue& value,
                       absl::btree_map<std::string, T>& map) {
  if (std::holds_alternative<JsonNull>(value)) return nullptr;
  T read{};
  if (FieldProblem problem = Read(value, read)) return problem;
  map.insert_or_assign(key, std::move(read));
  return nullptr;
}

// RecordSink receives the parts of a JSON text in their order and puts them
// into a record. The public functions are nlohmann's SAX interface; each
// returns whether to read on.
class RecordSink {
 public:
  MemberRecord& record() { return record_; }
  // The first field that made no sense; "" for none.
  const std::string& warning() const { return warning_; }
  // The `v` of the record; absent when it has none.
  const std::optional<int64_t>& version() const { return version_; }
  bool is_object() const { return is_object_; }
  // Where reading stopped, when it did: the byte after the offending token.
  size_t error_position() const { return error_position_; }
  // Set when it stopped at a number that no double can hold.
  const std::string& overflowing_number() const { return overflow_; }

  bool null() { return Take(JsonNull{}); }
  bool boolean(bool value) { return Take(value); }
  bool number_integer(int64_t value) { return Take(value); }
  bool number_unsigned(uint64_t value) {
    if (value > uint64_t{INT64_MAX}) return Take(static_cast<double>(value));
    return Take(static_cast<int64_t>(value));
  }
  bool number_float(double value, const std::string&) { return Take(value); }
  bool string(std::string& value) { return Take(&value); }
  bool binary(Json::binary_t&) { return true; }  // not in JSON text

  bool key(std::string& value) {
    if (skipped_ == 0) key_ = value;
    return true;
  }

  bool start_object(size_t) {
    if (skipped_ > 0) return Skip();
    switch (scope_) {
      case Scope::kDocument:
        is_object_ = true;
        scope_ = Scope::kRecord;
        return true;
      case Scope::kRecord:
        return OpenField();
      case Scope::kTasks:
        return OpenTask();
      default:
        return Take(JsonContainer{}) && Skip();
    }
  }

  bool start_array(size_t) {
    if (skipped_ > 0) return Skip();
    if (scope_ == Scope::kRecord && key_ == "tasks") {
      record_.tasks.clear();  // of duplicate keys the last counts
      scope_ = Scope::kTasks;
      return true;
    }
    return Take(JsonContainer{}) && Skip();
  }

  bool end_object() { return Close(); }
  bool end_array() { return Close(); }

  bool parse_error(size_t position, const std::string& last_token,
                   const nlohmann::detail::exception& error) {
    constexpr int kNumberOverflow = 406;
    error_position_ = position;
    if (error.id == kNumberOverflow) {
      overflow_ = last_token;
      if (skipped_ == 0) Warn("out of range");
    }
    return false;
  }

 private:
  // The container whose fields or elements are being read.
  enum class Scope {
    kDocument,
    kRecord,
    kWriter,
    kEndpoints,
    kLabels,
    kGauges,
    kTasks,
    kTask,
  };

  // The container that starts, and all in it, is of no interest.
  bool Skip() {
    ++skipped_;
    return true;
  }

  bool Close() {
    if (skipped_ > 0) {
      --skipped_;
    } else if (scope_ == Scope::kTask) {
      scope_ = Scope::kTasks;
    } else {
      scope_ = scope_ == Scope::kRecord ? Scope::kDocument : Scope::kRecord;
    }
    return true;
  }

  // An object starts as a field of the record.
  bool OpenField() {
    if (key_ == "writer") {
      record_.writer = {};
      scope_ = Scope::kWriter;
    } else if (key_ == "endpoints") {
      record_.endpoints.clear();
      scope_ = Scope::kEndpoints;
    } else if (key_ == "labels") {
      record_.labels.clear();
      scope_ = Scope::kLabels;
    } else if (key_ == "gauges") {
      record_.gauges.clear();
      scope_ = Scope::kGauges;
    } else {
      return Take(JsonContainer{}) && Skip();
    }
    return true;
  }

  bool OpenTask() {
    if (record_.tasks.size() == kMaxTasks) {
      key_.clear();
      Warn("too many");
      return Skip();
    }
    record_.tasks.emplace_back();
    scope_ = Scope::kTask;
    return true;
  }

  bool Take(RecordValue value) {
    if (skipped_ > 0) return true;
    if (scope_ == Scope::kDocument) return false;
    if (FieldProblem problem = Put(value)) Warn(problem);
    return true;
  }

  FieldProblem Put(RecordValue& value) {
    switch (scope_) {
      case Scope::kDocument:
        return nullptr;
      case Scope::kRecord:
        return PutField(value);
      case Scope::kWriter:
        return ReadWriterField(key_, value, record_.writer);
      case Scope::kEndpoints:
        return ReadEntry(key_, value, record_.endpoints);
      case Scope::kLabels:
        return ReadEntry(key_, value, record_.labels);
      case Scope::kGauges:
        return ReadEntry(key_, value, record_.gauges);
      case Scope::kTasks:
        key_.clear();
        return "not an object";
      case Scope::kTask:
        return ReadTaskField(key_, value, record_.tasks.back());
    }
    return nullptr;
  }

  FieldProblem PutField(RecordValue& value) {
    if (key_ == "v") {
      int64_t version = 0;
      const bool is_version = Read(value, version) == nullptr;
      if (std::holds_alternative<JsonNull>(value)) return nullptr;
      version_ = is_version ? version : 0;
      return nullptr;
    }
    if (std::holds_alternative<JsonNull>(value)) return nullptr;
    if (key_ == "tasks") return "not an array";
    if (key_ == "writer" || key_ == "endpoints" || key_ == "labels" ||
        key_ == "gauges") {
      return "not an object";
    }
    return ReadRecordField(key_, value, record_);
  }

  void Warn(FieldProblem problem) {
    if (warning_.empty()) warning_ = base::StrCat(Path(), ": ", problem);
  }

  // Where we are, as in "tasks[2].done".
  std::string Path() const {
    switch (scope_) {
      case Scope::kDocument:
      case Scope::kRecord:
        return key_;
      case Scope::kWriter:
        return base::StrCat("writer.", key_);
      case Scope::kEndpoints:
        return base::StrCat("endpoints.", key_);
      case Scope::kLabels:
        return base::StrCat("labels.", key_);
      case Scope::kGauges:
        return base::StrCat("gauges.", key_);
      case Scope::kTasks:
        return base::StrCat("tasks[", record_.tasks.size(), "]");
      case Scope::kTask:
        return base::StrCat("tasks[", record_.tasks.size() - 1, "].", key_);
    }
    return key_;
  }

  MemberRecord record_;
  std::string warning_;
  std::optional<int64_t> version_;
  bool is_object_ = false;
  size_t error_position_ = 0;
  std::string overflow_;

  Scope scope_ = Scope::kDocument;
  std::string key_;     // the last key in scope_
  size_t skipped_ = 0;  // open containers that are of no interest
};

ParsedRecord Opaque(std::string reason) {
  ParsedRecord parsed;
  parsed.opaque_reason = std::move(reason);
  return parsed;
}

// The record that `sink` has read from a whole JSON text.
ParsedRecord Finish(RecordSink& sink, std::string warning) {
  const int64_t version = sink.version().value_or(kMemberRecordVersion);
  if (version > kMemberRecordVersion) {
    return Opaque(base::StrCat("record version ", version, " is newer than ",
                               kMemberRecordVersion));
  }
  if (version < 1) return Opaque("v: not a record version");
  ParsedRecord parsed{std::move(sink.record()), "", std::move(warning)};
  if (parsed.warning.empty()) parsed.warning = sink.warning();
  const std::string change = ApplyRecordLimits(parsed.record);
  if (parsed.warning.empty()) parsed.warning = change;
  CleanText(parsed.warning, kMaxWarningBytes);  // it may name a hostile key
  return parsed;
}

// Overwrites the number that `sink` stopped at with null. False when it is not
// where it should be.
bool BlankNumber(const RecordSink& sink, std::string& bytes) {
  const std::string& number = sink.overflowing_number();
  const size_t end = sink.error_position();
  if (number.size() < 4 || end < number.size() || end > bytes.size() ||
      bytes.compare(end - number.size(), number.size(), number) != 0) {
    return false;
  }
  std::string null = "null";
  null.resize(number.size(), ' ');
  bytes.replace(end - number.size(), number.size(), null);
  return true;
}

}  // namespace

ParsedRecord ParseMemberRecord(std::string_view bytes) {
  if (bytes.empty()) return Opaque("empty");
  if (bytes.size() > kHardMaxRecordBytes) {
    return Opaque(base::StrCat(bytes.size(), " bytes are more than ",
                               kHardMaxRecordBytes));
  }
  // nlohmann's reader takes a NUL byte for the end of its input.
  if (bytes.find('\0') != bytes.npos) return Opaque("holds a NUL byte");
  if (!base::IsValidUtf8(bytes)) return Opaque("not UTF-8");

  // The reader stops at a number that no double can hold, such as 1e999. That
  // is one bad field, not a bad record: blank the number and read again, a few
  // times at most, since each reading costs as much as the first.
  constexpr int kMaxReadings = 4;
  std::string blanked;
  std::string warning;
  for (int i = 0; i < kMaxReadings; ++i) {
    RecordSink sink;
    if (Json::sax_parse(bytes.begin(), bytes.end(), &sink)) {
      return Finish(sink, std::move(warning));
    }
    if (sink.overflowing_number().empty()) {
      if (sink.error_position() == 0) return Opaque("not a JSON object");
      return Opaque(
          base::StrCat("not JSON: error at byte ", sink.error_position()));
    }
    if (warning.empty()) warning = sink.warning();
    if (i == 0) blanked = bytes;
    if (!BlankNumber(sink, blanked)) break;
    bytes = blanked;
  }
  return Opaque("numbers out of range");
}

}  // namespace roster::model
