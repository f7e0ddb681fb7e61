#pragma once

#include <string_view>

namespace roster::monitor {

// Whether an If-None-Match header, a list of tags or "*", names `etag`: then
// its sender has what it asks for. Weak tags are equal to strong ones, as RFC
// 9110 §13.1.2 has it for this header: a proxy may have made ours weak.
bool NamesETag(std::string_view if_none_match, std::string_view etag);

}  // namespace roster::monitor
