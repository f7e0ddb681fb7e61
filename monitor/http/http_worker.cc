#include "monitor/http/http_worker.h"

#include <exception>
#include <memory>
#include <utility>

#include "base/strings.h"

namespace roster::monitor {

HttpWorker::HttpWorker(base::LogSink log) : log_(std::move(log)) {
  loop_.Start();
}

HttpAsyncHandler HttpWorker::Aside(HttpHandler handler) {
  const auto shared = std::make_shared<const HttpHandler>(std::move(handler));
  return [this, shared](HttpRequest request, HttpRespond respond) {
    Enqueue(shared, std::move(request), std::move(respond));
  };
}

void HttpWorker::Enqueue(std::shared_ptr<const HttpHandler> handler,
                         HttpRequest request, HttpRespond respond) {
  const std::string key = base::StrCat(request.path, "?", request.query);
  {
    base::MutexLock lock(&mu_);
    std::vector<HttpRespond>& waiting = waiting_[key];
    waiting.push_back(std::move(respond));
    if (waiting.size() > 1) return;
  }
  loop_.Post(
      [this, handler = std::move(handler), key, request = std::move(request)] {
        std::vector<HttpRespond> waiting;
        {
          base::MutexLock lock(&mu_);
          // Who comes from now on may know of something newer than the answer.
          waiting = std::move(waiting_.extract(key).mapped());
        }
        const HttpResponse response = Run(*handler, request);
        for (const HttpRespond& respond : waiting) respond(response);
      });
}

HttpResponse HttpWorker::Run(const HttpHandler& handler,
                             const HttpRequest& request) {
  // As on the server's loop: the libraries under a handler may throw.
  try {
    return handler(request);
  } catch (const std::exception& error) {
    base::Log(log_, base::LogLevel::kError,
              "a handler threw path=", request.path, " error=\"", error.what(),
              "\"");
    return HttpError(request, 500, "internal error; see the log of rosterd");
  }
}

}  // namespace roster::monitor
