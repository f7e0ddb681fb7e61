#pragma once

#include <cstddef>
#include <functional>

#include "base/loop.h"
#include "monitor/http/http_message.h"

namespace roster::monitor {

// How one request is answered, from whichever thread: the first answer counts,
// is compressed on the caller's thread, which if it is not the loop has the
// time, and then given to `send` on the loop. `gzip`: the client accepts it,
// for bodies of at least `min_gzip_bytes`.
//
// Lifetime: `loop` must outlive it; `send` may find that its connection has
// gone.
HttpRespond RespondOnLoop(base::Loop& loop, bool gzip, size_t min_gzip_bytes,
                          std::function<void(HttpResponse)> send);

}  // namespace roster::monitor
