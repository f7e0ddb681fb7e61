#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace roster::coordination {

// What Broadcast and BroadcastListener write. Wire format:
// /roster/<cluster>/broadcasts in docs/znodes.md. Pure.

inline constexpr int kBroadcastVersion = 1;
inline constexpr size_t kMaxBroadcastBytes = 64 * 1024;
inline constexpr size_t kMaxBroadcastResultBytes = 4 * 1024;

// Between what names a message's node and its number; see SequenceOf().
inline constexpr std::string_view kBroadcastMarker = "-m-";

struct BroadcastMessage {
  std::string path;    // of its node; not in the bytes
  int64_t number = 0;  // rises within the topic, with gaps; not in the bytes
  int64_t czxid = 0;   // of its node: a fencing token; not in the bytes
  std::string id;      // unique
  std::string sender;
  absl::Time at = absl::InfinitePast();
  std::string text;  // UTF-8
};

struct BroadcastAnswer {
  bool ok = false;
  std::string result;  // what was done, or why it failed; for people
  absl::Time at = absl::InfinitePast();
  int64_t czxid = 0;  // of the message that it answers
};

// InvalidArgument, saying what is wrong, for anything not well-formed.
absl::StatusOr<BroadcastMessage> ParseBroadcastMessage(std::string_view bytes);
std::string SerializeBroadcastMessage(const BroadcastMessage& message);
absl::StatusOr<BroadcastAnswer> ParseBroadcastAnswer(std::string_view bytes);
std::string SerializeBroadcastAnswer(const BroadcastAnswer& answer);

}  // namespace roster::coordination
