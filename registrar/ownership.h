#pragma once

#include <string_view>

#include "model/member_record.h"
#include "zk/session.h"

namespace roster::registrar {

// Whose node it is that stands where ours should be.
enum class Ownership {
  kMine,         // of the present session
  kLeftBehind,   // ours, of a session or a process that is over: replace it
  kPersistent,   // of nobody: says nothing about a live member
  kSomebodyElse  // perhaps alive: never touch it
};

// Decides by the owner's session first and by what the record says of its
// writer only then, because anybody may have written the record. `self` is this
// process.
Ownership OwnershipOf(const zk::Session& session, const zk::Node& node,
                      const model::Writer& self);

}  // namespace roster::registrar
