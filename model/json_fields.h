#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/strings.h"
#include "nlohmann/json.hpp"

namespace roster::model {

// What the codecs of this folder share: strict reading of JSON fields, and
// writing without those that say nothing. Internal to model/*.cc; the member
// record, which is lenient, has a reader of its own.

using Json = nlohmann::json;
using OrderedJson = nlohmann::ordered_json;  // for people who look at it

// The JSON object in `bytes`, whose `v` is from 1 to `newest_version`.
// InvalidArgument, starting with `what` ("order"), for anything else.
absl::StatusOr<Json> ParseDocument(std::string_view what,
                                   std::string_view bytes, int newest_version);

// FieldReader reads the fields of one JSON object into variables. The first
// thing that is wrong goes into `status`, naming the field, and what is read
// after it does not count: so a codec reads all its fields and looks at the
// status once. A field that is absent, or null, leaves its variable as it is.
//
// Lifetime: `object` and `status` must outlive this.
class FieldReader {
 public:
  // `what` is the document ("order"), `path` the object's place in it, with a
  // final dot ("holds[2]."; "" for the document itself).
  FieldReader(const Json& object, std::string_view what, std::string path,
              absl::Status& status);

  void Read(const char* key, std::string& out);
  void Read(const char* key, bool& out);
  void Read(const char* key, double& out);
  void Read(const char* key, absl::Time& out);
  void Read(const char* key, std::vector<std::string>& out);
  // Within [least, most]. Numbers beyond int64_t count as no integer.
  void Read(const char* key, int64_t& out, int64_t least = 0,
            int64_t most = std::numeric_limits<int64_t>::max());
  // A number of seconds >= 0, kept to the millisecond.
  void ReadSeconds(const char* key, absl::Duration& out);
  // One of `all`, by its wire name.
  template <typename Enum, size_t kCount>
  void ReadEnum(const char* key, const Enum (&all)[kCount],
                std::string_view (*name_of)(Enum), Enum& out);

  // `key` must be there.
  void Require(const char* key);
  // Calls `read(FieldReader& of_element)` for each object of an array.
  template <typename ReadElement>
  void ReadArray(const char* key, ReadElement read);
  // A reader of the object `key`; of an empty one when it is absent.
  FieldReader Object(const char* key) const;

  // Null when it is absent or JSON's null.
  const Json* Find(const char* key) const;
  // Notes that `field` of this object is wrong, or what `problem` names.
  void Fail(std::string_view field, std::string_view problem) const;
  void Fail(std::string_view problem) const;
  bool ok() const { return status_->ok(); }

 private:
  const Json* object_;
  std::string_view what_;
  std::string path_;
  absl::Status* status_;
};

// The adders leave out what has its default. Ill-formed UTF-8 becomes U+FFFD.
void AddText(OrderedJson& json, const char* key, std::string_view text);
// `none` is the time that stands for: not given.
void AddTime(OrderedJson& json, const char* key, absl::Time time,
             absl::Time none = absl::InfinitePast());
void AddInteger(OrderedJson& json, const char* key, int64_t value);
void AddFlag(OrderedJson& json, const char* key, bool value);
// To the millisecond; unless infinite.
void AddSeconds(OrderedJson& json, const char* key, absl::Duration duration);

// A number without the ".0" that whole doubles get.
OrderedJson NumberJson(double number);

template <typename Enum, size_t kCount>
void FieldReader::ReadEnum(const char* key, const Enum (&all)[kCount],
                           std::string_view (*name_of)(Enum), Enum& out) {
  const Json* value = Find(key);
  if (value == nullptr) return;
  std::string names;
  for (const Enum candidate : all) {
    if (value->is_string() &&
        value->get_ref<const std::string&>() == name_of(candidate)) {
      out = candidate;
      return;
    }
    names += base::StrCat(names.empty() ? "" : ", ", name_of(candidate));
  }
  Fail(key, base::StrCat("not one of ", names));
}

template <typename ReadElement>
void FieldReader::ReadArray(const char* key, ReadElement read) {
  const Json* array = Find(key);
  if (array == nullptr) return;
  if (!array->is_array()) return Fail(key, "not an array");
  for (size_t i = 0; i < array->size() && ok(); ++i) {
    const std::string element = base::StrCat(key, "[", i, "]");
    if (!(*array)[i].is_object()) return Fail(element, "not an object");
    FieldReader reader((*array)[i], what_, base::StrCat(path_, element, "."),
                       *status_);
    read(reader);
  }
}

}  // namespace roster::model
