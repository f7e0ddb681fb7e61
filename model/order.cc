#include "model/order.h"

#include <utility>

#include "base/status_macros.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "model/json_fields.h"

namespace roster::model {
namespace {

constexpr HoldMode kAllHoldModes[] = {HoldMode::kDrain, HoldMode::kImmediate};

Hold ReadHold(FieldReader& fields) {
  Hold hold;
  fields.Read("id", hold.id);
  if (hold.id.empty()) fields.Fail("id", "missing");
  fields.Read("owner", hold.owner);
  fields.Require("mode");
  fields.ReadEnum("mode", kAllHoldModes, HoldModeName, hold.mode);
  fields.Read("reason", hold.reason);
  fields.Read("ticket", hold.ticket);
  fields.Read("created_at", hold.created_at);
  fields.Read("deadline", hold.deadline);
  fields.Read("expires_at", hold.expires_at);
  fields.Read("restart", hold.restart);
  return hold;
}

void ReadHolds(FieldReader& fields, std::vector<Hold>& out) {
  // Not assumed to be empty: that would bring a machine online by mistake.
  fields.Require("holds");
  if (const Json* holds = fields.Find("holds");
      holds != nullptr && holds->is_array() && holds->size() > kMaxHolds) {
    return fields.Fail(
        "holds", base::StrCat(holds->size(), " are more than ", kMaxHolds));
  }
  fields.ReadArray("holds", [&](FieldReader& of_hold) {
    Hold hold = ReadHold(of_hold);
    for (const Hold& other : out) {
      if (other.id == hold.id)
        of_hold.Fail("id", "the same as of another hold");
    }
    out.push_back(std::move(hold));
  });
}

// `desired` repeats for people what `holds` says; a disagreement means that
// somebody edited one of them only.
void CheckDesired(FieldReader& fields, const Order& order) {
  if (fields.Find("desired") == nullptr) return;
  std::string desired;
  fields.Read("desired", desired);
  if (desired != "ONLINE" && desired != "OFFLINE") {
    fields.Fail("desired", "neither \"ONLINE\" nor \"OFFLINE\"");
  } else if ((desired == "OFFLINE") != order.held()) {
    fields.Fail("desired",
                base::StrCat(desired, " with ", order.holds.size(), " holds"));
  }
}

OrderedJson ToJson(const Hold& hold) {
  OrderedJson json = {{"id", base::ToValidUtf8(hold.id)},
                      {"owner", base::ToValidUtf8(hold.owner)},
                      {"mode", HoldModeName(hold.mode)},
                      {"reason", base::ToValidUtf8(hold.reason)},
                      {"ticket", base::ToValidUtf8(hold.ticket)}};
  AddTime(json, "created_at", hold.created_at);
  AddTime(json, "deadline", hold.deadline, absl::InfiniteFuture());
  AddTime(json, "expires_at", hold.expires_at, absl::InfiniteFuture());
  AddFlag(json, "restart", hold.restart);
  return json;
}

}  // namespace

std::string_view HoldModeName(HoldMode mode) {
  switch (mode) {
    case HoldMode::kDrain:
      return "DRAIN";
    case HoldMode::kImmediate:
      return "IMMEDIATE";
  }
  return "UNKNOWN";
}

absl::StatusOr<Order> ParseOrder(std::string_view bytes) {
  ROSTER_ASSIGN_OR_RETURN(const Json json,
                          ParseDocument("order", bytes, kOrderVersion));
  absl::Status status;
  FieldReader fields(json, "order", "", status);
  Order order;
  fields.Require("epoch");
  fields.Read("epoch", order.epoch, 0, kMaxEpoch);
  ReadHolds(fields, order.holds);
  CheckDesired(fields, order);
  fields.Read("forgotten_czxid", order.forgotten_czxid);
  ROSTER_RETURN_IF_ERROR(status);
  return order;
}

std::string SerializeOrder(const Order& order) {
  OrderedJson holds = OrderedJson::array();
  for (const Hold& hold : order.holds) holds.push_back(ToJson(hold));
  OrderedJson json = {{"v", kOrderVersion},
                      {"epoch", order.epoch},
                      {"desired", order.held() ? "OFFLINE" : "ONLINE"},
                      {"holds", std::move(holds)}};
  AddInteger(json, "forgotten_czxid", order.forgotten_czxid);
  return json.dump();
}

}  // namespace roster::model
