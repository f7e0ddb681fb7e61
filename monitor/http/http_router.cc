#include "monitor/http/http_router.h"

#include <utility>

#include "base/strings.h"

namespace roster::monitor {
namespace {

constexpr std::string_view kAnyMethod = "*";

HttpAsyncHandler AtOnce(HttpHandler handler) {
  return [handler = std::move(handler)](const HttpRequest& request,
                                        const HttpRespond& respond) {
    respond(handler(request));
  };
}

}  // namespace

HttpResponse MethodNotAllowed(const HttpRequest& request,
                              std::string_view allowed) {
  HttpResponse refusal = HttpError(
      request, 405, base::StrCat(request.path, " is served by ", allowed));
  refusal.headers.emplace_back("Allow", allowed);
  return refusal;
}

void HttpRouter::AddPath(std::string_view method, std::string_view path,
                         HttpHandler handler) {
  AddAsyncPath(method, path, AtOnce(std::move(handler)));
}

void HttpRouter::AddAsyncPath(std::string_view method, std::string_view path,
                              HttpAsyncHandler handler) {
  paths_[std::string(path)][std::string(method)] = std::move(handler);
}

void HttpRouter::AddPrefix(std::string_view method, std::string_view prefix,
                           HttpHandler handler) {
  prefixes_[std::string(prefix)][std::string(method)] =
      AtOnce(std::move(handler));
}

void HttpRouter::AddAsyncPrefix(std::string_view prefix,
                                HttpAsyncHandler handler) {
  prefixes_[std::string(prefix)][std::string(kAnyMethod)] = std::move(handler);
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

void HttpRouter::Route(HttpRequest request, HttpRespond respond) const {
  if (gate_) {
    if (auto refusal = gate_(request)) {
      respond(*std::move(refusal));
      return;
    }
  }
  const Methods* methods = Find(request.path);
  if (methods == nullptr) {
    respond(HttpError(request, 404,
                      base::StrCat("nothing is served at ", request.path)));
    return;
  }
  auto found = methods->find(request.method);
  if (found == methods->end()) found = methods->find(kAnyMethod);
  if (found != methods->end()) {
    found->second(std::move(request), std::move(respond));
    return;
  }
  std::string allowed;
  for (const auto& [method, handler] : *methods) {
    if (!allowed.empty()) allowed += ", ";
    allowed += method;
    if (method == "GET") allowed += ", HEAD";
  }
  respond(MethodNotAllowed(request, allowed));
}

}  // namespace roster::monitor
