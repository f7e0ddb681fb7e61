#pragma once

#include <string>
#include <string_view>

namespace roster::monitor {

// Server-sent events, as text. Source: the HTML standard, chapter "Server-sent
// events".

inline constexpr std::string_view kSseContentType = "text/event-stream";

// Appends one event. `event` and `id` are single lines; an empty id is left
// out, so that the reader keeps the last one. `data` may be any text.
void AppendSseEvent(std::string_view event, std::string_view id,
                    std::string_view data, std::string* out);

// Appends how long a reader waits before it connects again.
void AppendSseRetry(int milliseconds, std::string* out);

}  // namespace roster::monitor
