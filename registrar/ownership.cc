#include "registrar/ownership.h"

#include "registrar/host_identity.h"

namespace roster::registrar {

Ownership OwnershipOf(const zk::Session& session, const zk::Node& node,
                      const model::Writer& self) {
  const int64_t owner = node.stat.ephemeral_owner;
  if (owner == 0) return Ownership::kPersistent;
  if (owner == session.info().session_id) return Ownership::kMine;
  if (session.IsFormerSession(owner)) return Ownership::kLeftBehind;
  const model::ParsedRecord parsed = model::ParseMemberRecord(node.data);
  if (!parsed.opaque() && IsDeadHere(parsed.record.writer, self))
    return Ownership::kLeftBehind;
  return Ownership::kSomebodyElse;
}

}  // namespace roster::registrar
