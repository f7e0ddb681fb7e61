#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/log.h"
#include "base/loop.h"
#include "base/mutex.h"
#include "monitor/http/http_message.h"

namespace roster::monitor {

// HttpWorker makes answers that take their time, as /metrics of ten thousand
// members does, on a thread of its own, so that nobody else waits for them. One
// at a time: whoever asks the same while the answer waits for its turn gets the
// very same one, so asking often costs nothing more.
//
// Thread-safety: thread-safe.
// Lifetime: destroy it before the server whose requests it answers and what the
// handlers use, after that server's Stop(). It waits for the handler that runs;
// those in the queue are not run.
class HttpWorker {
 public:
  explicit HttpWorker(base::LogSink log);

  HttpWorker(const HttpWorker&) = delete;
  HttpWorker& operator=(const HttpWorker&) = delete;

  // For HttpRouter::AddAsyncPath(). `handler` runs on the worker's thread, and
  // must go by the path and the query only.
  HttpAsyncHandler Aside(HttpHandler handler);

 private:
  void Enqueue(std::shared_ptr<const HttpHandler> handler, HttpRequest request,
               HttpRespond respond);
  HttpResponse Run(const HttpHandler& handler, const HttpRequest& request);

  const base::LogSink log_;
  base::Mutex mu_;
  // Who waits for what is still in the queue, by path and query.
  std::map<std::string, std::vector<HttpRespond>> waiting_ ABSL_GUARDED_BY(mu_);
  base::Loop loop_{"http-worker"};  // goes first
};

}  // namespace roster::monitor
