#pragma once

#include <grpcpp/channel.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/mutex.h"
#include "monitor/http/http_message.h"
#include "roster/v1/control.grpc.pb.h"

namespace roster::monitor {

// FleetLock serves the protocol by which hosts ask before they reboot
// themselves (Zincati, systemd timers with a line of curl):
//
//   POST /v1/pre-reboot, /v1/steady-state     header fleet-lock-protocol: true
//   {"client_params":{"id":"web-01","group":"workers"}}
//
// with ?cluster= or as /fleetlock/<cluster>/v1/... where rosterd watches
// several. The id is the member's name.
//
// pre-reboot places a hold of the owner "fleetlock:<group>", as budgets allow,
// and answers 200 when the member has nothing left to do: its work is drained,
// it is away, or it obeys no orders. Until then it answers 409, and the host
// asks again. steady-state ends that hold. Both may be repeated at will: what
// is so already is not ordered, or audited, again.
//
// An error is {"kind","value"}; kinds are: invalid_request, not_allowed,
// budget_exceeded, draining, conflict, unavailable, internal.
//
// Thread-safety: thread-safe; nothing blocks.
// Lifetime: the destructor waits until all calls have ended; so shut the gRPC
// server down before.
//
// Source: the FleetLock protocol, coreos/airlock.
class FleetLock {
 public:
  explicit FleetLock(std::shared_ptr<grpc::Channel> channel,
                     absl::Duration timeout = absl::Seconds(30));
  ~FleetLock();

  FleetLock(const FleetLock&) = delete;
  FleetLock& operator=(const FleetLock&) = delete;

  void Handle(HttpRequest request, HttpRespond respond);

 private:
  struct Turn;
  using TurnPtr = std::shared_ptr<Turn>;

  void ReadOrder(TurnPtr turn);
  void OnOrder(TurnPtr turn, const grpc::Status& status);
  void TakeOffline(TurnPtr turn);
  void BringOnline(TurnPtr turn);
  void Finish(TurnPtr turn, HttpResponse response);
  // A context for the next call of a turn.
  std::unique_ptr<grpc::ClientContext> NewContext(const Turn& turn) const;

  const absl::Duration timeout_;
  const std::unique_ptr<v1::ControlService::Stub> stub_;
  base::Mutex mu_;
  base::CondVar ended_;
  size_t turns_ ABSL_GUARDED_BY(mu_) = 0;
};

// An error in FleetLock's own form.
HttpResponse FleetLockError(const absl::Status& status);

}  // namespace roster::monitor
