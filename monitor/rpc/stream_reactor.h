#pragma once

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/error_details.h"
#include "monitor/rpc/monotonic.h"
#include "monitor/rpc/parking_lot.h"
#include "monitor/rpc/rpc_stats.h"
#include "monitor/rpc/to_grpc_status.h"

namespace roster::monitor {

// The error with which streams end when the server stops.
inline absl::Status StoppingError() {
  return base::WithRetryDelay(
      base::WithReason(absl::UnavailableError("rosterd is stopping"),
                       "SERVER_STOPPING"),
      absl::Seconds(1));
}

// RESOURCE_EXHAUSTED unless one more than `open` streams may be.
inline absl::Status CheckStreamLimit(uint64_t open, uint64_t limit) {
  if (open < limit) return absl::OkStatus();
  return base::WithRetryDelay(
      base::WithReason(absl::ResourceExhaustedError(absl::StrCat(
                           open, " streams are open, which is the limit")),
                       "TOO_MANY_STREAMS"),
      absl::Seconds(5));
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
        End(absl::CancelledError("cancelled"));
        return;
      }
      if (lot_.stopped()) {
        End(StoppingError());
        return;
      }
      if (complete()) {
        End(absl::OkStatus());
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
    TakeOver();
    if (ok) {
      Advance();
    } else {
      End(absl::CancelledError("the reader is gone"));
    }
  }
  void OnCancel() final {
    TakeOver();
    if (lot_.Cancel(this)) {
      Advance();
    } else {
      HandOver();  // OnDone() has to wait for this call
    }
  }
  void OnDone() final {
    TakeOver();
    delete this;
  }

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
  // The last touch of what the streams share; see ~MembershipService().
  virtual ~StreamReactor() { open_.fetch_sub(1, std::memory_order_release); }

  // Prepares message(). OK: send it. An error: end the stream. Nothing: there
  // is nothing to send. `bookmark_due`: rather than nothing, a sign of life.
  virtual std::optional<absl::Status> Next(bool bookmark_due,
                                           grpc::WriteOptions& options) = 0;

  // Everything was sent: the stream ends with OK.
  virtual bool complete() const { return false; }

  Message& message() { return message_; }
  RpcCounters& counters() { return counters_; }
  // It had sent everything and waited for what comes now.
  bool waiting() const { return waiting_; }

 private:
  void Send(const absl::Status& status, grpc::WriteOptions options,
            absl::Time now) {
    if (!status.ok()) {
      End(status);
      return;
    }
    // The first message takes the headers along and counts as written when they
    // are. Were it to wait for the next one, both would wait for ever.
    if (!std::exchange(began_, true)) options.clear_buffer_hint();
    waiting_ = false;
    wake_at_ = now + bookmark_interval_;
    counters_.messages_sent.fetch_add(1, std::memory_order_relaxed);
    HandOver();
    this->StartWrite(&message_, options);
  }

  // Around everything that gRPC does with the stream between two calls of ours.
  // gRPC orders these anyway; this lets ThreadSanitizer see it, to which
  // Debian's gRPC is opaque.
  void HandOver() { hand_overs_.fetch_add(1, std::memory_order_release); }
  void TakeOver() { hand_overs_.load(std::memory_order_acquire); }

  void End(const absl::Status& status) {
    HandOver();
    this->Finish(ToGrpcStatus(status));
  }

  ParkingLot& lot_;
  RpcCounters& counters_;
  std::atomic<uint64_t>& open_;
  const absl::Duration bookmark_interval_;
  std::atomic<int> hand_overs_ = 0;
  // Belong to whoever has the turn.
  absl::Time wake_at_;
  bool began_ = false;
  bool waiting_ = false;
  Message message_;  // gRPC reads it until OnWriteDone()
};

}  // namespace roster::monitor
