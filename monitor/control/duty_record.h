#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/backoff.h"
#include "base/log.h"

namespace roster::monitor {

// DutyRecord is how one duty of the elected rosterd has gone: how often it has
// failed, and when it is to be tried again. What fails for good pauses longer
// and longer, and is logged when it begins, when the reason changes, and then
// rarely.
//
// Others that were quicker, and a ZooKeeper that is away, are no failure: the
// next round sees to it.
//
// Thread-safety: thread-compatible, except for failures().
class DutyRecord {
 public:
  // `name`: the label of the metric; a literal.
  DutyRecord(std::string_view name, base::LogSink log)
      : name_(name), log_(std::move(log)) {}

  // Whether a pause after a failure is over.
  bool due(absl::Time now) const { return now >= not_before_; }
  void Note(const absl::Status& status, absl::Time now);

  std::string_view name() const { return name_; }
  // Since the start. Thread-safe.
  uint64_t failures() const { return failures_; }

 private:
  const std::string_view name_;
  const base::LogSink log_;
  base::Backoff pauses_{absl::Seconds(1), absl::Seconds(10)};
  absl::Time not_before_ = absl::InfinitePast();
  std::string problem_;  // as logged; empty while it works
  absl::Time logged_at_ = absl::InfinitePast();
  std::atomic<uint64_t> failures_{0};
};

}  // namespace roster::monitor
