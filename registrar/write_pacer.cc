#include "registrar/write_pacer.h"

#include <algorithm>
#include <utility>

namespace roster::registrar {
namespace {

// Between urgent writes: soon enough for people, and a bound for a service
// whose state flaps.
constexpr absl::Duration kUrgentSpacing = absl::Milliseconds(100);

}  // namespace

WritePacer::WritePacer(base::Loop& loop, absl::Duration interval,
                       std::function<void()> write)
    : loop_(loop), interval_(interval), write_(std::move(write)) {}

void WritePacer::SetInterval(absl::Duration interval) {
  if (interval == interval_) return;
  interval_ = interval;
  if (later_timer_ != 0) WaitInterval();
}

void WritePacer::Request(Urgency urgency) {
  wanted_ = std::max(wanted_, urgency);
  MaybeWrite();
}

void WritePacer::MaybeWrite() {
  const bool may = (wanted_ == Urgency::kLater && later_timer_ == 0) ||
                   (wanted_ == Urgency::kNow && now_timer_ == 0);
  if (may) write_();
}

void WritePacer::Written() {
  wanted_ = Urgency::kNone;
  WaitInterval();
  loop_.Cancel(now_timer_);
  now_timer_ = loop_.RunAfter(std::min(kUrgentSpacing, interval_ / 10),
                              scope_.Wrap([this] {
                                now_timer_ = 0;
                                MaybeWrite();
                              }));
}

void WritePacer::WaitInterval() {
  loop_.Cancel(later_timer_);
  // The jitter keeps members that were started together, by a power cut say,
  // from writing together for ever.
  later_timer_ = loop_.RunAfter(interval_ * absl::Uniform(random_, 1.0, 1.2),
                                scope_.Wrap([this] {
                                  later_timer_ = 0;
                                  MaybeWrite();
                                }));
}

}  // namespace roster::registrar
