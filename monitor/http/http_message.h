#pragma once

#include <functional>
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

  // The value of the first header of that name, whatever its case; else "".
  std::string_view Header(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::string body;
  // Beyond those that the server sets itself: Content-Type, Content-Length,
  // Content-Encoding, Vary, Date, Connection and the hardening ones.
  std::vector<std::pair<std::string, std::string>> headers;
};

// Runs on the server's loop, one at a time: it must be quick and not block.
using HttpHandler = std::function<HttpResponse(const HttpRequest&)>;

// An error for people: `message` as a line of text, or, if the request asks
// for JSON, {"error":{"code":404,"message":"..."}}.
HttpResponse HttpError(const HttpRequest& request, int status,
                       std::string_view message);

}  // namespace roster::monitor
