#include <vector>

#include "registrar/c/convert.h"
#include "registrar/c/handle.h"

namespace roster::registrar::c {
namespace {

roster_hold_mode ToC(model::HoldMode mode) {
  return mode == model::HoldMode::kImmediate ? ROSTER_HOLD_IMMEDIATE
                                             : ROSTER_HOLD_DRAIN;
}

roster_hold ToC(const model::Hold& hold) {
  roster_hold to = {};
  to.size = sizeof to;
  to.id = hold.id.c_str();
  to.owner = hold.owner.c_str();
  to.reason = hold.reason.c_str();
  to.ticket = hold.ticket.c_str();
  to.mode = ToC(hold.mode);
  to.restart = hold.restart ? 1 : 0;
  to.created_at_ms = ToMillis(hold.created_at);
  to.deadline_ms = ToMillis(hold.deadline);
  to.expires_at_ms = ToMillis(hold.expires_at);
  return to;
}

}  // namespace

void CallOnDrain(const roster_options& options, const DrainRequest& request) {
  std::vector<roster_hold> holds;
  for (const model::Hold& hold : request.holds) holds.push_back(ToC(hold));
  // Pointers, so that roster_hold can grow.
  std::vector<const roster_hold*> pointers;
  for (const roster_hold& hold : holds) pointers.push_back(&hold);
  const roster_drain drain = {request.drain};
  roster_drain_request to = {};
  to.size = sizeof to;
  to.epoch = request.epoch;
  to.holds = pointers.data();
  to.hold_count = pointers.size();
  to.mode = ToC(request.mode);
  to.restart = request.restart ? 1 : 0;
  to.deadline_ms = ToMillis(request.deadline);
  to.drain = &drain;
  options.on_drain(options.user, &to);
}

}  // namespace roster::registrar::c

using roster::registrar::c::Code;

extern "C" {

roster_drain* roster_drain_copy(const roster_drain* drain) {
  roster_drain* copy = nullptr;
  if (drain != nullptr) Code([&] { copy = new roster_drain(*drain); });
  return copy;
}

roster_code roster_drain_done(const roster_drain* drain) {
  if (drain == nullptr) return ROSTER_INVALID_ARGUMENT;
  return Code([&] { drain->drain.Done(); });
}

void roster_drain_free(roster_drain* drain) { delete drain; }

}  // extern "C"
