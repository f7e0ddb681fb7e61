#include "monitor/data_folder.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/strings.h"

namespace roster::monitor {

absl::Status PrepareDataFolder(const std::string& folder) {
  const std::string subject = base::StrCat("--data ", folder);
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return absl::ErrnoToStatus(
        errno, base::StrCat(subject, ": the folder cannot be made"));
  struct stat found {};
  if (stat(folder.c_str(), &found) != 0)
    return absl::ErrnoToStatus(errno, subject);
  if (!S_ISDIR(found.st_mode))
    return absl::FailedPreconditionError(
        base::StrCat(subject, ": it is no folder"));
  if (access(folder.c_str(), R_OK | W_OK | X_OK) != 0)
    return absl::ErrnoToStatus(
        errno, base::StrCat(subject, ": the folder cannot be written"));
  return absl::OkStatus();
}

}  // namespace roster::monitor
