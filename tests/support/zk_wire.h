#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "tests/support/zk_probe.h"

// What ZkProbe needs of ZooKeeper's wire format: frames of a four-byte length
// and fields in big-endian order, strings with a four-byte length.
// Source: zookeeper.jute of ZooKeeper 3.8.0.

namespace roster::testing {

enum class ZkOp : int32_t {
  kCreate = 1,
  kDelete = 2,
  kExists = 3,
  kGetData = 4,
  kSetData = 5,
  kSetAcl = 7,
  kPing = 11,
  kGetChildren2 = 12,
  kCloseSession = -11,
};

// Builds a frame, field by field.
class ZkWriter {
 public:
  ZkWriter& Int(int32_t value);
  ZkWriter& Long(int64_t value);
  ZkWriter& Bool(bool value);
  ZkWriter& String(std::string_view value);
  // All fields of `other`.
  ZkWriter& Raw(const ZkWriter& other);
  // The whole frame, length included.
  std::string Frame() const;

 private:
  std::string body_;
};

// Takes a frame's content apart. Reading past the end gives zeros and turns
// ok() false.
class ZkReader {
 public:
  explicit ZkReader(std::string_view body) : rest_(body) {}

  int32_t Int();
  int64_t Long();
  std::string String();
  NodeStat Stat();
  bool ok() const { return ok_; }

 private:
  std::string_view Take(size_t size);

  std::string_view rest_;
  bool ok_ = true;
};

// Status of a server's error code. `what` begins the message.
absl::Status ZkErrorStatus(int32_t code, const std::string& what);

// The password that the server gives to a session: it derives it from the
// session's id. Source: ZooKeeperServer.generatePasswd of ZooKeeper 3.8.0, and
// the generator of java.util.Random as its documentation specifies it.
std::string ZkSessionPassword(int64_t session_id);

}  // namespace roster::testing
