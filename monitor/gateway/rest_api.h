#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <memory>

#include "absl/time/time.h"
#include "base/mutex.h"
#include "google/protobuf/message.h"
#include "monitor/http/http_message.h"

namespace roster::monitor {

struct RestApiOptions {
  // Beyond so many calls at a time, 503.
  size_t max_calls = 512;
  // How long a call may take.
  absl::Duration timeout = absl::Seconds(30);
};

// RestApi serves every unary call of the API as JSON over HTTP, by the table in
// rest_routes.h. It calls the very services that gRPC clients call, over a
// channel of this process: checks, semantics, errors and audit are theirs, and
// cannot drift.
//
// It does not stream; that is WatchHub's. It knows no users: `actor` is what
// the caller claims.
//
// Thread-safety: thread-safe. Nothing blocks: JSON is read on the caller's
// thread, and written on gRPC's.
// Lifetime: the destructor waits until all calls have ended; so shut the server
// down before.
class RestApi {
 public:
  RestApi(std::shared_ptr<grpc::Channel> channel, RestApiOptions options = {});
  ~RestApi();

  RestApi(const RestApi&) = delete;
  RestApi& operator=(const RestApi&) = delete;

  void Handle(HttpRequest request, HttpRespond respond);

 private:
  struct Call;

  bool BeginCall();
  void EndCall();

  const RestApiOptions options_;
  grpc::TemplatedGenericStub<google::protobuf::Message,
                             google::protobuf::Message>
      stub_;
  base::Mutex mu_;
  base::CondVar ended_;
  size_t calls_ ABSL_GUARDED_BY(mu_) = 0;
};

}  // namespace roster::monitor
