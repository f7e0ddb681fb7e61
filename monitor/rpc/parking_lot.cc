#include "monitor/rpc/parking_lot.h"

#include <utility>
#include <vector>

namespace roster::monitor {
namespace {

// Starting a write costs some 20 us, the hop to another thread of a busy
// machine more than that.
constexpr size_t kFewStreams = 4;

}  // namespace

bool ParkingLot::Park(ParkedStream* stream, uint64_t epoch) {
  base::MutexLock lock(&mu_);
  if (epoch != epoch_ || stopped_ || stream->cancelled()) return false;
  parked_.insert(stream);
  return true;
}

bool ParkingLot::Cancel(ParkedStream* stream) {
  // Under the lock, so that it either finds the stream parked or keeps it from
  // parking.
  base::MutexLock lock(&mu_);
  stream->cancelled_.store(true);
  return parked_.erase(stream) > 0;
}

void ParkingLot::Notify() {
  absl::flat_hash_set<ParkedStream*> few;
  {
    base::MutexLock lock(&mu_);
    ++epoch_;
    // Streams that are busy look again by themselves before they park.
    if (waking_ || parked_.empty()) return;
    if (parked_.size() <= kFewStreams)
      few.swap(parked_);
    else
      waking_ = true;
  }
  if (few.empty()) {
    loop_.Post([this] { WakeAll(); });
    return;
  }
  for (ParkedStream* stream : few) stream->Advance();
}

void ParkingLot::WakeAll() {
  absl::flat_hash_set<ParkedStream*> woken;
  {
    base::MutexLock lock(&mu_);
    waking_ = false;
    woken.swap(parked_);
  }
  for (ParkedStream* stream : woken) stream->Advance();
}

void ParkingLot::WakeDue(absl::Time now) {
  std::vector<ParkedStream*> due;
  {
    base::MutexLock lock(&mu_);
    for (ParkedStream* stream : parked_)
      if (stream->wake_at() <= now) due.push_back(stream);
    for (ParkedStream* stream : due) parked_.erase(stream);
  }
  for (ParkedStream* stream : due) stream->Advance();
}

void ParkingLot::Stop() {
  {
    base::MutexLock lock(&mu_);
    stopped_ = true;
  }
  loop_.Post([this] { WakeAll(); });
}

}  // namespace roster::monitor
