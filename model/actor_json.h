#pragma once

#include "model/actor.h"
#include "model/json_fields.h"

namespace roster::model {

// An Actor inside the records that name one. Internal to model/*.cc.

inline Actor ReadActor(FieldReader fields) {
  Actor actor;
  fields.Read("name", actor.name);
  fields.Read("authenticated", actor.authenticated);
  fields.Read("peer", actor.peer);
  return actor;
}

inline OrderedJson ActorJson(const Actor& actor) {
  OrderedJson json = OrderedJson::object();
  AddText(json, "name", actor.name);
  AddFlag(json, "authenticated", actor.authenticated);
  AddText(json, "peer", actor.peer);
  return json;
}

}  // namespace roster::model
