#pragma once

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/json_copy.h"
#include "coordination/config_view.h"

namespace roster::coordination {

// ConfigCopy is a file with the last good configuration, so that a service
// starts while ZooKeeper is away. It is a base::JsonCopy.
//
// Thread-safety: thread-compatible. Both calls do I/O.
class ConfigCopy {
 public:
  // `origin` says what is copied; a copy of something else is not used.
  ConfigCopy(std::string file, std::string origin);

  // The errors are JsonCopy::Load()'s; with the place if it is broken.
  absl::StatusOr<ConfigView> Load() const;
  // The errors are the system's.
  absl::Status Write(const ConfigView& view, absl::Time as_of) const;

 private:
  const base::JsonCopy copy_;
};

}  // namespace roster::coordination
