#pragma once

#include <string>

#include "monitor/state/cluster_view.h"
#include "monitor/state/event_log.h"
#include "monitor/state/member.h"
#include "roster/v1/membership.pb.h"

namespace roster::monitor {

// The monitor's types as roster.v1 messages, the same for unary calls and
// streams. Pure. Times that are absent inside (InfinitePast, InfiniteFuture)
// are absent outside.

void EncodeMember(const Member& member, roster::v1::Member* out);

void EncodeViewInfo(const ClusterView& view, const std::string& view_id,
                    roster::v1::ViewInfo* out);

void EncodeSummary(const ClusterView& view, const std::string& view_id,
                   roster::v1::ClusterSummary* out);

void EncodeEvent(const Event& event, const std::string& log_id,
                 roster::v1::Event* out);

roster::v1::MemberStatus EncodeStatus(model::MemberStatus status);
roster::v1::EventType EncodeEventType(EventType type);

}  // namespace roster::monitor
