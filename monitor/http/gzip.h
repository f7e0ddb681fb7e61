#pragma once

#include <string>
#include <string_view>

#include "monitor/http/http_message.h"

namespace roster::monitor {

// Whether an Accept-Encoding header lets us send gzip: it names gzip, or "*"
// and not gzip, with a weight above 0. What cannot be read counts as not said.
bool AcceptsGzip(std::string_view accept_encoding);

// `text` in the gzip format, at zlib's fastest level: on the loop that serves
// everybody, time is dearer than the last tenth of size. Empty if zlib fails.
std::string Gzip(std::string_view text);

// Compresses the body of `response` if its reader accepts that, and says in
// either case that the answer depends on it.
void Compress(bool accepted, HttpResponse& response);

}  // namespace roster::monitor
