#include "coordination/config_subscription.h"

#include <algorithm>
#include <exception>
#include <set>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/time/clock.h"
#include "base/exhaustion.h"
#include "base/loop.h"
#include "base/mutex.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "coordination/child_mirror.h"
#include "coordination/config_copy.h"
#include "coordination/guarded_call.h"

namespace roster::coordination {
namespace {

std::string OriginOf(const ConfigSubscriptionOptions& options) {
  return options.name.empty()
             ? base::StrCat(options.path, " ", options.prefix, "*")
             : base::StrCat(options.path, " ", options.name);
}

absl::Status Validate(const ConfigSubscriptionOptions& options) {
  if (!options.path.starts_with("/"))
    return absl::InvalidArgumentError("path: no absolute path");
  if (!options.name.empty() && !options.prefix.empty())
    return absl::InvalidArgumentError("name, prefix: give one of them");
  if (!base::IsValidUtf8(options.prefix))
    return absl::InvalidArgumentError("prefix: not valid UTF-8");
  if (options.copy_refresh <= absl::ZeroDuration())
    return absl::InvalidArgumentError("copy_refresh: must be more than 0");
  if (options.name.empty()) return absl::OkStatus();
  return model::ValidateConfigName(options.name);
}

}  // namespace

// What happens in ZooKeeper comes in on the client's loop and goes out as an
// immutable view; what does I/O has a loop of its own.
class ConfigSubscription::Impl final : public ChildMirror::Listener {
 public:
  Impl(Client& client, ConfigSubscriptionOptions options);
  ~Impl() override;

  ConfigViewPtr view() const {
    base::MutexLock lock(&mu_);
    return view_;
  }
  absl::Status copy_status() const {
    base::MutexLock lock(&mu_);
    // A copy that shares nothing with the one that may be replaced.
    return absl::Status(copy_status_.code(), copy_status_.message());
  }
  absl::Status WaitUntilKnown(absl::Time deadline);

  void OnChild(std::string_view node_name, const zk::Node& node) override;
  void OnGone(std::string_view node_name) override;
  void OnSynced() override;
  void OnDisconnected(const zk::ConnectionInfo& info) override;
  void OnError(std::string_view node_name, const absl::Status& status) override;

 private:
  bool Concerns(std::string_view node_name) const;
  void LoadCopy();
  // The check's word, and what it throws as an error.
  absl::Status Check(const model::ConfigEntry& entry) const;
  void Accept(model::ConfigEntry entry);
  void Reject(const std::string& name, RejectedConfig rejected);
  void Remove(const std::string& name);
  // What has changed since is shown at the next publication, at once if there
  // is a picture of the whole.
  void Note(const std::string& name);
  void Publish();
  void SetCopyStatus(absl::Status status);
  void WriteCopy();
  void ScheduleRefresh();

  Client& client_;
  const ConfigSubscriptionOptions options_;
  const ConfigCopy copy_;

  // Confined to the client's loop.
  ConfigView next_;
  std::set<std::string, std::less<>> unconfirmed_;  // known by the copy only
  std::vector<std::string> changed_;  // since the last publication
  bool synced_ = false;
  std::unique_ptr<ChildMirror> mirror_;

  mutable base::Mutex mu_;
  base::CondVar published_;
  ConfigViewPtr view_ ABSL_GUARDED_BY(mu_) = std::make_shared<ConfigView>();
  absl::Status copy_status_ ABSL_GUARDED_BY(mu_);
  bool copy_pending_ ABSL_GUARDED_BY(mu_) = false;

