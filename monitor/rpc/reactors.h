#pragma once

#include <grpcpp/support/server_callback.h>

#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "monitor/rpc/to_grpc_status.h"

namespace roster::monitor {

// Ends a unary call.
inline grpc::ServerUnaryReactor* Finish(grpc::CallbackServerContext* context,
                                        const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

// What a backend answers a unary call with: ends it. `encode` writes a result
// into the response.
template <typename Result, typename Encode>
absl::AnyInvocable<void(absl::StatusOr<Result>)> Then(
    grpc::ServerUnaryReactor* reactor, Encode encode) {
  return [reactor, encode = std::move(encode)](absl::StatusOr<Result> result) {
    if (result.ok()) encode(*result);
    reactor->Finish(ToGrpcStatus(result.status()));
  };
}

// A stream that has ended before it began.
template <typename Message>
class FailedStream final : public grpc::ServerWriteReactor<Message> {
 public:
  explicit FailedStream(const absl::Status& status) {
    this->Finish(ToGrpcStatus(status));
  }
  void OnDone() override { delete this; }
};

}  // namespace roster::monitor
