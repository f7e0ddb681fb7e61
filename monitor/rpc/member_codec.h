#pragma once

#include <string>

#include "model/member_status.h"
#include "model/order.h"
#include "monitor/state/cluster_view.h"
#include "monitor/state/member.h"
#include "roster/v1/membership.pb.h"

namespace roster::monitor {

// Members and views as roster.v1 messages, the same for unary calls and
// streams. Pure. Times that are absent inside (InfinitePast, InfiniteFuture)
// are absent outside.

void EncodeMember(const Member& member, roster::v1::Member* out);

void EncodeViewInfo(const ClusterView& view, const std::string& view_id,
                    roster::v1::ViewInfo* out);

void EncodeSummary(const ClusterView& view, const std::string& view_id,
                   roster::v1::ClusterSummary* out);

void EncodeHold(const model::Hold& hold, roster::v1::Hold* out);
// `problem`: why the stored order cannot be read; empty if it can.
void EncodeDesired(const model::Order& order, const std::string& problem,
                   roster::v1::Desired* out);

roster::v1::MemberStatus EncodeStatus(model::MemberStatus status);
roster::v1::HoldMode EncodeHoldMode(model::HoldMode mode);

}  // namespace roster::monitor
