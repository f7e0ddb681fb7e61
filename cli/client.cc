#include "cli/client.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/error_details.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "cli/connect_error.h"
#include "cli/endpoint.h"
#include "cli/text.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace roster::cli {
namespace {

constexpr int kPageSize = 1000;
// A page of 1000 members with records of 64 KiB each.
constexpr int kMaxMessageBytes = 96 * 1024 * 1024;

grpc::ChannelArguments ChannelOptions() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxMessageBytes);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  // A watch is silent while nothing changes: pings tell a quiet server from a
  // dead link.
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  // Follower has its own pauses; the channel must be ready to try by then.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
  return arguments;
}

// What of the request would make it go, in the words of the command line.
absl::Status WithRemedy(absl::Status words,
                        const google::rpc::ErrorInfo& info) {
  static constexpr std::pair<std::string_view, std::string_view> kFlags[] = {
      {"all_holds", "--all-holds"}, {"allow_absent", "--allow-absent"},
      {"force", "--force"},         {"hold_ids", "--hold ID"},
      {"owner", "--owner OWNER"},   {"pacing", "--batch-size N"}};
  const auto remedy = info.metadata().find("remedy");
  // Of a budget, see BudgetRemedy().
  if (remedy == info.metadata().end() || info.reason() == kBudgetExceeded)
    return words;
  std::vector<std::string> flags;
  for (const absl::string_view field : absl::StrSplit(remedy->second, ','))
    for (const auto& [name, flag] : kFlags)
      if (base::ToStd(field) == name) flags.emplace_back(flag);
  if (flags.empty()) return words;
  return absl::Status(words.code(),
                      base::StrCat(base::Message(words), " (",
                                   absl::StrJoin(flags, ", "), ")"));
}

// `words` with the details of `status` that a command may look at.
absl::Status WithDetails(absl::Status words, const grpc::Status& status) {
  // It never left: nothing can have happened.
  if (absl::StrContains(status.error_message(), "failed to connect to all")) {
    return base::WithReason(std::move(words), "NOT_SENT");
  }
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return words;
  google::rpc::ErrorInfo info;
  google::rpc::PreconditionFailure failure;
  for (const auto& detail : details.details()) {
    if (detail.UnpackTo(&info)) {
      words =
          base::WithReason(WithRemedy(std::move(words), info), info.reason(),
                           {info.metadata().begin(), info.metadata().end()});
    } else if (detail.UnpackTo(&failure)) {
      for (const auto& violation : failure.violations()) {
        words = base::WithPrecondition(std::move(words), violation.type(),
                                       violation.subject(),
                                       violation.description());
      }
    }
  }
  return words;
}

absl::Status CannotReach(std::string_view where, const ConnectError& error) {
  return absl::UnavailableError(base::StrCat("cannot reach ", where, ": ",
                                             error.cause, "; ", error.hint));
}

