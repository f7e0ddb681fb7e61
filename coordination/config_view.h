#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "absl/time/time.h"
#include "model/config_entry.h"

namespace roster::coordination {

using ConfigEntryPtr = std::shared_ptr<const model::ConfigEntry>;

// A version that stands in ZooKeeper and is not used.
struct RejectedConfig {
  int64_t version = 0;  // 0: it could not be read
  std::string reason;

  friend bool operator==(const RejectedConfig&,
                         const RejectedConfig&) = default;
};

// What a ConfigSubscription knows at one moment. Immutable.
struct ConfigView {
  enum class Source {
    kNone,  // nothing is known yet
    kCopy,  // the copy on disk: ZooKeeper was not reached since the start
    kZooKeeper
  };

  // The last good version of each entry that exists, by name.
  std::map<std::string, ConfigEntryPtr, std::less<>> entries;
  // Of entries whose newest version was rejected; the one before, if there was
  // any, is in `entries`.
  std::map<std::string, RejectedConfig, std::less<>> rejected;

  Source source = Source::kNone;
  // ZooKeeper is out of reach: there may be newer versions.
  bool stale = true;
  // When all of it was certainly the newest. InfinitePast: never.
  absl::Time as_of = absl::InfinitePast();

  // Null if there is no such entry.
  ConfigEntryPtr Find(std::string_view name) const {
    const auto found = entries.find(name);
    return found == entries.end() ? nullptr : found->second;
  }
  // How old it may be; zero when it is not stale.
  absl::Duration Age(absl::Time now) const {
    return stale ? std::max(now - as_of, absl::ZeroDuration())
                 : absl::ZeroDuration();
  }
};

using ConfigViewPtr = std::shared_ptr<const ConfigView>;

}  // namespace roster::coordination
