#include "monitor/state/mass_loss_guard.h"

#include <algorithm>

#include "base/strings.h"

namespace roster::monitor {

std::string_view BlindCauseName(BlindCause cause) {
  switch (cause) {
    case BlindCause::kNone:
      return "";
    case BlindCause::kMonitorBlind:
      return "MONITOR_BLIND";
    case BlindCause::kQuorumLost:
      return "QUORUM_LOST";
  }
  return "UNKNOWN";
}

std::string_view MassLossCauseName(MassLossCause cause) {
  switch (cause) {
    case MassLossCause::kSessionsExpired:
      return "SESSIONS_EXPIRED";
    case MassLossCause::kCleanLeave:
      return "CLEAN_LEAVE";
    case MassLossCause::kFoundMissing:
      return "FOUND_MISSING";
  }
  return "UNKNOWN";
}

void MassLossGuard::SetPolicy(const model::GuardPolicy& policy) {
  policy_ = policy;
  if (!policy_.enabled) Release();
}

void MassLossGuard::OnDeparted(std::string_view name, int64_t session_id,
                               MassLossCause cause, int64_t present,
                               absl::Time now) {
  if (!policy_.enabled) return;
  while (!alarm_ && !order_.empty() &&
         order_.front().at + policy_.window < now) {
    DropOldest();
  }
  if (order_.size() == kMaxRemembered) DropOldest();
  const Departure departure{now, session_id, cause};
  away_.insert_or_assign(std::string(name), departure);
  order_.push_back({now, std::string(name)});

  if (alarm_) {
    Count(departure);
    alarm_->ends_at = now + policy_.hold_for;
  } else {
    RaiseIfMany(present, now);
  }
}

void MassLossGuard::OnReturned(std::string_view name) {
  if (away_.erase(base::ToAbsl(name)) == 0 || !alarm_) return;
  const double few = policy_.ratio / 2 * static_cast<double>(alarm_->members);
  if (static_cast<double>(away_.size()) < few) Release();
}

void MassLossGuard::Tick(absl::Time now) {
  if (alarm_ && now >= alarm_->ends_at) Release();
}

void MassLossGuard::Release() {
  alarm_.reset();
  sessions_.clear();
  causes_ = {};
  away_.clear();
  order_.clear();
}

void MassLossGuard::DropOldest() {
  const Remembered& oldest = order_.front();
  const auto away = away_.find(oldest.name);
  if (away != away_.end() && away->second.at == oldest.at) away_.erase(away);
  order_.pop_front();
}

void MassLossGuard::RaiseIfMany(int64_t present, absl::Time now) {
  const auto departed = static_cast<int64_t>(away_.size());
  // Who came meanwhile counts as if it had been there all the time: the
  // difference is small, and on the side of no alarm.
  const int64_t members = present + departed;
  if (departed < policy_.min_departures ||
      static_cast<double>(departed) <
          policy_.ratio * static_cast<double>(members)) {
    return;
  }
  alarm_ = GuardAlarm{
      .members = members, .since = now, .ends_at = now + policy_.hold_for};
  for (const auto& [name, departure] : away_) Count(departure);
}

void MassLossGuard::Count(const Departure& departure) {
  ++alarm_->departures;
  if (sessions_.size() < kMaxRemembered) sessions_.insert(departure.session_id);
  alarm_->sessions = static_cast<int64_t>(sessions_.size());
  ++causes_[static_cast<size_t>(departure.cause)];
  const auto most = std::max_element(causes_.begin(), causes_.end());
  alarm_->cause = static_cast<MassLossCause>(most - causes_.begin());
}

}  // namespace roster::monitor
