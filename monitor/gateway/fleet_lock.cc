#include "monitor/gateway/fleet_lock.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "monitor/gateway/cross_site.h"
#include "monitor/gateway/rest_error.h"
#include "monitor/http/http_query.h"
#include "monitor/http/http_router.h"
#include "monitor/rpc/forwarded_peer.h"
#include "monitor/rpc/to_grpc_status.h"
#include "nlohmann/json.hpp"

namespace roster::monitor {
namespace {

using nlohmann::json;

constexpr std::string_view kProtocolHeader = "fleet-lock-protocol";
constexpr size_t kMaxGroupBytes = 64;

struct Ask {
  bool release = false;  // steady-state
  std::string cluster;
  std::string id;
  std::string group;
  std::string Owner() const { return "fleetlock:" + group; }
};

HttpResponse Refusal(int status, std::string_view kind,
                     std::string_view value) {
  using ErrorHandler = json::error_handler_t;
  return {.status = status,
          .content_type = "application/json",
          .body = json({{"kind", kind}, {"value", value}})
                      .dump(-1, ' ', false, ErrorHandler::replace) +
                  "\n"};
}

HttpResponse Refusal(const grpc::Status& status) {
  const int code = HttpStatusOf(status.error_code());
  std::string_view kind = "internal";
  if (ReasonOf(status) == "BUDGET_EXCEEDED") {
    kind = "budget_exceeded";
  } else if (code == 401 || code == 403) {
    kind = "not_allowed";
  } else if (code == 409) {
    kind = "conflict";
  } else if (code == 400 || code == 404) {
    kind = "invalid_request";
  } else if (code == 429 || code == 503 || code == 504) {
    kind = "unavailable";
  }
  return Refusal(code, kind, status.error_message());
}

bool IsGroup(const std::string& group) {
  return !group.empty() && group.size() <= kMaxGroupBytes &&
         std::all_of(group.begin(), group.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '.' || c == '-';
         });
}

// "/v1/pre-reboot" and "/fleetlock/<cluster>/v1/pre-reboot".
absl::Status ReadPath(const std::string& path, Ask& ask) {
  absl::string_view rest = path;
  if (absl::ConsumePrefix(&rest, "/fleetlock/")) {
    const size_t slash = rest.find('/');
    if (slash == absl::string_view::npos || slash == 0)
      return absl::NotFoundError("nothing is served here");
    ask.cluster = std::string(rest.substr(0, slash));
    rest.remove_prefix(slash);
  }
  if (rest != "/v1/pre-reboot" && rest != "/v1/steady-state")
    return absl::NotFoundError("nothing is served here");
  ask.release = rest == "/v1/steady-state";
  return absl::OkStatus();
}

absl::StatusOr<Ask> ReadAsk(const HttpRequest& request) {
  Ask ask;
  ROSTER_RETURN_IF_ERROR(ReadPath(request.path, ask));
  if (!absl::EqualsIgnoreCase(base::ToAbsl(request.Header(kProtocolHeader)),
                              "true"))
    return absl::InvalidArgumentError(
        "the header fleet-lock-protocol: true is missing");
  ROSTER_ASSIGN_OR_RETURN(const HttpQuery query, ParseHttpQuery(request.query));
  if (const std::string_view named = QueryValue(query, "cluster");
      !named.empty())
    ask.cluster = named;
  const json body = json::parse(request.body, nullptr, false);
  const json params =
      body.is_object() ? body.value("client_params", json()) : json();
  if (!params.is_object() || !params.contains("id") ||
      !params["id"].is_string() || !params.contains("group") ||
      !params["group"].is_string())
    return absl::InvalidArgumentError(
        "the body is not {\"client_params\":{\"id\":...,\"group\":...}}");
  ask.id = params["id"];
  ask.group = params["group"];
  if (!IsGroup(ask.group))
    return absl::InvalidArgumentError(
        "the group is 1 to 64 of a-z A-Z 0-9 . -");
  return ask;
}

// The hold of `owner`; null if there is none.
const v1::Hold* FindHold(const v1::Desired& desired, const std::string& owner) {
  for (const v1::Hold& hold : desired.holds())
    if (hold.owner() == owner) return &hold;
  return nullptr;
}

// Nothing is left to wait for, as the member itself last said.
bool IsIdle(const v1::Member& member, int64_t epoch) {
  if (!member.present() || !member.has_applied_epoch()) return true;
  return member.reported_state() == v1::REPORTED_STATE_DRAINED &&
         member.applied_epoch() >= epoch;
}

}  // namespace

// One request on its way through up to two calls.
struct FleetLock::Turn {
  Ask ask;
  std::string peer;
  absl::Time deadline;
  HttpRespond respond;
  std::unique_ptr<grpc::ClientContext> context;
  v1::GetOrderRequest order_request;
  v1::GetOrderResponse order;
  v1::TakeOfflineRequest take_request;
  v1::TakeOfflineResponse taken;
  v1::BringOnlineRequest release_request;
  v1::BringOnlineResponse released;

