#include "monitor/http/console_pages.h"

#include <string>
#include <string_view>

#include "monitor/http/etag.h"

namespace roster::monitor {
namespace {

// No inline script and no inline style, nothing from elsewhere, and no way from
// text to code: the page never needs one. "data:" is for pictures that browsers
// make themselves.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'";

HttpResponse Serve(const console::ConsoleFile& file,
                   const HttpRequest& request) {
  HttpResponse response{
      .content_type = std::string(file.content_type),
      .headers = {{"ETag", std::string(file.etag)},
                  {"Cache-Control", "no-cache"},
                  {"Content-Security-Policy", std::string(kPolicy)}}};
  if (NamesETag(request.Header("If-None-Match"), file.etag))
    response.status = 304;
  else
    response.body = std::string(file.content);
  return response;
}

}  // namespace

void AddConsolePages(std::span<const console::ConsoleFile> files,
                     HttpRouter& router) {
  for (const console::ConsoleFile& file : files) {
    const auto serve = [&file](const HttpRequest& request) {
      return Serve(file, request);
    };
    router.AddPath("GET", file.path, serve);
    if (file.path == "/index.html") router.AddPath("GET", "/", serve);
  }
}

}  // namespace roster::monitor
