#include "coordination/service_directory.h"

#include <optional>
#include <set>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/time/clock.h"
#include "base/callback_scope.h"
#include "base/mutex.h"
#include "base/quoted.h"
#include "base/strings.h"
#include "coordination/child_mirror.h"
#include "coordination/guarded_call.h"
#include "model/member_record.h"
#include "model/order.h"

namespace roster::coordination {
namespace {

// What a child mirror says, as calls.
class MirrorCalls final : public ChildMirror::Listener {
 public:
  std::function<void(std::string_view, const zk::Node&)> on_child;
  std::function<void(std::string_view)> on_gone;
  std::function<void()> on_synced;
  std::function<void(const zk::ConnectionInfo&)> on_disconnected;
  std::function<void(std::string_view, const absl::Status&)> on_error;

  void OnChild(std::string_view name, const zk::Node& node) override {
    on_child(name, node);
  }
  void OnGone(std::string_view name) override { on_gone(name); }
  void OnSynced() override { on_synced(); }
  void OnDisconnected(const zk::ConnectionInfo& info) override {
    on_disconnected(info);
  }
  void OnError(std::string_view name, const absl::Status& status) override {
    on_error(name, status);
  }
};

bool Serves(model::ReportedState state) {
  return state == model::ReportedState::kUp ||
         state == model::ReportedState::kDegraded;
}

}  // namespace

class ServiceDirectory::Impl {
 public:
  Impl(Client& client, ServiceDirectoryOptions options);
  ~Impl();

  ServiceViewPtr view() const {
    base::MutexLock lock(&mu_);
    return view_;
  }
  absl::Status WaitUntilKnown(absl::Time deadline);

 private:
  struct Known {
    std::string service;
    bool serves = false;
    ServiceInstance instance;
  };

  void OnMember(std::string_view name, const zk::Node& node);
  void OnMemberGone(std::string_view name);
  void OnOrder(std::string_view name, const zk::Node& node);
  void SetHeld(std::string_view name, bool held);
  void OnSynced();
  void OnStale(absl::Time as_of);
  void OnError(std::string_view what, std::string_view name,
               const absl::Status& status);
  // Several changes that come together are told together.
  void Touch(const std::string& service);
  void Update();
  std::shared_ptr<const ServiceInstances> InstancesOf(
      const std::string& service) const;
  void Publish(ServiceView next);

  Client& client_;
  const ServiceDirectoryOptions options_;

  // Confined to the client's loop.
  absl::flat_hash_map<std::string, Known> members_;
  absl::flat_hash_map<std::string, std::set<std::string>> by_service_;
  absl::flat_hash_set<std::string> held_;
  std::set<std::string> touched_;  // services
  bool update_posted_ = false;
  bool members_synced_ = false;
  bool orders_synced_ = false;
  MirrorCalls member_calls_;
  MirrorCalls order_calls_;
  std::unique_ptr<ChildMirror> member_mirror_;
  std::unique_ptr<ChildMirror> order_mirror_;

  mutable base::Mutex mu_;
  base::CondVar published_;
  ServiceViewPtr view_ ABSL_GUARDED_BY(mu_) = std::make_shared<ServiceView>();

