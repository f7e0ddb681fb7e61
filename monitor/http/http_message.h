#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace roster::monitor {

// One request as a handler sees it. Complete: the body has been read.
struct HttpRequest {
  std::string method;  // "GET", ...; HEAD reaches handlers as GET
  std::string path;    // decoded, begins with '/', no "." and ".." in it
  std::string query;   // as sent, without the '?'
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
  std::string peer;  // the client's address: "127.0.0.1:40312"

  // The value of the first header of that name, whatever its case; else "".
  std::string_view Header(std::string_view name) const;
};

// A body that has no end yet: the connection asks for the next bytes when the
// socket has taken the last ones, so a slow reader makes nothing grow.
//
// Thread-safety: everything happens on the server's loop, the destruction too.
class HttpBodyStream {
 public:
  virtual ~HttpBodyStream() = default;

  // Called once, before Next(). `wake` makes the connection ask again after it
  // was told that there is nothing; to be called on the loop, and harmless
  // once the connection has gone.
  virtual void Begin(std::function<void()> wake) = 0;
  // The next bytes, at most some ten KiB. Empty: none now. Nothing: the end.
  virtual std::optional<std::string> Next() = 0;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  // Beyond those that the server sets itself: Content-Type, Content-Length,
  // Content-Encoding, Vary, Date, Connection; and in place of the hardening
  // ones that it sets unless they are here: see http_hardening.cc.
  std::vector<std::pair<std::string, std::string>> headers;
  // Instead of `body`; never compressed.
  std::shared_ptr<HttpBodyStream> stream;
};

// Runs on the server's loop, one at a time: it must be quick and not block.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

// How an asynchronous handler answers: once, on any thread. Bodies are
// compressed on the caller's thread.
using HttpRespond = std::function<void(HttpResponse)>;
// Also runs on the loop; the answer may come later. Until it does the
// connection waits, so it must come.
using HttpAsyncHandler = std::function<void(HttpRequest, HttpRespond)>;

// An error for people: `message` as a line of text. If the request asks for
// JSON, or is one to the API: {"code":"NOT_FOUND","message":"...",
// "details":[]}.
HttpResponse HttpError(const HttpRequest& request, int status,
                       std::string_view message);

// That JSON, with a newline. `details`: a JSON array.
std::string HttpErrorJson(std::string_view code, std::string_view message,
                          std::string_view details = "[]");

}  // namespace roster::monitor
