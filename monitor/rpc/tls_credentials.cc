#include "monitor/rpc/tls_credentials.h"

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/security/tls_certificate_provider.h>
#include <grpcpp/security/tls_credentials_options.h>

#include <fstream>
#include <iterator>
#include <string_view>

#include "base/status_macros.h"
#include "base/strings.h"

namespace roster::monitor {
namespace {

constexpr unsigned kRefreshSeconds = 60;

// gRPC itself tells nothing of a file that is no good.
absl::Status CheckPem(const std::string& file, std::string_view what) {
  std::ifstream in(file);
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in)
    return absl::InvalidArgumentError(base::StrCat(file, ": cannot be read"));
  const size_t begin = text.find("-----BEGIN ");
  if (begin == std::string::npos || text.find(what, begin) == std::string::npos)
    return absl::InvalidArgumentError(
        base::StrCat(file, ": holds no PEM ", what));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> MakeTlsCredentials(
    const TlsFiles& files) {
  ROSTER_RETURN_IF_ERROR(CheckPem(files.certificate, "CERTIFICATE"));
  ROSTER_RETURN_IF_ERROR(CheckPem(files.key, "PRIVATE KEY"));
  if (!files.client_ca.empty()) {
    ROSTER_RETURN_IF_ERROR(CheckPem(files.client_ca, "CERTIFICATE"));
  }
  using grpc::experimental::FileWatcherCertificateProvider;
  const auto provider = std::make_shared<FileWatcherCertificateProvider>(
      files.key, files.certificate, files.client_ca, kRefreshSeconds);
  grpc::experimental::TlsServerCredentialsOptions options(provider);
  options.watch_identity_key_cert_pairs();
  if (!files.client_ca.empty()) {
    options.watch_root_certs();
    options.set_cert_request_type(
        GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  }
  return grpc::experimental::TlsServerCredentials(options);
}

}  // namespace roster::monitor