  std::optional<base::CallbackScope> scope_{std::in_place};
};

ServiceDirectory::Impl::Impl(Client& client, ServiceDirectoryOptions options)
    : client_(client), options_(std::move(options)) {
  member_calls_.on_child = [this](std::string_view name, const zk::Node& node) {
    OnMember(name, node);
  };
  member_calls_.on_gone = [this](std::string_view name) { OnMemberGone(name); };
  member_calls_.on_synced = [this] {
    members_synced_ = true;
    OnSynced();
  };
  order_calls_.on_child = [this](std::string_view name, const zk::Node& node) {
    OnOrder(name, node);
  };
  order_calls_.on_gone = [this](std::string_view name) {
    SetHeld(name, false);
  };
  order_calls_.on_synced = [this] {
    orders_synced_ = true;
    OnSynced();
  };
  for (MirrorCalls* calls : {&member_calls_, &order_calls_}) {
    calls->on_disconnected = [this](const zk::ConnectionInfo& info) {
      members_synced_ = orders_synced_ = false;
      OnStale(info.heard_at);
    };
  }
  member_calls_.on_error = [this](std::string_view name,
                                  const absl::Status& status) {
    if (name.empty()) members_synced_ = false;
    OnError("member", name, status);
  };
  order_calls_.on_error = [this](std::string_view name,
                                 const absl::Status& status) {
    if (name.empty()) orders_synced_ = false;
    OnError("order", name, status);
  };
  client_.loop().RunAndWait([this] {
    base::Loop& loop = client_.loop();
    zk::Session& session = client_.session();
    order_mirror_ = std::make_unique<ChildMirror>(
        loop, session, options_.control_path, order_calls_);
    member_mirror_ = std::make_unique<ChildMirror>(
        loop, session, options_.members_path, member_calls_);
  });
}

ServiceDirectory::Impl::~Impl() {
  client_.loop().RunAndWait([this] {
    member_mirror_.reset();
    order_mirror_.reset();
    scope_.reset();
  });
}

void ServiceDirectory::Impl::OnMember(std::string_view name,
                                      const zk::Node& node) {
  model::ParsedRecord parsed = model::ParseMemberRecord(node.data);
  model::MemberRecord& record = parsed.record;
  Known known{
      .service = std::move(record.service),
      .serves = !parsed.opaque() && Serves(record.state),
      .instance = {.member = std::string(name),
                   .version = std::move(record.version),
                   .degraded = record.state == model::ReportedState::kDegraded,
                   .endpoints = std::move(record.endpoints),
                   .labels = std::move(record.labels),
                   .czxid = node.stat.czxid}};
  Known& now = members_[base::ToAbsl(name)];
  if (now.service == known.service && now.serves == known.serves &&
      now.instance == known.instance)
    return;  // progress, gauges: of no concern here
  if (now.service != known.service) {
    by_service_[now.service].erase(now.instance.member);
    Touch(now.service);
  }
  by_service_[known.service].insert(known.instance.member);
  Touch(known.service);
  now = std::move(known);
}

void ServiceDirectory::Impl::OnMemberGone(std::string_view name) {
  const auto found = members_.find(base::ToAbsl(name));
  if (found == members_.end()) return;
  by_service_[found->second.service].erase(found->first);
  Touch(found->second.service);
  members_.erase(found);
}

void ServiceDirectory::Impl::OnOrder(std::string_view name,
                                     const zk::Node& node) {
  const auto order = model::ParseOrder(node.data);
  // One that cannot be read changes nothing, as for the member itself.
  if (order.ok()) return SetHeld(name, order->held());
  OnError("order", name, order.status());
}

void ServiceDirectory::Impl::SetHeld(std::string_view name, bool held) {
  const bool changed = held ? held_.insert(std::string(name)).second
                            : held_.erase(std::string(name)) > 0;
  const auto member = members_.find(base::ToAbsl(name));
  if (changed && member != members_.end()) Touch(member->second.service);
}

void ServiceDirectory::Impl::OnError(std::string_view what,
                                     std::string_view name,
                                     const absl::Status& status) {
  base::Log(options_.log, base::LogLevel::kError, what,
            "s cannot be read name=", base::Quoted(name),
            " error=", base::Quoted(base::Message(status)));
  if (!members_synced_ || !orders_synced_) OnStale(absl::Now());
}

void ServiceDirectory::Impl::OnSynced() {
  if (!members_synced_ || !orders_synced_) return;
  Update();
}

void ServiceDirectory::Impl::OnStale(absl::Time as_of) {
  const ServiceViewPtr now = view();
  if (now->stale) return;
  ServiceView next = *now;
  next.stale = true;
  next.as_of = std::min(absl::Now(), std::max(now->as_of, as_of));
  Publish(std::move(next));
}

void ServiceDirectory::Impl::Touch(const std::string& service) {
  touched_.insert(service);
  // The first picture comes as a whole, and so does that after a break: what
  // was read of it so far does not show who is held.
  if (!members_synced_ || !orders_synced_ ||
      std::exchange(update_posted_, true))
    return;
  client_.loop().Post(scope_->Wrap([this] {
    update_posted_ = false;
    if (members_synced_ && orders_synced_) Update();
  }));
}

std::shared_ptr<const ServiceInstances> ServiceDirectory::Impl::InstancesOf(
    const std::string& service) const {
  auto instances = std::make_shared<ServiceInstances>();
  const auto names = by_service_.find(service);
  if (names == by_service_.end()) return instances;
  for (const std::string& name : names->second) {
    const Known& known = members_.at(name);
    if (known.serves && !held_.contains(name))
      instances->push_back(known.instance);
  }
  return instances;
}

void ServiceDirectory::Impl::Update() {
  ServiceView next = *view();
  std::vector<std::string> changed;
  for (const std::string& service : std::exchange(touched_, {})) {
    if (service.empty()) continue;  // members that tell of none
    const auto instances = InstancesOf(service);
    if (*instances == next.Resolve(service)) continue;
    changed.push_back(service);
    if (instances->empty())
      next.services.erase(service);
    else
      next.services[service] = instances;
  }
  next.known = true;
  next.stale = false;
  next.as_of = absl::Now();
  Publish(std::move(next));
  const ServiceViewPtr now = view();
  for (const std::string& service : changed)
    CallGuarded(options_.log, "on_change", options_.on_change, service,
                now->Resolve(service));
}

void ServiceDirectory::Impl::Publish(ServiceView next) {
  auto view = std::make_shared<const ServiceView>(std::move(next));
  base::MutexLock lock(&mu_);
  view_.swap(view);
  published_.NotifyAll();
}

absl::Status ServiceDirectory::Impl::WaitUntilKnown(absl::Time deadline) {
  base::MutexLock lock(&mu_);
  while (!view_->known) {
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration())
      return absl::UnavailableError(
          base::StrCat("who serves is not known: the members below ",
                       options_.members_path, " were not read yet"));
    published_.WaitWithTimeout(&mu_, std::min(left, absl::Hours(1)));
  }
  return absl::OkStatus();
}

ServiceDirectory::ServiceDirectory(Client& client,
                                   ServiceDirectoryOptions options)
    : impl_(std::make_unique<Impl>(client, std::move(options))) {}
ServiceDirectory::~ServiceDirectory() = default;
ServiceViewPtr ServiceDirectory::view() const { return impl_->view(); }
absl::Status ServiceDirectory::WaitUntilKnown(absl::Time deadline) {
  return impl_->WaitUntilKnown(deadline);
}

}  // namespace roster::coordination
