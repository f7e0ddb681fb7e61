#pragma once

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <cstdint>
#include <optional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "monitor/rpc/monotonic.h"
#include "monitor/rpc/parking_lot.h"
#include "monitor/rpc/rpc_stats.h"
#include "monitor/rpc/to_grpc_status.h"

namespace roster::monitor {

// The error with which streams end when the server stops.
inline absl::Status StoppingError() {
  return WithRetryDelay(
      WithReason(absl::UnavailableError("rosterd is stopping"),
                 "SERVER_STOPPING"),
      absl::Seconds(1));
}

// StreamReactor is what all streams share: one write in flight, waiting in a
// ParkingLot while there is nothing to send, a sign of life when that takes
// long, and a polite end. What is sent is up to the derived class.
//
// It deletes itself in OnDone(). The turn passes on with each StartWrite(),
// Finish() and Park(): nothing touches the stream after them.
//
// Lifetime: `lot` and `counters` must outlive the server.
template <typename Message>
class StreamReactor : public grpc::ServerWriteReactor<Message>,
                      public ParkedStream {
 public:
  void Advance() final {
    while (true) {
      if (cancelled()) {
        this->Finish(grpc::Status(grpc::StatusCode::CANCELLED, "cancelled"));
        return;
      }
      if (lot_.stopped()) {
        this->Finish(ToGrpcStatus(StoppingError()));
        return;
      }
      const uint64_t epoch = lot_.epoch();
      const absl::Time now = MonotonicNow();
      grpc::WriteOptions options;
      std::optional<absl::Status> next = Next(now >= wake_at_, options);
      if (next) {
        Send(*next, options, now);
        return;
      }
      waiting_ = true;
      if (lot_.Park(this, epoch)) return;
    }
  }

  absl::Time wake_at() const final { return wake_at_; }

  void OnWriteDone(bool ok) final {
    if (ok) {
      Advance();
    } else {
      this->Finish(grpc::Status(grpc::StatusCode::CANCELLED, "reader is gone"));
    }
  }
  void OnCancel() final { lot_.Cancel(this); }
  void OnDone() final { delete this; }

 protected:
  StreamReactor(ParkingLot& lot, RpcCounters& counters,
                std::atomic<uint64_t>& open, absl::Duration bookmark_interval)
      : lot_(lot),
        counters_(counters),
        open_(open),
        bookmark_interval_(bookmark_interval),
        wake_at_(MonotonicNow() + bookmark_interval) {
    open_.fetch_add(1, std::memory_order_relaxed);
  }
  virtual ~StreamReactor() { open_.fetch_sub(1, std::memory_order_relaxed); }

  // Prepares message(). OK: send it. An error: end the stream. Nothing: there
  // is nothing to send. `bookmark_due`: rather than nothing, a sign of life.
  virtual std::optional<absl::Status> Next(bool bookmark_due,
                                           grpc::WriteOptions& options) = 0;

  Message& message() { return message_; }
  RpcCounters& counters() { return counters_; }
  // It had sent everything and waited for what comes now.
  bool waiting() const { return waiting_; }

 private:
  void Send(const absl::Status& status, const grpc::WriteOptions& options,
            absl::Time now) {
    if (!status.ok()) {
      this->Finish(ToGrpcStatus(status));
      return;
    }
    waiting_ = false;
    wake_at_ = now + bookmark_interval_;
    counters_.messages_sent.fetch_add(1, std::memory_order_relaxed);
    this->StartWrite(&message_, options);
  }

  ParkingLot& lot_;
  RpcCounters& counters_;
  std::atomic<uint64_t>& open_;
  const absl::Duration bookmark_interval_;
  // Belong to whoever has the turn.
  absl::Time wake_at_;
  bool waiting_ = false;
  Message message_;  // gRPC reads it until OnWriteDone()
};

}  // namespace roster::monitor
