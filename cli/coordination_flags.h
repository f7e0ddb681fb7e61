#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/status_macros.h"
#include "cli/command.h"
#include "cli/control_flags.h"
#include "cli/format.h"

// What `rosterctl lock`, `queue` and `barrier` have in common: each shows one
// thing by name or path, or lists all, and may have a part that changes one.

namespace roster::cli {

struct CoordinationFlags {
  CallFlags call;
  std::string name;
  std::string path;
  std::string folder;
  std::string node;  // of a holder
  int64_t token = 0;
  int count = 20;  // of items
  bool yes = false;
  Format format = Format::kTable;

  // Nothing was named: all are meant.
  bool all() const { return name.empty() && path.empty(); }
  // For people.
  const std::string& what() const { return name.empty() ? path : name; }
  bool wide() const { return format == Format::kWide; }
  // InvalidArgument for flags that contradict one another.
  absl::Status Check() const;
  // InvalidArgument unless something was named.
  absl::Status CheckNamed() const;

  // A request for what was named; a name that begins with "/" is a path.
  template <typename Request>
  Request For() const {
    Request request;
    request.set_cluster(call.cluster);
    if (!path.empty())
      request.set_path(path);
    else if (name.starts_with("/"))
      request.set_path(name);
    else
      request.set_name(name);
    return request;
  }
  // A request to change it.
  template <typename Request>
  Request ToChange(const std::string& reason) const {
    auto request = For<Request>();
    request.set_reason(reason);
    request.set_actor(Actor(call.actor));
    request.set_request_id(RequestId(call.request_id));
    request.set_validate_only(call.dry_run);
    return request;
  }
};

// Every page of `method`, from the first and as large as may be unless
// `request` says how large: `add` takes each and returns whether it wants
// another.
template <typename Request, typename Method, typename Add>
absl::Status EachPage(Client& client, Method method, Request request, Add add) {
  constexpr int kMost = 1000;
  if (request.page_size() == 0) request.set_page_size(kMost);
  do {
    ROSTER_ASSIGN_OR_RETURN(auto page, client.Call(method, request));
    request.set_page_token(page.next_page_token());
    if (!add(page)) return absl::OkStatus();
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

// A part of a command, with flags of its own.
struct CoordinationPart {
  using Do = absl::Status (*)(Client&, const CoordinationFlags&, bool color);

  Command command;
  Do run;
};

// `app` gets -o, --path and NAME, completed by `names`.
CoordinationPart MakeCoordinationPart(CLI::App* app, CoordinationFlags& flags,
                                      const std::string& noun, Completer names,
                                      CoordinationPart::Do run);
// --cluster, --folder: of the part that shows and lists.
void AddShowFlags(CoordinationPart& part, CoordinationFlags& flags);
// --cluster, --as, --reason, --dry-run, --request-id, --yes.
void AddCoordinationChangeFlags(CoordinationPart& part,
                                CoordinationFlags& flags);

// The command of `parts`: that of the last, with the others below it.
Command JoinParts(std::shared_ptr<CoordinationFlags> flags,
                  std::vector<CoordinationPart> parts);

// "dry run: nothing was changed", on a line, if it was one.
std::string DryRunLine(const CoordinationFlags& flags);

}  // namespace roster::cli
