#pragma once

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace grpc {
class ServerCredentials;
}

namespace roster::monitor {

// PEM files. They are read again every minute, so that certificates are renewed
// without a restart; a pair that does not fit is ignored until it does.
struct TlsFiles {
  std::string certificate;  // with its chain
  std::string key;
  // Who signs clients' certificates. Empty: clients need none and stay
  // unauthenticated; otherwise those without a valid one are sent away.
  std::string client_ca;
};

// TLS 1.2 or newer. InvalidArgument, naming the file, if one cannot be read or
// holds nothing of the kind.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeTlsCredentials(
    const TlsFiles& files);

}  // namespace roster::monitor
