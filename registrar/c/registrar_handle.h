#pragma once

#include <memory>

#include "registrar/c/roster/registrar.h"
#include "registrar/registrar.h"

// What a roster_registrar* of the C interface points to.
struct roster_registrar {
  roster_options options = {};  // for the callbacks
  // The last, so that it goes first: until then it calls back.
  std::unique_ptr<roster::registrar::Registrar> registrar;
};
