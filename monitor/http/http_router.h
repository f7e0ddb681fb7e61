#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "monitor/http/http_message.h"

namespace roster::monitor {

// HttpRouter finds the handler of a request: by its whole path, else by the
// longest prefix that was registered. It answers 404 for a path that nobody
// serves, and 405 with Allow for one that is served by other methods.
//
// Thread-safety: thread-compatible; fill it before it is used.
class HttpRouter {
 public:
  // `method` is "GET", "POST", ...; GET also serves HEAD. A second handler for
  // the same method and path replaces the first.
  void AddPath(std::string_view method, std::string_view path,
               HttpHandler handler);
  void AddAsyncPath(std::string_view method, std::string_view path,
                    HttpAsyncHandler handler);
  // Serves every path that begins with `prefix`, which ends in '/'.
  void AddPrefix(std::string_view method, std::string_view prefix,
                 HttpHandler handler);
  // The same for every method: the handler tells them apart itself.
  void AddAsyncPrefix(std::string_view prefix, HttpAsyncHandler handler);

  // Is asked before every handler; what it returns is the answer then.
  using Gate = std::function<std::optional<HttpResponse>(const HttpRequest&)>;
  void SetGate(Gate gate) { gate_ = std::move(gate); }

  // Has the request answered, by `respond`.
  void Route(HttpRequest request, HttpRespond respond) const;

 private:
  using Methods = std::map<std::string, HttpAsyncHandler, std::less<>>;
  using Routes = std::map<std::string, Methods, std::less<>>;

  const Methods* Find(std::string_view path) const;

  Gate gate_;
  Routes paths_;
  Routes prefixes_;
};

// What a path answers that is served by other methods only: 405 and Allow.
HttpResponse MethodNotAllowed(const HttpRequest& request,
                              std::string_view allowed);

}  // namespace roster::monitor
