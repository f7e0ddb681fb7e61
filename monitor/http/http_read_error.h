#pragma once

#include <boost/system/error_code.hpp>
#include <optional>

namespace roster::monitor {

// The status that tells a client what was wrong with its bytes, for an error
// of reading them. Nothing if they were too few or too late: then nobody is
// there to be told.
std::optional<int> StatusOfReadError(boost::system::error_code error);

}  // namespace roster::monitor