// The PEM file of `flag`, which has what `label` says.
absl::StatusOr<std::string> ReadPem(std::string_view flag,
                                    const std::string& file,
                                    std::string_view label) {
  if (file.empty()) return "";
  const auto wrong = [&](std::string_view why) {
    return absl::InvalidArgumentError(
        base::StrCat(flag, " ", Visible(file), ": ", why));
  };
  std::ifstream in(file);
  std::string text((std::istreambuf_iterator<char>(in)), {});
  if (!in || !absl::StrContains(text, "-----BEGIN "))
    return wrong("cannot be read, or is no PEM file");
  if (!absl::StrContains(text, base::ToAbsl(base::StrCat(label, "-----"))))
    return wrong(base::StrCat("there is no ", label, " in it"));
  return text;
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> Credentials(
    const TlsOptions& tls) {
  if (!tls.enabled()) return grpc::InsecureChannelCredentials();
  if (tls.certificate.empty() != tls.key.empty())
    return absl::InvalidArgumentError(
        "--tls-certificate and --tls-key need each other");
  grpc::SslCredentialsOptions options;
  ROSTER_ASSIGN_OR_RETURN(options.pem_root_certs,
                          ReadPem("--tls-ca", tls.ca, "CERTIFICATE"));
  ROSTER_ASSIGN_OR_RETURN(
      options.pem_cert_chain,
      ReadPem("--tls-certificate", tls.certificate, "CERTIFICATE"));
  ROSTER_ASSIGN_OR_RETURN(options.pem_private_key,
                          ReadPem("--tls-key", tls.key, "PRIVATE KEY"));
  return grpc::SslCredentials(options);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Client>> Client::Create(ClientOptions options) {
  absl::StatusOr<std::string> target = ParseEndpoint(options.endpoint);
  if (!target.ok()) return target.status();
  options.endpoint = *target;
  ROSTER_ASSIGN_OR_RETURN(
      const std::shared_ptr<grpc::ChannelCredentials> credentials,
      Credentials(options.tls));
  grpc::ChannelArguments arguments = ChannelOptions();
  if (!options.tls.server_name.empty())
    arguments.SetSslTargetNameOverride(options.tls.server_name);
  auto channel = grpc::CreateCustomChannel(*target, credentials, arguments);
  return std::unique_ptr<Client>(
      new Client(std::move(options), std::move(channel)));
}

Client::Client(ClientOptions options, std::shared_ptr<grpc::Channel> channel)
    : options_(std::move(options)),
      channel_(std::move(channel)),
      stub_(roster::v1::MembershipService::NewStub(channel_)),
      control_(roster::v1::ControlService::NewStub(channel_)),
      config_(roster::v1::ConfigService::NewStub(channel_)),
      coordination_(roster::v1::CoordinationService::NewStub(channel_)) {}

bool Client::Connected() const {
  return channel_->GetState(/*try_to_connect=*/false) == GRPC_CHANNEL_READY;
}

absl::StatusOr<std::vector<roster::v1::Member>> Client::ListAllMembers(
    roster::v1::ListMembersRequest request, roster::v1::ViewInfo* view) {
  std::vector<roster::v1::Member> members;
  request.set_page_size(kPageSize);
  do {
    auto page = Call(&Stub::ListMembers, request);
    if (!page.ok()) return page.status();
    for (auto& member : *page->mutable_members()) {
      members.push_back(std::move(member));
    }
    if (view != nullptr) *view = page->view();
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  return members;
}

absl::Status Client::Explain(const grpc::Status& status) const {
  return WithDetails(InWords(status), status);
}

absl::Status Client::InWords(const grpc::Status& status) const {
  const std::string where = base::StrCat("rosterd at ", options_.endpoint);
  const std::string cause = Cause(status.error_message());
  switch (status.error_code()) {
    case grpc::StatusCode::UNAVAILABLE:
      if (Connected()) {
        return absl::UnavailableError(
            base::StrCat(where, " cannot answer: ", cause));
      }
      return CannotReach(where, ExplainConnectError(status.error_message()));
    case grpc::StatusCode::DEADLINE_EXCEEDED: {
      const std::string limit = absl::FormatDuration(options_.timeout);
      if (Connected()) {
        return absl::DeadlineExceededError(
            base::StrCat(where, " did not answer within ", limit,
                         "; allow more with --timeout"));
      }
      return CannotReach(
          where, {base::StrCat("no connection within ", limit),
                  "is the address right? set --endpoint or ROSTER_ENDPOINT"});
    }
    case grpc::StatusCode::UNIMPLEMENTED:
      return absl::UnimplementedError(base::StrCat(
          where, " does not know this call; is it an older one? compare ",
          "'rosterctl version'"));
    case grpc::StatusCode::UNAUTHENTICATED:
      return absl::UnauthenticatedError(
          base::StrCat(where, " does not know you: ", cause));
    case grpc::StatusCode::PERMISSION_DENIED:
      return absl::PermissionDeniedError(
          base::StrCat(where, " does not allow it: ", cause));
    // The server's own words about what was asked for.
    case grpc::StatusCode::INVALID_ARGUMENT:
    case grpc::StatusCode::NOT_FOUND:
    case grpc::StatusCode::ALREADY_EXISTS:
    case grpc::StatusCode::FAILED_PRECONDITION:
    case grpc::StatusCode::ABORTED:
    case grpc::StatusCode::OUT_OF_RANGE:
      return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                          cause);
    // kCancelled means here that the person at the terminal ended it.
    case grpc::StatusCode::CANCELLED:
      return absl::UnknownError(base::StrCat(where, " ended the call"));
    default:
      return absl::Status(static_cast<absl::StatusCode>(status.error_code()),
                          base::StrCat(where, " failed: ", cause));
  }
}

std::string Client::ExplainLoss(const grpc::Status& status) const {
  const std::string cause =
      status.ok() ? "it ended the watch" : Cause(status.error_message());
  return base::StrCat("lost rosterd at ", options_.endpoint, ": ", cause,
                      "; trying again, Ctrl-C ends it");
}

int ExitCode(const absl::Status& status) {
  if (base::DetailsOf(status).reason == kBudgetExceeded) return 8;
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 0;
    case absl::StatusCode::kInvalidArgument:
      return 2;
    case absl::StatusCode::kNotFound:
      return 3;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kAborted:
      return 4;
    case absl::StatusCode::kUnavailable:
      return 5;
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return 6;
    case absl::StatusCode::kDeadlineExceeded:
      return 7;
    default:
      return 1;
  }
}

}  // namespace roster::cli
