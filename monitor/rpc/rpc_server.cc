#include "monitor/rpc/rpc_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/security/server_credentials.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"

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
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();

  // gRPC tells which address failed by its port alone, and not why.
  for (size_t i = 0; i < ports.size(); ++i) {
    if (ports[i] > 0) continue;
    return absl::UnavailableError(absl::StrCat(
        "listen for gRPC on ", options.listen[i],
        ": not possible; is it an address of this machine, and is the port "
        "free and allowed?"));
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
