#include "monitor/rpc/operation_stream.h"

#include <utility>

#include "absl/time/clock.h"
#include "monitor/rpc/control_codec.h"
#include "monitor/rpc/control_reads.h"

namespace roster::monitor {

OperationStream::OperationStream(std::function<ClusterViewPtr()> view,
                                 std::string id, ParkingLot& lot,
                                 RpcCounters& counters,
                                 absl::Duration bookmark_interval)
    : StreamReactor(lot, counters, counters.operation_streams,
                    bookmark_interval),
      view_(std::move(view)),
      id_(std::move(id)) {}

std::optional<absl::Status> OperationStream::Next(bool bookmark_due,
                                                  grpc::WriteOptions&) {
  const ClusterViewPtr view = view_();
  auto found = FindOperation(*view, id_);
  if (!found.ok()) return found.status();
  // What is read anew is another object.
  if (*found == sent_ && !bookmark_due) return std::nullopt;
  sent_ = *std::move(found);
  ended_ = sent_->problem.empty() && sent_->operation.ended();
  message().Clear();
  EncodeOperation(*sent_, view->cluster, OperationDetail::kWithMembers,
                  absl::Now(), message().mutable_operation());
  return absl::OkStatus();
}

}  // namespace roster::monitor
