#include "monitor/gateway/rest_api.h"

#include <grpcpp/client_context.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "base/error_details.h"
#include "base/fingerprint.h"
#include "base/strings.h"
#include "google/protobuf/message.h"
#include "monitor/gateway/cross_site.h"
#include "monitor/gateway/json.h"
#include "monitor/gateway/rest_error.h"
#include "monitor/gateway/rest_request.h"
#include "monitor/gateway/rest_routes.h"
#include "monitor/http/etag.h"
#include "monitor/http/http_router.h"
#include "monitor/rpc/forwarded_peer.h"
#include "roster/v1/membership.pb.h"

namespace roster::monitor {
namespace {

using google::protobuf::Message;

absl::Status Busy() {
  return base::WithRetryDelay(
      base::WithReason(absl::UnavailableError("too many calls at a time"),
                       "TOO_MANY_CALLS"),
      absl::Seconds(1));
}

// How much of the view an answer shows: equal for equal answers. "" if it does
// not say which view it was made from.
std::string ViewTag(const Message& response) {
  const auto* field = response.GetDescriptor()->FindFieldByName("view");
  if (field == nullptr ||
      field->message_type() != roster::v1::ViewInfo::descriptor())
    return "";
  const auto& view = static_cast<const roster::v1::ViewInfo&>(
      response.GetReflection()->GetMessage(response, field));
  return base::StrCat(view.view_id(), "-", view.revision(),
                      view.connected() ? "" : "-stale",
                      view.synced() ? "" : "-partial");
}

// A weak tag: what differs without being worth telling, as the time up to
// which a view is known to be true, may stay the same.
std::string ETagOf(const Message& request, const Message& response) {
  std::string tag = ViewTag(response);
  tag += base::StrCat(
      "-",
      absl::Hex(base::Fingerprint(tag.empty() ? response.SerializeAsString()
                                              : request.SerializeAsString())));
  return base::StrCat("W/\"", tag, "\"");
}

}  // namespace

struct RestApi::Call {
  grpc::ClientContext context;
  const RestRoute* route = nullptr;
  std::string method;
  std::string if_none_match;
  std::unique_ptr<Message> request;
  std::unique_ptr<Message> response;
  HttpRespond respond;

  HttpResponse Answer(const grpc::Status& status) const;
};

HttpResponse RestApi::Call::Answer(const grpc::Status& status) const {
  if (!status.ok()) return RestError(status);
  HttpResponse answer{.content_type = "application/json"};
  if (route->verb == "GET") {
    std::string etag = ETagOf(*request, *response);
    answer.headers.emplace_back("ETag", etag);
    // May be kept, but is asked for anew each time.
    answer.headers.emplace_back("Cache-Control", "private, no-cache");
    if (NamesETag(if_none_match, etag)) {
      answer.status = 304;
      return answer;
    }
  }
  answer.body = ToJson(*response) + "\n";
  return answer;
}

RestApi::RestApi(std::shared_ptr<grpc::Channel> channel, RestApiOptions options)
    : options_(options), stub_(std::move(channel)) {}

RestApi::~RestApi() {
  base::MutexLock lock(&mu_);
  while (calls_ > 0) ended_.Wait(&mu_);
}

bool RestApi::BeginCall() {
  base::MutexLock lock(&mu_);
  if (calls_ >= options_.max_calls) return false;
  ++calls_;
  return true;
}

void RestApi::EndCall() {
  base::MutexLock lock(&mu_);
  --calls_;
  ended_.NotifyAll();
}

void RestApi::Handle(HttpRequest request, HttpRespond respond) {
  const RouteMatch match = FindRoute(request.method, request.path);
  if (match.route == nullptr) {
    respond(match.allowed.empty()
                ? HttpError(request, 404, "there is no such call")
                : MethodNotAllowed(request, match.allowed));
    return;
  }
  if (match.route->has_body()) {
    if (absl::Status allowed = CheckSameSite(request, kCsrfHeader);
        !allowed.ok()) {
      respond(RestError(allowed));
      return;
    }
  }
  auto message = BuildRequest(*match.route, match.fields, request);
  if (!message.ok()) {
    respond(RestError(message.status()));
    return;
  }
  if (!BeginCall()) {
    respond(RestError(Busy()));
    return;
  }
  const auto call = std::make_shared<Call>();
  call->route = match.route;
  call->method = base::StrCat("/", match.route->method->service()->full_name(),
                              "/", match.route->method->name());
  call->if_none_match = request.Header("If-None-Match");
  call->request = *std::move(message);
  call->response.reset(google::protobuf::MessageFactory::generated_factory()
                           ->GetPrototype(match.route->method->output_type())
                           ->New());
  call->respond = std::move(respond);
  ForwardPeer(base::StrCat("http:", request.peer), &call->context);
  call->context.set_deadline(
      absl::ToChronoTime(absl::Now() + options_.timeout));
  stub_.UnaryCall(&call->context, call->method, grpc::StubOptions(),
                  call->request.get(), call->response.get(),
                  [this, call](const grpc::Status& status) {
                    call->respond(call->Answer(status));
                    EndCall();
                  });
}

}  // namespace roster::monitor
