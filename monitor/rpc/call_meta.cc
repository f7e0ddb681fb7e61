#include "monitor/rpc/call_meta.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>

#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "base/listen_address.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "monitor/rpc/forwarded_peer.h"

namespace roster::monitor {
namespace {

constexpr absl::Duration kMaxWait = absl::Seconds(60);

// The identity of a client certificate: its first SAN, or else its CN.
std::string ProvenIdentity(const grpc::CallbackServerContext& context) {
  const auto auth = context.auth_context();
  if (!auth || !auth->IsPeerAuthenticated()) return "";
  for (const grpc::string_ref& identity : auth->GetPeerIdentity()) {
    const std::string name =
        base::ToValidUtf8({identity.data(), identity.size()});
    if (!name.empty())
      return std::string(base::TruncateUtf8(name, kMaxIdentity));
  }
  return "";
}

// Who did not say who it is: "http 10.0.0.7", as ActorOf() has it. The ports
// that clients come from change with every connection.
std::string AddressOf(std::string_view peer) {
  const std::string_view scheme = peer.substr(0, peer.find(':'));
  const bool http = scheme == "http";
  if (!http && scheme != "ipv4" && scheme != "ipv6") return "unknown";
  std::string address(peer.substr(scheme.size() + 1));
  // gRPC's way of writing "[::1]".
  address = absl::StrReplaceAll(address, {{"%5B", "["}, {"%5D", "]"}});
  const auto parsed = base::ParseListenAddress(address);
  if (!parsed.ok()) return "unknown";
  return base::StrCat(http ? "http " : "grpc ", parsed->host);
}

}  // namespace

model::Actor ActorOf(const grpc::CallbackServerContext& context,
                     const std::string& claimed) {
  model::Actor actor{.peer = ForwardedPeer(context)};
  if (actor.peer.empty()) actor.peer = context.peer();
  if (std::string proven = ProvenIdentity(context); !proven.empty()) {
    actor.name = std::move(proven);
    actor.authenticated = true;
  } else {
    actor.name = claimed.empty() ? AddressOf(actor.peer) : claimed;
  }
  return actor;
}

absl::Time DeadlineOf(const grpc::CallbackServerContext& context) {
  return std::min(absl::FromChrono(context.deadline()), absl::Now() + kMaxWait);
}

std::string ContentOf(const google::protobuf::Message& request) {
  // The name too: two calls may have the same fields.
  std::string content = request.GetDescriptor()->full_name() + ":";
  {
    google::protobuf::io::StringOutputStream stream(&content);
    google::protobuf::io::CodedOutputStream out(&stream);
    out.SetSerializationDeterministic(true);
    request.SerializeToCodedStream(&out);
  }
  return content;
}

}  // namespace roster::monitor
