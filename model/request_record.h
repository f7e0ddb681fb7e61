#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace roster::model {

// What became of a request, kept under its id: so that the same request asked
// again is answered again and not done again. Wire format:
// /roster/<cluster>/requests/<request_id> in docs/znodes.md.

inline constexpr int kRequestVersion = 1;

// How one member's order was changed. Holds are not in it: they are told as
// they are when somebody asks again.
struct ChangedOrder {
  std::string name;
  std::string hold_id;
  int64_t epoch_before = 0;
  int64_t epoch = 0;
  std::vector<std::string> released;  // ids of holds

  friend bool operator==(const ChangedOrder&, const ChangedOrder&) = default;
};

// Whom a lock was taken from: the node is gone, so nobody can tell later.
struct ReleasedHolder {
  std::string path;
  int64_t sequence = 0;
  int64_t session_id = 0;
  absl::Time created = absl::InfinitePast();
  std::string data;       // any bytes, as far as they are shown
  int64_t data_size = 0;  // of all of them
  std::string member;
  bool member_claimed = false;
  std::string role;    // "EXCLUSIVE", ...; empty: none
  std::string format;  // "CURATOR", ...; empty: not known

  friend bool operator==(const ReleasedHolder&,
                         const ReleasedHolder&) = default;
};

// What the answer is made of; what a request is not about is left as it is.
struct RequestAnswer {
  std::vector<ChangedOrder> changes;
  std::string operation;  // the id of the one that was begun
  int64_t czxid = 0;      // of a member that was evicted or forgotten
  int64_t version = 0;    // of an entry of the configuration
  std::string change_id;  // of that version
  std::optional<ReleasedHolder> holder;

  friend bool operator==(const RequestAnswer&, const RequestAnswer&) = default;
};

struct RequestRecord {
  std::string fingerprint;  // of the request's content
  absl::Time at = absl::InfinitePast();
  RequestAnswer answer;

  friend bool operator==(const RequestRecord&, const RequestRecord&) = default;
};

// InvalidArgument, saying what and where, for anything not well-formed.
absl::StatusOr<RequestRecord> ParseRequestRecord(std::string_view bytes);
std::string SerializeRequestRecord(const RequestRecord& record);

}  // namespace roster::model
