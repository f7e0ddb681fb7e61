#include "monitor/http/http_read_error.h"

#include <boost/beast/http/error.hpp>

namespace roster::monitor {

namespace http = boost::beast::http;

std::optional<int> StatusOfReadError(boost::system::error_code error) {
  if (error.category() != make_error_code(http::error::bad_method).category() ||
      error == http::error::end_of_stream ||
      error == http::error::partial_message)
    return std::nullopt;
  if (error == http::error::header_limit ||
      error == http::error::buffer_overflow)
    return 431;
  return error == http::error::body_limit ? 413 : 400;
}

}  // namespace roster::monitor
