#pragma once

#include <map>
#include <string>
#include <string_view>

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
  // Serves every path that begins with `prefix`, which ends in '/'.
  void AddPrefix(std::string_view method, std::string_view prefix,
                 HttpHandler handler);

  HttpResponse Route(const HttpRequest& request) const;

 private:
  using Methods = std::map<std::string, HttpHandler, std::less<>>;
  using Routes = std::map<std::string, Methods, std::less<>>;

  const Methods* Find(std::string_view path) const;

  Routes paths_;
  Routes prefixes_;
};

}  // namespace roster::monitor
