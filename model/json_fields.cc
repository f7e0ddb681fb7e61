#include "model/json_fields.h"

#include <cmath>
#include <optional>
#include <utility>

#include "base/utf8.h"
#include "model/timestamp.h"

namespace roster::model {
namespace {

// A century: whatever is longer is a mistake, and would not survive doubles.
constexpr double kMaxSeconds = 100.0 * 366 * 24 * 3600;

std::optional<int64_t> ToInteger(const Json& value) {
  if (!value.is_number_integer()) return std::nullopt;
  if (value.is_number_unsigned() &&
      value.get<uint64_t>() > uint64_t{INT64_MAX}) {
    return std::nullopt;
  }
  return value.get<int64_t>();
}

absl::Status Bad(std::string_view what, std::string_view problem) {
  return absl::InvalidArgumentError(base::StrCat(what, ": ", problem));
}

}  // namespace

absl::StatusOr<Json> ParseDocument(std::string_view what,
                                   std::string_view bytes, int newest_version) {
  // Whoever wanted to say "nothing" would have deleted the node.
  if (bytes.empty()) return Bad(what, "the node is empty");
  // nlohmann's reader takes a NUL byte for the end of its input.
  if (bytes.find('\0') != bytes.npos) return Bad(what, "holds a NUL byte");
  Json json = Json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) return Bad(what, "not JSON");
  if (!json.is_object()) return Bad(what, "not a JSON object");

  const auto value = json.find("v");
  if (value == json.end() || value->is_null()) return Bad(what, "v: missing");
  const std::optional<int64_t> version = ToInteger(*value);
  if (!version || *version < 1) return Bad(what, "v: not a version");
  if (*version > newest_version) {
    return Bad(what, base::StrCat("v: version ", *version, " is newer than ",
                                  newest_version));
  }
  return json;
}

FieldReader::FieldReader(const Json& object, std::string_view what,
                         std::string path, absl::Status& status)
    : object_(&object), what_(what), path_(std::move(path)), status_(&status) {}

const Json* FieldReader::Find(const char* key) const {
  const auto it = object_->find(key);
  return it == object_->end() || it->is_null() ? nullptr : &*it;
}

void FieldReader::Fail(std::string_view field, std::string_view problem) const {
  if (status_->ok()) Fail(base::StrCat(field, ": ", problem));
}

void FieldReader::Fail(std::string_view problem) const {
  if (status_->ok()) *status_ = Bad(what_, base::StrCat(path_, problem));
}

void FieldReader::Require(const char* key) {
  if (Find(key) == nullptr) Fail(key, "missing");
}

FieldReader FieldReader::Object(const char* key) const {
  static const Json kNothing = Json::object();
  const Json* object = Find(key);
  if (object == nullptr) object = &kNothing;
  if (!object->is_object()) {
    Fail(key, "not an object");
    object = &kNothing;
  }
  return {*object, what_, base::StrCat(path_, key, "."), *status_};
}

void FieldReader::Read(const char* key, std::string& out) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  if (!value->is_string()) return Fail(key, "not a string");
  out = value->get_ref<const std::string&>();
}

void FieldReader::Read(const char* key, bool& out) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  if (!value->is_boolean()) return Fail(key, "neither true nor false");
  out = value->get<bool>();
}

void FieldReader::Read(const char* key, double& out) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  if (!value->is_number()) return Fail(key, "not a number");
  out = value->get<double>();
}

void FieldReader::Read(const char* key, absl::Time& out) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  if (!value->is_string()) return Fail(key, "not a string");
  const std::optional<absl::Time> time =
      ParseTimestamp(value->get_ref<const std::string&>());
  if (!time) return Fail(key, "not an RFC 3339 time");
  out = *time;
}

void FieldReader::Read(const char* key, std::vector<std::string>& out) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  if (!value->is_array()) return Fail(key, "not an array");
  out.clear();
  for (const Json& element : *value) {
    if (!element.is_string()) {
      return Fail(base::StrCat(key, "[", out.size(), "]"), "not a string");
    }
    out.push_back(element.get_ref<const std::string&>());
  }
}

void FieldReader::Read(const char* key, int64_t& out, int64_t least,
                       int64_t most) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  const std::optional<int64_t> integer = ToInteger(*value);
  if (!integer || *integer < least) {
    return Fail(key, base::StrCat("not an integer >= ", least));
  }
  if (*integer > most) return Fail(key, base::StrCat("more than ", most));
  out = *integer;
}

void FieldReader::ReadSeconds(const char* key, absl::Duration& out) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  const double seconds = value->is_number() ? value->get<double>() : -1;
  if (!(seconds >= 0) || seconds > kMaxSeconds) {
    return Fail(key, "not a number of seconds from 0 to a hundred years");
  }
  // Through milliseconds, which survive being written and read again.
  out = absl::Milliseconds(std::llround(seconds * 1000));
}

void AddText(OrderedJson& json, const char* key, std::string_view text) {
  if (!text.empty()) json[key] = base::ToValidUtf8(text);
}

void AddTime(OrderedJson& json, const char* key, absl::Time time,
             absl::Time none) {
  if (time != none) json[key] = FormatTimestamp(time);
}

void AddInteger(OrderedJson& json, const char* key, int64_t value) {
  if (value != 0) json[key] = value;
}

void AddFlag(OrderedJson& json, const char* key, bool value) {
  if (value) json[key] = true;
}

void AddSeconds(OrderedJson& json, const char* key, absl::Duration duration) {
  if (duration == absl::InfiniteDuration()) return;
  json[key] = NumberJson(
      static_cast<double>(absl::ToInt64Milliseconds(duration)) / 1000);
}

OrderedJson NumberJson(double number) {
  // Up to 2^53 every whole number is exact.
  constexpr double kExact = 9007199254740992.0;
  if (number == std::trunc(number) && std::abs(number) <= kExact) {
    return static_cast<int64_t>(number);
  }
  return number;
}

}  // namespace roster::model
