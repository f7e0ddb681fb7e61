#pragma once

#include <string>

#include "absl/time/time.h"
#include "roster/v1/membership.pb.h"

namespace roster::testing {

// 2026-11-22 12:00:00 UTC: "now" of the golden outputs.
absl::Time SampleNow();

// Members whose times lie before `now`.
//
// web-01: UP for 3d4h, with a task at 12 %, 12,300 documents per second.
roster::v1::Member WorkingMember(absl::Time now);
// A member of that name that is merely there.
roster::v1::Member PlainMember(const std::string& name, absl::Time now);
// web-02: LOST for 4m10s.
roster::v1::Member LostMember(absl::Time now);

roster::v1::Event SampleEvent(roster::v1::EventType type,
                              const std::string& member, absl::Time at);

}  // namespace roster::testing
