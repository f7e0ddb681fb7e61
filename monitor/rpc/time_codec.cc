#include "monitor/rpc/time_codec.h"

#include <algorithm>
#include <cstdint>

namespace roster::monitor {
namespace {

// The bounds of google/protobuf/timestamp.proto and duration.proto.
constexpr int64_t kFirstSecond = -62'135'596'800;
constexpr int64_t kLastSecond = 253'402'300'799;
constexpr int64_t kMaxSeconds = 315'576'000'000;
constexpr int32_t kNanosecondsOfSecond = 1'000'000'000;

}  // namespace

bool IsGiven(absl::Time time) {
  return time != absl::InfinitePast() && time != absl::InfiniteFuture();
}

google::protobuf::Timestamp EncodeTime(absl::Time time) {
  time = std::clamp(time, absl::FromUnixSeconds(kFirstSecond),
                    absl::FromUnixSeconds(kLastSecond));
  const int64_t seconds = absl::ToUnixSeconds(time);
  google::protobuf::Timestamp out;
  out.set_seconds(seconds);
  out.set_nanos(static_cast<int32_t>(
      absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
  return out;
}

google::protobuf::Duration EncodeDuration(absl::Duration duration) {
  google::protobuf::Duration out;
  out.set_seconds(absl::IDivDuration(duration, absl::Seconds(1), &duration));
  out.set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
  return out;
}

std::optional<absl::Time> DecodeTime(
    const google::protobuf::Timestamp& timestamp) {
  if (timestamp.seconds() < kFirstSecond || timestamp.seconds() > kLastSecond ||
      timestamp.nanos() < 0 || timestamp.nanos() >= kNanosecondsOfSecond)
    return std::nullopt;
  return absl::FromUnixSeconds(timestamp.seconds()) +
         absl::Nanoseconds(timestamp.nanos());
}

std::optional<absl::Duration> DecodeDuration(
    const google::protobuf::Duration& duration) {
  const int64_t seconds = duration.seconds();
  const int32_t nanos = duration.nanos();
  if (seconds < -kMaxSeconds || seconds > kMaxSeconds ||
      nanos <= -kNanosecondsOfSecond || nanos >= kNanosecondsOfSecond ||
      (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0))
    return std::nullopt;
  return absl::Seconds(seconds) + absl::Nanoseconds(nanos);
}

}  // namespace roster::monitor
