#pragma once

#include <grpcpp/support/server_callback.h>

#include <utility>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "monitor/rpc/call_meta.h"
#include "monitor/rpc/reactors.h"

namespace roster::monitor {

// A unary call that changes something. Refuses what is wrong with the request;
// else has the backend of its cluster carry out `ask`, which ends the call, on
// a thread of its own.
//
// `backend` is that of the request's cluster, or why there is none. `decode`
// makes what is asked for of the request and of who asks; `encode` writes the
// result into the response, which lives until the call ends.
template <typename Request, typename Backend, typename Order, typename Result,
          typename Decode, typename Encode>
grpc::ServerUnaryReactor* CallToChange(
    grpc::CallbackServerContext* context, const Request& request,
    const absl::StatusOr<Backend*>& backend,
    void (Backend::*ask)(Order,
                         absl::AnyInvocable<void(absl::StatusOr<Result>)>),
    Decode decode, Encode encode) {
  if (!backend.ok()) return Finish(context, backend.status());
  absl::StatusOr<RequestMeta> meta = MetaOf(*context, request);
  if (!meta.ok()) return Finish(context, meta.status());
  absl::StatusOr<Order> order = decode(request, *std::move(meta));
  if (!order.ok()) return Finish(context, order.status());
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  ((*backend)->*ask)(*std::move(order),
                     Then<Result>(reactor, std::move(encode)));
  return reactor;
}

}  // namespace roster::monitor
