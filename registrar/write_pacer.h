#pragma once

#include <functional>

#include "absl/random/random.h"
#include "absl/time/time.h"
#include "base/callback_scope.h"
#include "base/loop.h"
#include "registrar/record_keeper.h"

namespace roster::registrar {

// WritePacer decides when a change may be written: the first one at once, the
// following ones together when the interval is over. Urgent changes do not
// wait for that; only within 100 ms (or a tenth of the interval, if that is
// less) of the last write they are merged.
//
// Thread-safety: confined to the loop.
// Lifetime: `loop` must outlive this.
class WritePacer {
 public:
  // `write` is called from Request() or from a timer, when a write may be made.
  // It need not make it at once: what is wanted stays wanted until Written().
  WritePacer(base::Loop& loop, absl::Duration interval,
             std::function<void()> write);

  // A wait that is under way begins anew, so that one of an hour which was a
  // mistake does not last an hour.
  void SetInterval(absl::Duration interval);
  void Request(Urgency urgency);
  // A record was handed to ZooKeeper just now, for whatever cause.
  void Written();

 private:
  void MaybeWrite();
  void WaitInterval();

  base::Loop& loop_;
  absl::Duration interval_;
  const std::function<void()> write_;
  absl::BitGen random_;
  Urgency wanted_ = Urgency::kNone;
  // Running timers; 0: that kind of change may go.
  base::Loop::TimerId later_timer_ = 0;
  base::Loop::TimerId now_timer_ = 0;
  base::CallbackScope scope_;
};

}  // namespace roster::registrar
