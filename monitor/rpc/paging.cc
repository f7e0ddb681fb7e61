#include "monitor/rpc/paging.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error_details.h"
#include "monitor/rpc/tokens.h"

namespace roster::monitor {

absl::StatusOr<size_t> PageSize(int32_t asked, const PageSizes& sizes) {
  if (asked < 0) {
    return base::WithBadField(absl::InvalidArgumentError(absl::StrCat(
                                  "page_size: ", asked, " is negative")),
                              "page_size");
  }
  return static_cast<size_t>(asked == 0 ? sizes.standard
                                        : std::min(asked, sizes.most));
}

absl::StatusOr<std::vector<std::string>> UnpackPageToken(std::string_view token,
                                                         size_t fields) {
  auto unpacked = UnpackToken(token, fields);
  if (unpacked.ok()) return unpacked;
  return base::WithReason(
      base::WithBadField(absl::InvalidArgumentError(absl::StrCat(
                             "page_token: ", unpacked.status().message())),
                         "page_token"),
      "INVALID_PAGE_TOKEN");
}

absl::Status PageTokenMismatch() {
  return base::WithReason(
      base::WithBadField(absl::InvalidArgumentError(
                             "page_token: it was made for another request; the "
                             "other fields must not change between pages"),
                         "page_token"),
      "INVALID_PAGE_TOKEN");
}

}  // namespace roster::monitor
