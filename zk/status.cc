#include "zk/status.h"

#include <zookeeper/zookeeper.h>

#include <optional>
#include <string>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "base/strings.h"

namespace roster::zk {
namespace {

constexpr char kCodePayload[] = "roster.zk/code";

absl::StatusCode CanonicalCode(int code) {
  switch (code) {
    case ZNONODE:
      return absl::StatusCode::kNotFound;
    case ZNODEEXISTS:
      return absl::StatusCode::kAlreadyExists;
    case ZBADVERSION:
      return absl::StatusCode::kAborted;
    case ZNOTEMPTY:
    case ZNOCHILDRENFOREPHEMERALS:
    case ZINVALIDSTATE:
    case ZSESSIONMOVED:
      return absl::StatusCode::kFailedPrecondition;
    case ZCONNECTIONLOSS:
    case ZOPERATIONTIMEOUT:
    case ZNOTREADONLY:
    case ZTHROTTLEDOP:
      return absl::StatusCode::kUnavailable;
    case ZSESSIONEXPIRED:
    case ZCLOSING:
      return absl::StatusCode::kCancelled;
    case ZNOAUTH:
      return absl::StatusCode::kPermissionDenied;
    case ZAUTHFAILED:
    case ZSESSIONCLOSEDREQUIRESASLAUTH:
      return absl::StatusCode::kUnauthenticated;
    case ZBADARGUMENTS:
    case ZINVALIDACL:
      return absl::StatusCode::kInvalidArgument;
    case ZUNIMPLEMENTED:
      return absl::StatusCode::kUnimplemented;
    default:
      return absl::StatusCode::kInternal;
  }
}

// The C client's own words, except where they say nothing to a reader.
std::string_view Words(int code) {
  switch (code) {
    case ZNOAUTH:
      return "no permission";  // it says "not authenticated"
    case ZBADVERSION:
      return "version conflict";
    case ZNODEEXISTS:
      return "node exists";
    case ZNONODE:
      return "no node";
    case ZTHROTTLEDOP:
      return "throttled by the server";
    default:
      return zerror(code);
  }
}

}  // namespace

absl::Status StatusFromCode(int code, std::string_view what) {
  if (code == ZOK) return absl::OkStatus();
  absl::Status status(CanonicalCode(code),
                      base::StrCat(what, ": ", Words(code)));
  status.SetPayload(kCodePayload, absl::Cord(base::StrCat(code)));
  return status;
}

int CodeOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kCodePayload);
  int code = ZOK;
  if (!payload || !absl::SimpleAtoi(std::string(*payload), &code)) return ZOK;
  return code;
}

bool IsRetryable(const absl::Status& status) {
  if (absl::IsUnavailable(status)) return true;
  switch (CodeOf(status)) {
    case ZSESSIONEXPIRED:
    case ZSESSIONMOVED:
    case ZCLOSING:
    case ZRUNTIMEINCONSISTENCY:
      return true;
    default:
      return false;
  }
}

bool IsOutcomeUnknown(const absl::Status& status) {
  switch (CodeOf(status)) {
    case ZCONNECTIONLOSS:
    case ZOPERATIONTIMEOUT:
    case ZCLOSING:
    // The client gave the connection up because of a reply that it could not
    // place; requests of that connection end so.
    case ZRUNTIMEINCONSISTENCY:
    // What was in flight while the session expired may have come before.
    case ZSESSIONEXPIRED:
      return true;
    default:
      return false;
  }
}

bool IsSessionLost(const absl::Status& status) {
  const int code = CodeOf(status);
  return code == ZSESSIONEXPIRED || code == ZCLOSING || code == ZAUTHFAILED;
}

}  // namespace roster::zk
