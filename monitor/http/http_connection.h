#pragma once

#include <cstddef>
#include <memory>

#include "base/loop.h"
#include "monitor/http/http_message.h"

namespace roster::monitor {

struct HttpServerOptions;
class HttpConnection;

// What a connection needs of the server that it belongs to.
class HttpConnectionHost {
 public:
  virtual ~HttpConnectionHost() = default;

  virtual const HttpServerOptions& options() const = 0;
  virtual base::Loop& loop() = 0;
  // Has a request answered; at once or later, on any thread.
  virtual void Serve(HttpRequest request, HttpRespond respond) = 0;
  // So many more bytes (or fewer) wait for readers.
  virtual void AddUnsent(std::ptrdiff_t bytes) = 0;
  // It has ended, by whoever's will. The host lets go of it.
  virtual void OnGone(HttpConnection* connection) = 0;
};

// HttpConnection is one client: it reads a request, writes the response, and so
// on, one at a time. It is a part of HttpServer and used by it alone.
//
// Thread-safety: confined to the host's loop.
// Lifetime: its host and its own operations keep it; it must not outlive the
// host's loop.
class HttpConnection {
 public:
  // Takes over an accepted TCP socket.
  static std::shared_ptr<HttpConnection> Make(HttpConnectionHost& host,
                                              int socket, bool ipv6);
  virtual ~HttpConnection() = default;

  virtual void Start() = 0;
  // Says 503 without reading anything.
  virtual void Refuse() = 0;
  // Ends when the response under way, if any, has been written.
  virtual void Finish() = 0;
  // Ends at once.
  virtual void Abort() = 0;
};

}  // namespace roster::monitor
