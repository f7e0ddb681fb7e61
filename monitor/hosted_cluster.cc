#include "monitor/hosted_cluster.h"

#include <utility>

#include "base/strings.h"
#include "model/paths.h"

namespace roster::monitor {

HostedCluster::HostedCluster(base::Loop& watch_loop, EventLog& events,
                             HostedClusterOptions options)
    : watch_loop_(watch_loop),
      options_(std::move(options)),
      table_(std::make_unique<ClusterTable>(options_.table, events)),
      controller_(std::make_unique<Controller>(
          watch_loop, *table_,
          ControllerOptions{
              .store = {.cluster = options_.table.cluster,
                        .members_path = options_.table.members_path,
                        .paths = paths(),
                        .own_places = OwnPlaces(),
                        .monitor_id = options_.monitor_id,
                        .controllers = options_.controllers,
                        .log = options_.log},
              .session = options_.session,
              .fence =
                  [this](auto done) { watcher_->Fence(std::move(done)); }})),
      inspector_(std::make_unique<Inspector>(
          *controller_, InspectorOptions{.paths = paths(),
                                         .view = [this] { return view(); }})),
      leadership_(std::make_unique<Leadership>(
          watch_loop, *controller_,
          LeadershipOptions{
              .paths = paths(),
              .view = [this] { return view(); },
              .copy_file = options_.data_folder.empty()
                               ? ""
                               : base::StrCat(options_.data_folder, "/leaders-",
                                              name(), ".json"),
              .origin = base::StrCat(options_.session.servers, " ",
                                     paths().elections),
              .log = options_.log})) {}

HostedCluster::~HostedCluster() { Close(); }

model::ClusterPaths HostedCluster::paths() const {
  return model::ClusterPaths(options_.state_path, options_.table.cluster);
}

std::vector<std::string> HostedCluster::OwnPlaces() const {
  std::vector<std::string> places = options_.all_members_paths;
  places.push_back(options_.state_path);
  return places;
}

void HostedCluster::Watch(zk::Session& session,
                          std::function<void(absl::Duration)> on_published) {
  watcher_ = std::make_unique<ClusterWatcher>(
      watch_loop_, session, *table_,
      ClusterWatcherOptions{.members_path = options_.table.members_path,
                            .paths = paths(),
                            .log = options_.log,
                            .on_published = std::move(on_published)});
  leadership_->Watch(session);
}

void HostedCluster::StopWatching() {
  leadership_->StopWatching();
  watcher_.reset();
}

void HostedCluster::LookForMembers(zk::Session& session) {
  const std::string& path = options_.table.members_path;
  if (options_.make_members_path) {
    session.CreateWithParents(path, [](absl::Status) {});
    return;
  }
  session.Exists(path, /*watcher=*/0,
                 [log = options_.log, path](absl::StatusOr<zk::Stat> stat) {
                   if (absl::IsNotFound(stat.status()))
                     base::Log(log, base::LogLevel::kWarning,
                               "no member has ever registered here; is "
                               "--cluster right? path=",
                               path);
                 });
}

void HostedCluster::Start(std::string monitor_record) {
  controller_->Start(std::move(monitor_record));
}

void HostedCluster::Close() {
  controller_->Close();
  inspector_->Close();
  leadership_->Close();
}

}  // namespace roster::monitor
