#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/listen_address.h"
#include "base/log.h"
#include "base/loop.h"
#include "monitor/http/http_router.h"

namespace roster::monitor {

struct HttpServerOptions {
  // Each is listened on. "[::]" also takes IPv4 connections.
  std::vector<base::ListenAddress> listen;

  // Beyond this a connection gets 503 and is closed. Event streams count.
  size_t max_connections = 4'096;
  size_t max_header_bytes = 16 * 1024;
  size_t max_body_bytes = 1024 * 1024;
  // While so much is waiting for slow readers, requests get 503.
  size_t max_unsent_bytes = 256 * 1024 * 1024;

  // For a whole request to arrive, from its first byte, however it drips; and
  // for the first byte of a new connection.
  absl::Duration request_timeout = absl::Seconds(10);
  // For the next request on a connection.
  absl::Duration idle_timeout = absl::Seconds(60);
  // For a whole response to be taken.
  absl::Duration write_timeout = absl::Seconds(60);
  // How long Stop() waits for responses that are being sent.
  absl::Duration stop_grace = absl::Seconds(1);

  // Bodies from this size on are compressed for those who can read gzip.
  size_t min_gzip_bytes = 1'400;  // what fits into one packet anyway

  base::LogSink log;
};

// HttpServer serves HTTP/1.1 (and 1.0) by Boost.Beast on one loop of its own:
// persistent connections, pipelining, HEAD, gzip, bodies without an end (in
// chunks, each asked for when the last was taken), limits on everything that a
// client can make grow. It does not do TLS.
//
// A request is answered 400 when it is no HTTP, 413 when its body is too
// large, 431 when its header is, 503 at one of the limits, 500 when its handler
// throws; a request or a reader that is too slow is cut off. After an error in
// the protocol the connection is closed.
//
// Thread-safety: Start() and Stop() are to be called on one thread, not the
// loop's. Handlers run on the loop.
// Lifetime: what the handlers use must outlive Stop(); what answers later has
// to have answered before this is destroyed.
class HttpServer {
 public:
  HttpServer(HttpServerOptions options, HttpRouter router);
  ~HttpServer();  // stops

  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Listens, and returns what was bound, in the order of the options, with the
  // ports that the system chose. Unavailable, naming the address, if one cannot
  // be bound; nothing is served then. REQUIRES: called once.
  absl::StatusOr<std::vector<base::ListenAddress>> Start();

  // Accepts nothing more, lets running responses end for a moment, and closes
  // every connection. No handler runs when it returns. Idempotent.
  void Stop();

  // The loop that the handlers run on, for what streams to them. It turns from
  // Start() to Stop(); what is posted to it outside of that never runs.
  base::Loop& loop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace roster::monitor
