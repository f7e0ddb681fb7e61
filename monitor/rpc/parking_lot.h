#pragma once

#include <atomic>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "base/loop.h"
#include "base/mutex.h"

namespace roster::monitor {

// A stream that can wait in a ParkingLot. At any moment exactly one party has
// its turn: the code that prepares its next message, the write in flight, or
// the lot it is parked in. Whoever has the turn may touch its state and may
// start a write or finish; nobody else may. That is why streams need no lock.
class ParkedStream {
 public:
  // Called with the turn. It may delete the stream.
  virtual void Advance() = 0;
  // When it wants Advance() although nothing happened. Constant while parked.
  virtual absl::Time wake_at() const = 0;

  // The reader is gone.
  bool cancelled() const { return cancelled_.load(); }

 protected:
  ~ParkedStream() = default;

 private:
  friend class ParkingLot;
  std::atomic<bool> cancelled_ = false;
};

// ParkingLot keeps the streams that have nothing to send and wakes them. When
// they are many it does so on a loop, so that the thread on which something
// happens is not held up by a thousand writes.
//
//   const uint64_t seen = lot.epoch();
//   if (nothing to send)
//     if (lot.Park(this, seen)) return;   // the turn is the lot's
//   // else: something happened since epoch() was read; look again.
//
// Thread-safety: thread-safe.
// Lifetime: `loop` must outlive this, and be stopped before this goes.
class ParkingLot {
 public:
  explicit ParkingLot(base::Loop& loop) : loop_(loop) {}

  // Rises with every Notify().
  uint64_t epoch() const { return epoch_.load(); }
  // Takes the turn of `stream` unless something happened after `epoch`, the
  // stream was cancelled, or after Stop().
  bool Park(ParkedStream* stream, uint64_t epoch);
  // Marks `stream` as cancelled. True if it was parked: the turn is the
  // caller's now.
  bool Cancel(ParkedStream* stream);

  // Something happened: wakes everybody. Cheap: a few streams are advanced at
  // once, more of them on the loop.
  void Notify();
  // Advances those whose wake_at() has come. Call it on the loop, regularly.
  void WakeDue(absl::Time now);
  // Wakes everybody, and lets nobody park any more.
  void Stop();
  bool stopped() const { return stopped_.load(); }

 private:
  void WakeAll();

  base::Loop& loop_;
  base::Mutex mu_;
  absl::flat_hash_set<ParkedStream*> parked_ ABSL_GUARDED_BY(mu_);
  // WakeAll() is on its way.
  bool waking_ ABSL_GUARDED_BY(mu_) = false;
  // Written under the lock, so that Park() decides rightly; read without.
  std::atomic<uint64_t> epoch_ = 0;
  std::atomic<bool> stopped_ = false;
};

}  // namespace roster::monitor
