#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "monitor/rpc/stream_reactor.h"
#include "monitor/state/cluster_view.h"
#include "roster/v1/control.pb.h"

namespace roster::monitor {

// OperationStream serves one WatchOperation call: the operation as it is, then
// after each change, and OK after its end was sent. States between two messages
// may be skipped by a reader that is slow; the last one never is. The sign of
// life is the operation once more.
//
// Thread-safety: see ParkedStream.
// Lifetime: what `view` uses must outlive the server.
class OperationStream final
    : public StreamReactor<roster::v1::WatchOperationResponse> {
 public:
  OperationStream(std::function<ClusterViewPtr()> view, std::string id,
                  ParkingLot& lot, RpcCounters& counters,
                  absl::Duration bookmark_interval);

 private:
  std::optional<absl::Status> Next(bool bookmark_due,
                                   grpc::WriteOptions& options) override;
  bool complete() const override { return ended_; }

  const std::function<ClusterViewPtr()> view_;
  const std::string id_;
  std::shared_ptr<const StoredOperation> sent_;
  bool ended_ = false;
};

}  // namespace roster::monitor
