#include "monitor/http/http_router.h"

#include <utility>

#include "base/strings.h"

namespace roster::monitor {

void HttpRouter::AddPath(std::string_view method, std::string_view path,
                         HttpHandler handler) {
  paths_[std::string(path)][std::string(method)] = std::move(handler);
}

void HttpRouter::AddPrefix(std::string_view method, std::string_view prefix,
                           HttpHandler handler) {
  prefixes_[std::string(prefix)][std::string(method)] = std::move(handler);
}

const HttpRouter::Methods* HttpRouter::Find(std::string_view path) const {
  if (const auto exact = paths_.find(path); exact != paths_.end())
    return &exact->second;
  const Methods* longest = nullptr;
  // In order, so the last that matches is the longest. There are only a few.
  for (const auto& [prefix, methods] : prefixes_)
    if (path.substr(0, prefix.size()) == prefix) longest = &methods;
  return longest;
}

HttpResponse HttpRouter::Route(const HttpRequest& request) const {
  const Methods* methods = Find(request.path);
  if (methods == nullptr)
    return HttpError(request, 404,
                     base::StrCat("nothing is served at ", request.path));
  if (const auto found = methods->find(request.method); found != methods->end())
    return found->second(request);

  std::string allowed;
  for (const auto& [method, handler] : *methods) {
    if (!allowed.empty()) allowed += ", ";
    allowed += method;
    if (method == "GET") allowed += ", HEAD";
  }
  HttpResponse refusal = HttpError(
      request, 405, base::StrCat(request.path, " is served by ", allowed));
  refusal.headers.emplace_back("Allow", allowed);
  return refusal;
}

}  // namespace roster::monitor
