#include "monitor/http/http_respond.h"

#include <atomic>
#include <memory>
#include <utility>

#include "monitor/http/gzip.h"

namespace roster::monitor {

HttpRespond RespondOnLoop(base::Loop& loop, bool gzip, size_t min_gzip_bytes,
                          std::function<void(HttpResponse)> send) {
  return [&loop, gzip, min_gzip_bytes, send = std::move(send),
          answered = std::make_shared<std::atomic<bool>>(false)](
             HttpResponse response) {
    if (answered->exchange(true)) return;
    if (!response.stream && response.body.size() >= min_gzip_bytes)
      Compress(gzip, response);
    if (loop.IsOnLoop()) {
      send(std::move(response));
    } else {
      loop.Post([send, response = std::move(response)]() mutable {
        send(std::move(response));
      });
    }
  };
}

}  // namespace roster::monitor
