#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "monitor/rpc/rpc_server.h"
#include "tests/unit/rpc/rpc_fixture.h"

namespace roster::monitor {

// One service on a real server, and a client of it. `Api` is the service's
// class that protoc makes, as v1::ConfigService. Lifetime: the service outlives
// this.
template <typename Api>
class Served {
 public:
  using Stub = typename Api::Stub;

  // `hand_over` is called before and after each call, and takes the locks that
  // the backend holds meanwhile: so ThreadSanitizer sees what gRPC orders.
  Served(grpc::Service* service, std::function<void()> hand_over)
      : hand_over_(std::move(hand_over)) {
    auto server = RpcServer::Start({.listen = {"127.0.0.1:0"}},
                                   {{service, Api::service_full_name(), {}}});
    EXPECT_OK(server);
    server_ = *std::move(server);
    stub_ = Api::NewStub(grpc::CreateChannel(
        server_->addresses().front(), grpc::InsecureChannelCredentials()));
  }
  ~Served() { server_->Shutdown(absl::ZeroDuration()); }

  template <typename Request, typename Response>
  grpc::Status Ask(grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                const Request&, Response*),
                   const Request& request, Response* response) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(
        absl::Now() + roster::testing::Scaled(absl::Seconds(10))));
    hand_over_();
    const grpc::Status status =
        (stub_.get()->*method)(&context, request, response);
    hand_over_();
    return status;
  }

 private:
  const std::function<void()> hand_over_;
  std::unique_ptr<RpcServer> server_;
  std::unique_ptr<Stub> stub_;
};

}  // namespace roster::monitor