  std::unique_ptr<base::Loop> copy_loop_;  // null: no copy is kept
};

ConfigSubscription::Impl::Impl(Client& client,
                               ConfigSubscriptionOptions options)
    : client_(client),
      options_(std::move(options)),
      copy_(options_.copy_file, OriginOf(options_)) {
  if (!options_.copy_file.empty()) {
    LoadCopy();
    copy_loop_ = std::make_unique<base::Loop>("config-copy");
    copy_loop_->Start();
    copy_loop_->Post([this] { ScheduleRefresh(); });
  }
  client_.loop().RunAndWait([this] {
    changed_.assign(unconfirmed_.begin(), unconfirmed_.end());
    if (!changed_.empty()) Publish();
    mirror_ = std::make_unique<ChildMirror>(
        client_.loop(), client_.session(), options_.path, *this,
        [this](std::string_view node_name) { return Concerns(node_name); });
  });
}

ConfigSubscription::Impl::~Impl() {
  client_.loop().RunAndWait([this] { mirror_.reset(); });
  if (copy_loop_ == nullptr) return;
  copy_loop_->RunAndWait([this] { WriteCopy(); });
  copy_loop_->Stop();
}

bool ConfigSubscription::Impl::Concerns(std::string_view node_name) const {
  const auto name = model::ConfigNameOfNode(node_name);
  if (!name) return false;
  return options_.name.empty() ? name->starts_with(options_.prefix)
                               : *name == options_.name;
}

// Before anything else runs.
void ConfigSubscription::Impl::LoadCopy() {
  auto loaded = copy_.Load();
  if (absl::IsNotFound(loaded.status())) return;
  if (!loaded.ok()) {
    base::Log(options_.log, base::LogLevel::kWarning,
              "the copy of the configuration is not used: ",
              base::Message(loaded.status()));
    return SetCopyStatus(loaded.status());
  }
  next_ = *std::move(loaded);
  std::erase_if(next_.entries, [this](const auto& item) {
    const absl::Status valid = Check(*item.second);
    if (!valid.ok())
      next_.rejected[item.first] = {item.second->version,
                                    std::string(base::Message(valid))};
    return !valid.ok();
  });
  for (const auto& [name, entry] : next_.entries) unconfirmed_.insert(name);
  for (const auto& [name, rejected] : next_.rejected) unconfirmed_.insert(name);
  base::MutexLock lock(&mu_);
  view_ = std::make_shared<ConfigView>(next_);
}

absl::Status ConfigSubscription::Impl::Check(
    const model::ConfigEntry& entry) const {
  if (!options_.check) return absl::OkStatus();
  try {
    return options_.check(entry);
  } catch (const std::exception& error) {
    return absl::InternalError(
        base::StrCat("the check threw: ", std::string(error.what())));
  } catch (...) {
    return absl::InternalError("the check threw");
  }
}

void ConfigSubscription::Impl::OnChild(std::string_view node_name,
                                       const zk::Node& node) {
  const std::string name = *model::ConfigNameOfNode(node_name);
  unconfirmed_.erase(name);
  auto entry = model::ParseConfigEntry(name, node.data);
  if (!entry.ok())
    return Reject(name, {0, std::string(base::Message(entry.status()))});
  if (entry->deleted) return Remove(name);
  const ConfigEntryPtr now = next_.Find(name);
  if (now != nullptr && *now == *entry) {
    // Read again, or taken back after one that was rejected.
    if (next_.rejected.erase(name) > 0) Note(name);
    return;
  }
  const absl::Status valid = Check(*entry);
  if (valid.ok()) return Accept(*std::move(entry));
  Reject(name, {entry->version, std::string(base::Message(valid))});
}

void ConfigSubscription::Impl::OnGone(std::string_view node_name) {
  Remove(*model::ConfigNameOfNode(node_name));
}

void ConfigSubscription::Impl::Accept(model::ConfigEntry entry) {
  const std::string name = entry.name;
  next_.rejected.erase(name);
  next_.entries[name] =
      std::make_shared<const model::ConfigEntry>(std::move(entry));
  Note(name);
}

void ConfigSubscription::Impl::Reject(const std::string& name,
                                      RejectedConfig rejected) {
  RejectedConfig& known = next_.rejected[name];
  if (known == rejected) return;  // read again
  base::Log(options_.log, base::LogLevel::kError,
            "a configuration is rejected name=", base::Quoted(name),
            " version=", rejected.version,
            " why=", base::Quoted(rejected.reason));
  known = std::move(rejected);
  Note(name);
}

void ConfigSubscription::Impl::Remove(const std::string& name) {
  unconfirmed_.erase(name);
  const bool was_known = next_.entries.erase(name) > 0;
  const bool was_rejected = next_.rejected.erase(name) > 0;
  if (was_known || was_rejected) Note(name);
}

void ConfigSubscription::Impl::OnSynced() {
  // What only the copy knew was deleted meanwhile.
  for (const std::string& name : std::set(unconfirmed_)) Remove(name);
  synced_ = true;
  next_.source = ConfigView::Source::kZooKeeper;
  next_.stale = false;
  next_.as_of = absl::Now();
  Publish();
}

void ConfigSubscription::Impl::OnDisconnected(const zk::ConnectionInfo& info) {
  if (!std::exchange(synced_, false)) return;
  next_.stale = true;
  next_.as_of = std::min(absl::Now(), std::max(next_.as_of, info.heard_at));
  Publish();
}

void ConfigSubscription::Impl::OnError(std::string_view node_name,
                                       const absl::Status& status) {
  if (!node_name.empty()) {
    unconfirmed_.erase(*model::ConfigNameOfNode(node_name));
    return Reject(*model::ConfigNameOfNode(node_name),
                  {0, std::string(base::Message(status))});
  }
  base::Log(options_.log, base::LogLevel::kError,
            "the configuration cannot be read path=", options_.path,
            " error=", base::Quoted(base::Message(status)));
  if (!std::exchange(synced_, false)) return;
  next_.stale = true;
  next_.as_of = absl::Now();
  Publish();
}

void ConfigSubscription::Impl::Note(const std::string& name) {
  changed_.push_back(name);
  // The first picture comes as a whole; later ones change bit by bit.
  if (next_.source == ConfigView::Source::kZooKeeper) Publish();
}

void ConfigSubscription::Impl::Publish() {
  if (!next_.stale) next_.as_of = absl::Now();
  const auto view = std::make_shared<const ConfigView>(next_);
  bool write_copy = false;
  {
    base::MutexLock lock(&mu_);
    view_ = view;
    write_copy = copy_loop_ != nullptr && !std::exchange(copy_pending_, true);
    published_.NotifyAll();
  }
  if (write_copy) copy_loop_->Post([this] { WriteCopy(); });
  for (const std::string& name : std::exchange(changed_, {})) {
    ConfigUpdate update{.name = name, .entry = view->Find(name)};
    if (const auto rejected = view->rejected.find(name);
        rejected != view->rejected.end())
      update.rejected = rejected->second;
    CallGuarded(options_.log, "on_change", options_.on_change, update);
  }
}

absl::Status ConfigSubscription::Impl::WaitUntilKnown(absl::Time deadline) {
  base::MutexLock lock(&mu_);
  while (view_->source == ConfigView::Source::kNone) {
    const absl::Duration left = deadline - absl::Now();
    if (left <= absl::ZeroDuration())
      return absl::UnavailableError(base::StrCat(
          "the configuration of ", options_.path,
          " is not known: ZooKeeper was not reached, and there is no copy"));
    published_.WaitWithTimeout(&mu_, std::min(left, absl::Hours(1)));
  }
  return absl::OkStatus();
}

void ConfigSubscription::Impl::SetCopyStatus(absl::Status status) {
  base::MutexLock lock(&mu_);
  copy_status_ = std::move(status);
}

void ConfigSubscription::Impl::WriteCopy() {
  ConfigViewPtr view;
  {
    base::MutexLock lock(&mu_);
    copy_pending_ = false;
    view = view_;
  }
  if (view->source != ConfigView::Source::kZooKeeper) return;
  absl::Status status =
      copy_.Write(*view, view->stale ? view->as_of : absl::Now());
  if (!status.ok())
    base::Log(options_.log, base::LogLevel::kError,
              "the copy of the configuration was not written: ",
              base::Message(status));
  SetCopyStatus(std::move(status));
}

void ConfigSubscription::Impl::ScheduleRefresh() {
  copy_loop_->RunAfter(options_.copy_refresh, [this] {
    if (!view()->stale) WriteCopy();
    ScheduleRefresh();
  });
}

absl::StatusOr<std::unique_ptr<ConfigSubscription>> ConfigSubscription::Create(
    Client& client, ConfigSubscriptionOptions options) {
  ROSTER_RETURN_IF_ERROR(Validate(options));
  return base::CatchExhaustion(
      [&]() -> absl::StatusOr<std::unique_ptr<ConfigSubscription>> {
        return std::unique_ptr<ConfigSubscription>(new ConfigSubscription(
            std::make_unique<Impl>(client, std::move(options))));
      });
}

ConfigSubscription::ConfigSubscription(std::unique_ptr<Impl> impl)
    : impl_(std::move(impl)) {}
ConfigSubscription::~ConfigSubscription() = default;
ConfigViewPtr ConfigSubscription::view() const { return impl_->view(); }
absl::Status ConfigSubscription::WaitUntilKnown(absl::Time deadline) {
  return impl_->WaitUntilKnown(deadline);
}
absl::Status ConfigSubscription::copy_status() const {
  return impl_->copy_status();
}

}  // namespace roster::coordination