  HttpResponse Taken(int64_t epoch) const {
    if (IsIdle(order.member(), epoch)) return {.body = ""};
    return Refusal(409, "draining",
                   ask.id + " is finishing its work; ask again");
  }
};

FleetLock::FleetLock(std::shared_ptr<grpc::Channel> channel,
                     absl::Duration timeout)
    : timeout_(timeout),
      stub_(v1::ControlService::NewStub(std::move(channel))) {}

FleetLock::~FleetLock() {
  base::MutexLock lock(&mu_);
  while (turns_ > 0) ended_.Wait(&mu_);
}

std::unique_ptr<grpc::ClientContext> FleetLock::NewContext(
    const Turn& turn) const {
  auto context = std::make_unique<grpc::ClientContext>();
  ForwardPeer("http:" + turn.peer, context.get());
  context->set_deadline(absl::ToChronoTime(turn.deadline));
  return context;
}

void FleetLock::Handle(HttpRequest request, HttpRespond respond) {
  auto ask = ReadAsk(request);
  if (absl::IsNotFound(ask.status())) {
    respond(HttpError(request, 404, base::Message(ask.status())));
    return;
  }
  if (request.method != "POST") {
    respond(MethodNotAllowed(request, "POST"));
    return;
  }
  if (!ask.ok()) {
    respond(Refusal(400, "invalid_request", base::Message(ask.status())));
    return;
  }
  // The protocol's own header is one that no form and no foreign page sends.
  HttpRequest shown = request;
  shown.body.clear();  // FleetLock clients name no type
  if (absl::Status same = CheckSameSite(shown, kProtocolHeader); !same.ok()) {
    respond(Refusal(403, "not_allowed", base::Message(same)));
    return;
  }
  auto turn = std::make_shared<Turn>();
  turn->ask = *std::move(ask);
  turn->peer = request.peer;
  turn->deadline = absl::Now() + timeout_;
  turn->respond = std::move(respond);
  {
    base::MutexLock lock(&mu_);
    ++turns_;
  }
  ReadOrder(std::move(turn));
}

void FleetLock::ReadOrder(TurnPtr turn) {
  turn->context = NewContext(*turn);
  turn->order_request.set_cluster(turn->ask.cluster);
  turn->order_request.set_name(turn->ask.id);
  stub_->async()->GetOrder(
      turn->context.get(), &turn->order_request, &turn->order,
      [this, turn](const grpc::Status& status) { OnOrder(turn, status); });
}

void FleetLock::OnOrder(TurnPtr turn, const grpc::Status& status) {
  if (!status.ok()) {
    Finish(turn, Refusal(status));
    return;
  }
  const v1::Desired& desired = turn->order.desired();
  const bool held = FindHold(desired, turn->ask.Owner()) != nullptr;
  if (turn->ask.release) {
    held ? BringOnline(turn) : Finish(turn, {.body = ""});
  } else {
    held ? Finish(turn, turn->Taken(desired.epoch())) : TakeOffline(turn);
  }
}

void FleetLock::TakeOffline(TurnPtr turn) {
  v1::TakeOfflineRequest& request = turn->take_request;
  request.set_cluster(turn->ask.cluster);
  request.add_names(turn->ask.id);
  request.set_owner(turn->ask.Owner());
  request.set_actor(turn->ask.Owner());
  request.set_reason("the host asks to reboot (FleetLock, group " +
                     turn->ask.group + ")");
  request.set_mode(v1::HOLD_MODE_DRAIN);
  request.set_allow_absent(true);
  turn->context = NewContext(*turn);
  stub_->async()->TakeOffline(
      turn->context.get(), &request, &turn->taken,
      [this, turn](const grpc::Status& status) {
        if (!status.ok() || turn->taken.changes().empty()) {
          Finish(turn, Refusal(status));
          return;
        }
        Finish(turn, turn->Taken(turn->taken.changes(0).epoch()));
      });
}

void FleetLock::BringOnline(TurnPtr turn) {
  v1::BringOnlineRequest& request = turn->release_request;
  request.set_cluster(turn->ask.cluster);
  request.add_names(turn->ask.id);
  request.set_owner(turn->ask.Owner());
  request.set_actor(turn->ask.Owner());
  request.set_reason("the host is back (FleetLock, group " + turn->ask.group +
                     ")");
  turn->context = NewContext(*turn);
  stub_->async()->BringOnline(
      turn->context.get(), &request, &turn->released,
      [this, turn](const grpc::Status& status) {
        // Somebody else was faster.
        const bool gone = ReasonOf(status) == "HOLD_NOT_FOUND" ||
                          ReasonOf(status) == "MEMBER_NOT_FOUND";
        Finish(turn, status.ok() || gone ? HttpResponse{.body = ""}
                                         : Refusal(status));
      });
}

void FleetLock::Finish(TurnPtr turn, HttpResponse response) {
  turn->respond(std::move(response));
  base::MutexLock lock(&mu_);
  --turns_;
  ended_.NotifyAll();
}

HttpResponse FleetLockError(const absl::Status& status) {
  return Refusal(ToGrpcStatus(status));
}

}  // namespace roster::monitor
