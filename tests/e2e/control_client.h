#pragma once

#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "roster/v1/control.grpc.pb.h"
#include "tests/support/eventually.h"

namespace roster::testing {

// "OK", or code and reason of an error of ours:
// "FAILED_PRECONDITION/BUDGET_EXCEEDED".
std::string ErrorOf(const grpc::Status& status);

// What a call came to.
template <typename Response>
struct Answer {
  grpc::Status status;
  Response response;

  bool ok() const { return status.ok(); }
  std::string error() const { return ErrorOf(status); }
  const Response* operator->() const { return &response; }
};
template <typename Response>
std::ostream& operator<<(std::ostream& out, const Answer<Response>& answer) {
  return out << answer.error() << " " << answer.status.error_message();
}

// ControlClient asks one rosterd's ControlService, as any client would.
//
//   control.Call(&ControlStub::Evict, request)
//
// Thread-safety: thread-safe.
using ControlStub = v1::ControlService::Stub;
class ControlClient {
 public:
  // `address`: RosterdProcess::grpc(). It may die; calls fail then.
  explicit ControlClient(const std::string& address);

  // Connects, unless it is connected, over several tries if it must; false
  // after `timeout`.
  bool Connect(absl::Duration timeout = absl::Seconds(10));

  template <typename Request, typename Response>
  Answer<Response> Call(grpc::Status (ControlStub::*method)(
                            grpc::ClientContext*, const Request&, Response*),
                        const Request& request,
                        absl::Duration timeout = absl::Seconds(10)) {
    Answer<Response> answer;
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + Scaled(timeout)));
    answer.status = (stub_.get()->*method)(&context, request, &answer.response);
    return answer;
  }
  ControlStub& stub() { return *stub_; }

  Answer<v1::TakeOfflineResponse> TakeOffline(
      const v1::TakeOfflineRequest& request) {
    return Call(&ControlStub::TakeOffline, request);
  }
  Answer<v1::BringOnlineResponse> BringOnline(
      const v1::BringOnlineRequest& request) {
    return Call(&ControlStub::BringOnline, request);
  }
  // Default messages if it fails.
  v1::Operation Operation(const std::string& id);
  v1::GetOrderResponse Order(const std::string& name);
  // The whole audit, oldest first.
  std::vector<v1::AuditEntry> Audit();
  // Process id of the elected rosterd; 0 while there is none.
  int64_t LeaderPid();

 private:
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<ControlStub> stub_;
};

// A hold of "ops" on each, to let work finish.
v1::TakeOfflineRequest Drain(const std::vector<std::string>& names,
                             const std::string& owner = "ops");
v1::BringOnlineRequest Release(const std::vector<std::string>& names,
                               const std::string& owner = "ops");
v1::SetBudgetRequest MaxUnavailable(const std::string& name,
                                    const std::string& selector,
                                    const std::string& limit);

}  // namespace roster::testing
