#include "monitor/control/own_places.h"

#include "base/error_details.h"
#include "base/strings.h"

namespace roster::monitor {
namespace {

// Whether `path` is below `place`.
bool Below(std::string_view path, std::string_view place) {
  if (place == "/") return path != "/";
  return path.size() > place.size() && path.starts_with(place) &&
         path[place.size()] == '/';
}

}  // namespace

absl::Status CheckNotOwn(std::string_view path, std::string_view folder,
                         const std::vector<std::string>& own) {
  const bool in_folder = Below(path, folder);
  for (const std::string& place : own) {
    if (in_folder && Below(folder, place)) continue;
    if (path == place || Below(path, place) || Below(place, path))
      return base::WithReason(
          base::WithBadField(absl::InvalidArgumentError(base::StrCat(
                                 "path: ", path,
                                 " is a place of Roster's own; only what is "
                                 "below ",
                                 folder, " may be changed there")),
                             "path"),
          "INVALID_COORDINATION_PATH");
  }
  return absl::OkStatus();
}

}  // namespace roster::monitor
