#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/server_context.h>

#include <string>
#include <string_view>

namespace roster::monitor {

// Who really calls, when a part of this process calls on behalf of somebody
// else (the HTTP gateway, over RpcServer::InProcessChannel()). It travels as
// metadata, beside a secret that this process drew at its start: what anybody
// else writes there counts for nothing.

// Marks a call as made on behalf of `peer`: "http:127.0.0.1:40312".
void ForwardPeer(std::string_view peer, grpc::ClientContext* context);

// The peer that a call was marked with; "" if it was not, or not by us.
std::string ForwardedPeer(const grpc::CallbackServerContext& context);

}  // namespace roster::monitor
