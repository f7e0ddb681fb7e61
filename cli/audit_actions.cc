#include "cli/audit_actions.h"

#include "google/protobuf/descriptor.h"
#include "roster/v1/config.pb.h"
#include "roster/v1/control.pb.h"
#include "roster/v1/coordination.pb.h"

namespace roster::cli {
namespace {

using google::protobuf::FileDescriptor;

// Who changes something says who that is. A list may ask for an actor, too.
bool IsChange(const google::protobuf::Descriptor& request) {
  return request.FindFieldByName("actor") != nullptr &&
         request.FindFieldByName("page_token") == nullptr;
}

std::vector<std::string> CollectActions() {
  std::vector<std::string> actions;
  const FileDescriptor* files[] = {
      roster::v1::AuditEntry::descriptor()->file(),
      roster::v1::ConfigEntry::descriptor()->file(),
      roster::v1::Election::descriptor()->file()};
  for (const FileDescriptor* file : files)
    for (int i = 0; i < file->service_count(); ++i)
      for (int j = 0; j < file->service(i)->method_count(); ++j)
        if (const auto* method = file->service(i)->method(j);
            IsChange(*method->input_type()))
          actions.push_back(method->name());
  // Its duties are no calls; model/audit_entry.h names them.
  actions.insert(actions.end(), {"ExpireHold", "AdvanceOperation"});
  return actions;
}

}  // namespace

const std::vector<std::string>& AuditActions() {
  static const auto& actions = *new std::vector<std::string>(CollectActions());
  return actions;
}

}  // namespace roster::cli
