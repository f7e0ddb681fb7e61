#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "coordination/config_view.h"

namespace roster::coordination {

// ConfigCopy is a file with the last good configuration, so that a service
// starts while ZooKeeper is away. It is JSON, readable by its owner alone, and
// replaced as a whole: whoever reads it finds the former copy or the new one.
//
// Thread-safety: thread-compatible. Both calls do I/O.
class ConfigCopy {
 public:
  // `origin` says what is copied; a copy of something else is not used.
  ConfigCopy(std::string file, std::string origin);

  // NotFound if there is no file; FailedPrecondition if it is of another
  // origin; InvalidArgument, with the place, if it is broken.
  absl::StatusOr<ConfigView> Load() const;
  // Writes it beside the file, syncs it to disk, and renames it. The errors are
  // the system's.
  absl::Status Write(const ConfigView& view, absl::Time as_of) const;

 private:
  const std::string file_;
  const std::string origin_;
};

}  // namespace roster::coordination
