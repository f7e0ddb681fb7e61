#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace roster::model {

// One version of a configuration entry. Wire format: /roster/<cluster>/config
// in docs/znodes.md.

inline constexpr int kConfigVersion = 1;  // of the format
inline constexpr size_t kMaxConfigValueBytes = 64 * 1024;
inline constexpr size_t kMaxConfigNameBytes = 255;
inline constexpr size_t kMaxConfigCommentBytes = 1024;
inline constexpr size_t kMaxConfigAuthorBytes = 128;
inline constexpr size_t kMaxConfigContentTypeBytes = 128;
// Versions of each entry that are kept, the current one included.
inline constexpr size_t kDefaultConfigHistory = 20;

struct ConfigEntry {
  std::string name;     // "search/limits"; not in the bytes, the path has it
  int64_t version = 0;  // from 1, raised by every change, deletions too
  std::string value;    // any bytes
  std::string content_type;  // "application/json"; for people and checks
  std::string author;
  std::string comment;
  absl::Time at = absl::InfinitePast();
  int64_t restored_from = 0;  // the older version that this one repeats
  bool deleted = false;       // this version says: there is no such entry
  // Picked at random by the writer of this version, who tells by it whether a
  // write whose answer was lost was done.
  std::string change_id;

  friend bool operator==(const ConfigEntry&, const ConfigEntry&) = default;
};

// InvalidArgument, saying what and where, for anything not well-formed.
absl::StatusOr<ConfigEntry> ParseConfigEntry(std::string_view name,
                                             std::string_view bytes);
// A value that is no plain text is written as base64. Ill-formed UTF-8
// elsewhere becomes U+FFFD.
std::string SerializeConfigEntry(const ConfigEntry& entry);

// InvalidArgument with reason INVALID_CONFIG_NAME unless `name` is parts joined
// by "/", each as of ValidateMemberName(), kMaxConfigNameBytes in all.
absl::Status ValidateConfigName(std::string_view name);
// InvalidArgument with the field that is too long; reason CONFIG_TOO_LARGE for
// the value.
absl::Status ValidateConfigEntry(const ConfigEntry& entry);

// The name of an entry's node: entries lie side by side, whatever folders their
// names speak of, so "/" is written as "%2F", and "%" as "%25".
// REQUIRES: ValidateConfigName(name).
std::string ConfigNodeName(std::string_view name);
// The entry's name; nothing if this is no name that ConfigNodeName() makes.
std::optional<std::string> ConfigNameOfNode(std::string_view node_name);

// The child of an entry's node that keeps `version`: "v-0000000007".
std::string ConfigHistoryNodeName(int64_t version);
std::optional<int64_t> ConfigVersionOfNode(std::string_view node_name);

}  // namespace roster::model
