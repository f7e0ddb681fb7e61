#include "monitor/rpc/forwarded_peer.h"

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>

#include "base/strings.h"

namespace roster::monitor {
namespace {

constexpr char kMetadataKey[] = "roster-forwarded-peer";

// What comes before the peer: 122 bits of the system's randomness.
const std::string& Prefix() {
  static const auto* prefix = new std::string(
      boost::uuids::to_string(boost::uuids::random_generator()()) + " ");
  return *prefix;
}

}  // namespace

void ForwardPeer(std::string_view peer, grpc::ClientContext* context) {
  context->AddMetadata(kMetadataKey, base::StrCat(Prefix(), peer));
}

std::string ForwardedPeer(const grpc::CallbackServerContext& context) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find(kMetadataKey);
  if (found == metadata.end()) return "";
  const std::string_view value(found->second.data(), found->second.size());
  if (value.substr(0, Prefix().size()) != Prefix()) return "";
  return std::string(value.substr(Prefix().size()));
}

}  // namespace roster::monitor
