#pragma once

#include <string>

#include "monitor/state/event_log.h"
#include "roster/v1/membership.pb.h"

namespace roster::monitor {

// Events as roster.v1 messages. Pure.

void EncodeEvent(const Event& event, const std::string& log_id,
                 roster::v1::Event* out);

roster::v1::EventType EncodeEventType(EventType type);

// The last one in the enum, for whoever goes through all of them.
inline constexpr EventType kLastEventType = EventType::kPolicyChanged;

}  // namespace roster::monitor
