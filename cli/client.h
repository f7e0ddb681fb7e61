#pragma once

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "roster/v1/config.grpc.pb.h"
#include "roster/v1/control.grpc.pb.h"
#include "roster/v1/coordination.grpc.pb.h"
#include "roster/v1/membership.grpc.pb.h"

namespace roster::cli {

// PEM files for a rosterd that serves over TLS. All empty: plaintext.
struct TlsOptions {
  std::string ca;           // who signed rosterd's certificate; empty: the
                            // authorities that the machine trusts
  std::string certificate;  // of the caller, with its chain
  std::string key;
  std::string server_name;  // in rosterd's certificate, if not the endpoint's
  bool on = false;          // also without any file

  bool enabled() const {
    return on || !ca.empty() || !certificate.empty() || !key.empty() ||
           !server_name.empty();
  }
};

struct ClientOptions {
  // host:port, [ipv6]:port, unix:/path, or a gRPC target such as
  // dns:///host:port. Without a port it is 7470.
  std::string endpoint = "127.0.0.1:7470";
  // For each unary call, and for a watch to get through to rosterd.
  absl::Duration timeout = absl::Seconds(10);
  TlsOptions tls;
};

// Client speaks to one rosterd. Its errors are sentences for the person at the
// terminal: what, why, and what to do next; ExitCode() has their codes. They
// carry the server's reason and violated preconditions, see
// base/error_details.h.
//
// It goes straight to the endpoint: proxies of the environment (http_proxy)
// are meant for the web and are not used.
//
// Thread-safety: thread-compatible.
class Client {
 public:
  using Stub = roster::v1::MembershipService::Stub;
  using ControlStub = roster::v1::ControlService::Stub;
  using ConfigStub = roster::v1::ConfigService::Stub;
  using CoordinationStub = roster::v1::CoordinationService::Stub;

  // InvalidArgument if the endpoint cannot be one, or a file cannot be read.
  // Does not connect yet.
  static absl::StatusOr<std::unique_ptr<Client>> Create(ClientOptions options);

  // One unary call, within the timeout:
  //   client.Call(&Client::Stub::GetMember, request);
  template <typename Service, typename Request, typename Response>
  absl::StatusOr<Response> Call(
      grpc::Status (Service::*method)(grpc::ClientContext*, const Request&,
                                      Response*),
      const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + options_.timeout));
    Response response;
    const grpc::Status status =
        (Get<Service>().*method)(&context, request, &response);
    if (!status.ok()) return Explain(status);
    return response;
  }

  // All members that `request` asks for, through all pages, in the server's
  // order (by name). `view` becomes that of the last page; may be null.
  absl::StatusOr<std::vector<roster::v1::Member>> ListAllMembers(
      roster::v1::ListMembersRequest request, roster::v1::ViewInfo* view);

  // `status`, which is not OK, in the words of this page.
  absl::Status Explain(const grpc::Status& status) const;

  // The same for a watch that had got through: it goes on by itself.
  std::string ExplainLoss(const grpc::Status& status) const;

  // True if rosterd has answered on this connection and is still there.
  bool Connected() const;

  // The stub of one of the services.
  template <typename Service>
  Service& Get() {
    if constexpr (std::is_same_v<Service, ControlStub>) {
      return *control_;
    } else if constexpr (std::is_same_v<Service, ConfigStub>) {
      return *config_;
    } else if constexpr (std::is_same_v<Service, CoordinationStub>) {
      return *coordination_;
    } else {
      return *stub_;
    }
  }
  const ClientOptions& options() const { return options_; }

 private:
  Client(ClientOptions options, std::shared_ptr<grpc::Channel> channel);

  absl::Status InWords(const grpc::Status& status) const;

  const ClientOptions options_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<Stub> stub_;
  const std::unique_ptr<ControlStub> control_;
  const std::unique_ptr<ConfigStub> config_;
  const std::unique_ptr<CoordinationStub> coordination_;
};

// The reason of a refusal by a budget.
inline constexpr std::string_view kBudgetExceeded = "BUDGET_EXCEEDED";

// What rosterctl exits with for `status`; docs/rosterctl.md has the table.
int ExitCode(const absl::Status& status);

}  // namespace roster::cli
