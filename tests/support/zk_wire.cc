#include "tests/support/zk_wire.h"

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace roster::testing {
namespace {

void AppendBigEndian(uint64_t value, int bytes, std::string& out) {
  for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8)
    out.push_back(static_cast<char>(value >> shift));
}

uint64_t FromBigEndian(std::string_view bytes) {
  uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<uint8_t>(byte);
  return value;
}

}  // namespace

ZkWriter& ZkWriter::Int(int32_t value) {
  AppendBigEndian(static_cast<uint32_t>(value), 4, body_);
  return *this;
}

ZkWriter& ZkWriter::Long(int64_t value) {
  AppendBigEndian(static_cast<uint64_t>(value), 8, body_);
  return *this;
}

ZkWriter& ZkWriter::Bool(bool value) {
  body_.push_back(value ? 1 : 0);
  return *this;
}

ZkWriter& ZkWriter::String(std::string_view value) {
  Int(static_cast<int32_t>(value.size()));
  body_.append(value);
  return *this;
}

ZkWriter& ZkWriter::Raw(const ZkWriter& other) {
  body_.append(other.body_);
  return *this;
}

std::string ZkWriter::Frame() const {
  std::string frame;
  AppendBigEndian(body_.size(), 4, frame);
  return frame + body_;
}

std::string_view ZkReader::Take(size_t size) {
  if (size > rest_.size()) {
    ok_ = false;
    rest_ = {};
    return {};
  }
  const std::string_view taken = rest_.substr(0, size);
  rest_.remove_prefix(size);
  return taken;
}

int32_t ZkReader::Int() { return static_cast<int32_t>(FromBigEndian(Take(4))); }

int64_t ZkReader::Long() {
  return static_cast<int64_t>(FromBigEndian(Take(8)));
}

std::string ZkReader::String() {
  const int32_t size = Int();
  // The server writes "no data" as the length -1.
  return size <= 0 ? "" : std::string(Take(size));
}

NodeStat ZkReader::Stat() {
  // Braced initialisers are evaluated in order.
  return NodeStat{.czxid = Long(),
                  .mzxid = Long(),
                  .ctime = absl::FromUnixMillis(Long()),
                  .mtime = absl::FromUnixMillis(Long()),
                  .version = Int(),
                  .cversion = Int(),
                  .aversion = Int(),
                  .ephemeral_owner = Long(),
                  .data_length = Int(),
                  .num_children = Int(),
                  .pzxid = Long()};
}

absl::Status ZkErrorStatus(int32_t code, const std::string& what) {
  const auto status = [&](absl::StatusCode status_code,
                          const std::string& why) {
    return absl::Status(status_code, absl::StrCat(what, ": ", why));
  };
  switch (code) {
    case 0:
      return absl::OkStatus();
    case -8:
      return status(absl::StatusCode::kInvalidArgument, "bad arguments");
    case -101:
      return status(absl::StatusCode::kNotFound, "no node");
    case -102:
      return status(absl::StatusCode::kPermissionDenied, "no permission");
    case -103:
      return status(absl::StatusCode::kAborted, "bad version");
    case -108:
      return status(absl::StatusCode::kFailedPrecondition,
                    "ephemeral nodes have no children");
    case -110:
      return status(absl::StatusCode::kAlreadyExists, "node exists");
    case -111:
      return status(absl::StatusCode::kFailedPrecondition, "has children");
    case -112:
      return status(absl::StatusCode::kUnavailable, "session expired");
    default:
      return status(absl::StatusCode::kInternal,
                    absl::StrCat("ZooKeeper error ", code));
  }
}

std::string ZkSessionPassword(int64_t session_id) {
  constexpr uint64_t kServerSecret = 0xB3415C00;
  constexpr uint64_t kMultiplier = 0x5DEECE66D;
  constexpr uint64_t kMask = (uint64_t{1} << 48) - 1;
  uint64_t seed =
      ((static_cast<uint64_t>(session_id) ^ kServerSecret) ^ kMultiplier) &
      kMask;
  std::string password;
  for (int word = 0; word < 4; ++word) {
    seed = (seed * kMultiplier + 0xB) & kMask;
    const uint32_t bits = static_cast<uint32_t>(seed >> 16);
    for (int shift = 0; shift < 32; shift += 8)
      password.push_back(static_cast<char>(bits >> shift));
  }
  return password;
}

}  // namespace roster::testing
