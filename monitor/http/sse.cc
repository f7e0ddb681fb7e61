#include "monitor/http/sse.h"

namespace roster::monitor {

void AppendSseEvent(std::string_view event, std::string_view id,
                    std::string_view data, std::string* out) {
  out->append("event: ").append(event).push_back('\n');
  if (!id.empty()) out->append("id: ").append(id).push_back('\n');
  // Any of CR, LF and CRLF ends a line; each begins another line of data.
  size_t begin = 0;
  while (true) {
    const size_t end = data.find_first_of("\r\n", begin);
    out->append("data: ").append(data.substr(begin, end - begin));
    out->push_back('\n');
    if (end == std::string_view::npos) break;
    begin = end + (data.substr(end, 2) == "\r\n" ? 2 : 1);
  }
  out->push_back('\n');
}

void AppendSseRetry(int milliseconds, std::string* out) {
  out->append("retry: ").append(std::to_string(milliseconds)).append("\n\n");
}

}  // namespace roster::monitor
