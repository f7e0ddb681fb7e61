#pragma once

#include <string>
#include <vector>

#include "model/audit_entry.h"
#include "model/request_record.h"
#include "monitor/state/cluster_view.h"
#include "zk/blocking_session.h"

namespace roster::monitor {

// What is to be written, made from a view.
struct Changeset {
  std::vector<zk::Op> ops;
  // For the audit: on what it was done, and whether something was overridden.
  // A change that touches nothing that people care for (the wording of why an
  // operation waits) has no targets and is not audited.
  std::vector<model::AuditTarget> targets;
  bool forced = false;
  // Kept under the request id, for the same request asked again.
  model::RequestAnswer answer;
};

// What the audit says of a request whatever comes of it.
struct AuditSubject {
  std::string action;  // the call's name, or the duty's
  std::string reason;
  std::string ticket;
  // What was asked for: names, or a selector. Counts for refusals.
  std::vector<std::string> targets;
};

// What came of it.
struct Committed {
  model::RequestAnswer answer;
  std::string request_id;
  // Up to date with the change; null for validate_only.
  ClusterViewPtr view;
};

}  // namespace roster::monitor
