#include "monitor/rpc/rpc_server.h"

#include <arpa/inet.h>
#include <grpc/support/log.h>
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/listen_address.h"
#include "base/strings.h"

namespace roster::monitor {
namespace {

int Milliseconds(absl::Duration duration) {
  return static_cast<int>(std::clamp<int64_t>(
      absl::ToInt64Milliseconds(duration), 0, std::numeric_limits<int>::max()));
}

void SetLimits(const RpcServerOptions& options, grpc::ServerBuilder& builder) {
  builder.SetMaxReceiveMessageSize(options.max_request_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE,
                             options.max_metadata_bytes);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS,
                             options.max_concurrent_streams);
  builder.AddChannelArgument(
      GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
      Milliseconds(options.min_client_ping_interval));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS,
                             Milliseconds(options.keepalive_time));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS,
                             Milliseconds(options.keepalive_timeout));
  // Pings go out however long a stream is silent.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  if (options.max_connection_age < absl::InfiniteDuration()) {
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS,
                               Milliseconds(options.max_connection_age));
    builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS,
                               Milliseconds(absl::Seconds(5)));
  }
  // Otherwise two servers could share a port without anybody noticing.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Only reflection uses the synchronous API: it needs few threads.
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 2);
}

std::string WithPort(const std::string& address, int port) {
  return absl::StrCat(address.substr(0, address.rfind(':')), ":", port);
}

// Why nobody can listen on `address`: gRPC tells its log alone. Tries it once
// more, with the socket options that gRPC sets.
std::string WhyNot(const std::string& address) {
  const auto parsed = base::ParseListenAddress(address);
  if (!parsed.ok()) return std::string(base::Message(parsed.status()));
  sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons(parsed->port)};
  sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons(parsed->port)};
  const bool ipv6 = parsed->IsIpv6();
  inet_pton(ipv6 ? AF_INET6 : AF_INET, parsed->host.c_str(),
            ipv6 ? static_cast<void*>(&v6.sin6_addr) : &v4.sin_addr);
  const int fd = socket(ipv6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC,
                        /*protocol=*/0);
  if (fd < 0) return std::strerror(errno);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const bool done =
      (ipv6 ? bind(fd, reinterpret_cast<sockaddr*>(&v6), sizeof(v6))
            : bind(fd, reinterpret_cast<sockaddr*>(&v4), sizeof(v4))) == 0 &&
      listen(fd, /*backlog=*/1) == 0;
  const std::string why = done ? "it was not possible" : std::strerror(errno);
  close(fd);
  return why;
}

// While it lives gRPC logs nothing: what goes wrong in a start is told by its
// status, in one line.
class QuietGrpc {
 public:
  QuietGrpc() {
    gpr_set_log_function([](gpr_log_func_args*) {});
  }
  ~QuietGrpc() { gpr_set_log_function(nullptr); }
  QuietGrpc(const QuietGrpc&) = delete;
  QuietGrpc& operator=(const QuietGrpc&) = delete;
};

std::unique_ptr<grpc::Server> BuildQuietly(grpc::ServerBuilder& builder) {
  const QuietGrpc quiet;
  return builder.BuildAndStart();
}

}  // namespace

absl::StatusOr<std::unique_ptr<RpcServer>> RpcServer::Start(
    RpcServerOptions options, std::vector<Service> services) {
  if (options.listen.empty())
    return absl::InvalidArgumentError("no address to listen on");
  if (!options.credentials)
    options.credentials = grpc::InsecureServerCredentials();
  // Both concern the whole process and every server built after them.
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();

  grpc::ServerBuilder builder;
  SetLimits(options, builder);
  std::vector<int> ports(options.listen.size(), 0);
  for (size_t i = 0; i < options.listen.size(); ++i)
    builder.AddListeningPort(options.listen[i], options.credentials, &ports[i]);
  for (const Service& service : services)
    builder.RegisterService(service.service);
  std::unique_ptr<grpc::Server> server = BuildQuietly(builder);

  // gRPC tells which address failed by its port alone, and not why.
  for (size_t i = 0; i < ports.size(); ++i) {
    if (ports[i] > 0) continue;
    return absl::UnavailableError(
        absl::StrCat("cannot listen for gRPC on ", options.listen[i], ": ",
                     WhyNot(options.listen[i]), "; see --grpc-listen"));
  }
  if (!server) return absl::UnavailableError("the gRPC server did not start");
  for (const Service& service : services)
    server->GetHealthCheckService()->SetServingStatus(service.name, true);

  std::vector<std::string> addresses;
  for (size_t i = 0; i < ports.size(); ++i)
    addresses.push_back(WithPort(options.listen[i], ports[i]));
  return std::unique_ptr<RpcServer>(new RpcServer(
      std::move(server), std::move(services), std::move(addresses)));
}

RpcServer::RpcServer(std::unique_ptr<grpc::Server> server,
                     std::vector<Service> services,
                     std::vector<std::string> addresses)
    : server_(std::move(server)),
      services_(std::move(services)),
      addresses_(std::move(addresses)) {}

RpcServer::~RpcServer() { Shutdown(absl::ZeroDuration()); }

void RpcServer::Shutdown(absl::Duration grace) {
  std::call_once(shutdown_, [&] {
    server_->GetHealthCheckService()->SetServingStatus(false);
    for (const Service& service : services_)
      if (service.stop_streams) service.stop_streams();
    server_->Shutdown(absl::ToChronoTime(absl::Now() + grace));
    server_->Wait();
  });
}

std::shared_ptr<grpc::Channel> RpcServer::InProcessChannel() {
  return server_->InProcessChannel(grpc::ChannelArguments());
}

}  // namespace roster::monitor
