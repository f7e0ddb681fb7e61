#pragma once

#include "monitor/http/http_message.h"

namespace roster::monitor {

// Adds what every response says unless its handler says it itself: nothing in
// it may run, nobody may frame it, guess its type, keep it or load it from
// another origin. Pages that are to run set a policy of their own.
void Harden(HttpResponse& response);

}  // namespace roster::monitor
