#include "tests/e2e/control_client.h"

#include <algorithm>

#include "base/strings.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "gtest/gtest.h"

namespace roster::testing {

std::string ErrorOf(const grpc::Status& status) {
  if (status.ok()) return "OK";
  google::rpc::Status details;
  google::rpc::ErrorInfo info;
  if (details.ParseFromString(status.error_details()))
    for (const auto& detail : details.details())
      if (detail.UnpackTo(&info)) break;
  return base::StrCat(absl::StatusCodeToString(
                          static_cast<absl::StatusCode>(status.error_code())),
                      "/", info.reason());
}

namespace {

std::shared_ptr<grpc::Channel> NewChannel(const std::string& address) {
  // A channel of its own: a thousand calls should not wait for each other.
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(),
                                   arguments);
}

}  // namespace

ControlClient::ControlClient(const std::string& address)
    : channel_(NewChannel(address)),
      stub_(v1::ControlService::NewStub(channel_)) {}

bool ControlClient::Connect(absl::Duration timeout) {
  return channel_->WaitForConnected(
      absl::ToChronoTime(absl::Now() + Scaled(timeout)));
}

v1::Operation ControlClient::Operation(const std::string& id) {
  v1::GetOperationRequest request;
  request.set_id(id);
  return Call(&ControlStub::GetOperation, request)->operation();
}

v1::GetOrderResponse ControlClient::Order(const std::string& name) {
  v1::GetOrderRequest request;
  request.set_name(name);
  return Call(&ControlStub::GetOrder, request).response;
}

std::vector<v1::AuditEntry> ControlClient::Audit() {
  std::vector<v1::AuditEntry> entries;
  v1::ListAuditRequest request;
  request.set_page_size(1000);
  do {
    const auto answer = Call(&ControlStub::ListAudit, request);
    EXPECT_TRUE(answer.ok()) << answer;
    entries.insert(entries.end(), answer->entries().begin(),
                   answer->entries().end());
    request.set_page_token(answer->next_page_token());
  } while (!request.page_token().empty());
  std::reverse(entries.begin(), entries.end());
  return entries;
}

int64_t ControlClient::LeaderPid() {
  const auto answer =
      Call(&ControlStub::ListMonitors, v1::ListMonitorsRequest());
  for (const v1::Monitor& monitor : answer->monitors())
    if (monitor.leader()) return monitor.pid();
  return 0;
}

v1::TakeOfflineRequest Drain(const std::vector<std::string>& names,
                             const std::string& owner) {
  v1::TakeOfflineRequest request;
  for (const std::string& name : names) request.add_names(name);
  request.set_actor(owner);
  request.set_reason("kernel upgrade");
  return request;
}

v1::BringOnlineRequest Release(const std::vector<std::string>& names,
                               const std::string& owner) {
  v1::BringOnlineRequest request;
  for (const std::string& name : names) request.add_names(name);
  request.set_actor(owner);
  return request;
}

v1::SetBudgetRequest MaxUnavailable(const std::string& name,
                                    const std::string& selector,
                                    const std::string& limit) {
  v1::SetBudgetRequest request;
  request.mutable_budget()->set_name(name);
  request.mutable_budget()->set_selector(selector);
  request.mutable_budget()->set_max_unavailable(limit);
  request.set_actor("ops");
  return request;
}

}  // namespace roster::testing
