#include "monitor/rpc/encoded_changes.h"

#include <utility>

namespace roster::monitor {

grpc::Slice EncodedChanges::Get(uint64_t revision,
                                absl::FunctionRef<grpc::Slice()> encode) {
  Entry& entry = entries_[revision % kKept];
  {
    base::MutexLock lock(&entry.mu);
    if (entry.revision == revision) return entry.message;
    if (entry.revision < revision) {
      entry.message = encode();
      entry.revision = revision;
      return entry.message;
    }
  }
  return encode();  // a newer one has its place
}

}  // namespace roster::monitor
