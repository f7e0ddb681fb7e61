#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "model/ledger_entry.h"
#include "monitor/control/control_store.h"

namespace roster::monitor {

// LedgerKeeper keeps the ledger true to the view: an entry for each member, new
// at a join and at a departure, gone when the member is forgotten. For the
// elected rosterd; all others only read the ledger, see ReadDepartures().
//
// It reads the whole ledger when it begins, and then remembers what it wrote.
//
// Members choose their names and the size of their records, so a batch ends
// where its bytes do. An entry that ZooKeeper does not take is written without
// the record; one of whom not even the name fits has none, which is logged.
//
// Thread-safety: thread-compatible.
class LedgerKeeper {
 public:
  explicit LedgerKeeper(ControlStore& store) : store_(store) {}

  // Another rosterd may have written since: begin anew.
  void Reset();

  // Writes what is missing for `view`, batch by batch. Ends early, with OK, at
  // `deadline`; the rest is done by the next call.
  absl::Status Update(const std::string& leader_node, const ClusterView& view,
                      absl::Time deadline);

 private:
  // There is one for each member: keep it small.
  struct Known {
    int64_t czxid;
    int32_t version;
    model::LedgerState state;
  };

  // Joins, leaves, losses, replacements, and the number of members: as long as
  // these are the same there is nothing to write.
  using Signature = std::array<uint64_t, 5>;

  // Transactions under way; see the source.
  struct Batch;

  static Signature SignatureOf(const ClusterView& view);
  // As much as there is time for; the next call goes on.
  absl::Status Load(absl::Time deadline);
  absl::Status Read(const std::vector<std::string>& names, absl::Time deadline);
  // Whom the ledger does not have as in `view`, and whom it has in vain.
  std::vector<MemberPtr> Changed(const ClusterView& view) const;
  std::vector<std::string> Forgotten(const ClusterView& view) const;
  // False if it is for the next batch.
  bool AddEntry(const Member& member, Batch& batch);
  bool AddDeletion(const std::string& name, Batch& batch);
  absl::Status Write(Batch batch, absl::Time deadline);

  ControlStore& store_;
  // While the ledger is being read: what is left of it.
  std::optional<std::vector<std::string>> unread_;
  bool loaded_ = false;
  // An entry is closed to us, by an ACL, and must not keep the others.
  bool one_by_one_ = false;
  std::optional<Signature> done_;
  absl::btree_map<std::string, Known> known_;
  // Whose names are too long for an entry, and were logged.
  absl::btree_set<std::string> left_out_;
};

// The entries of all members that are in the ledger but not in `view`: who
// vanished, or left, before this rosterd looked.
struct Departure {
  std::string name;
  model::LedgerEntry entry;
};
absl::StatusOr<std::vector<Departure>> ReadDepartures(ControlStore& store,
                                                      const ClusterView& view,
                                                      absl::Time deadline);

}  // namespace roster::monitor
