#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "model/member_record.h"
#include "model/order.h"
#include "monitor/state/cluster_table.h"
#include "monitor/state/event_log.h"

namespace roster::monitor {

inline model::Task MakeTask(
    std::string id, double done,
    model::TaskState state = model::TaskState::kRunning) {
  model::Task task;
  task.id = std::move(id);
  task.name = "work";
  task.done = done;
  task.total = 1000;
  task.state = state;
  return task;
}

inline std::string MakeRecord(
    model::ReportedState state = model::ReportedState::kUp,
    std::vector<model::Task> tasks = {}) {
  model::MemberRecord record;
  record.incarnation = "i-1";
  record.service = "search";
  record.state = state;
  record.applied_epoch = 0;
  record.tasks = std::move(tasks);
  return model::SerializeMemberRecord(record, model::kHardMaxRecordBytes)
      .value();
}

// An order with one hold per owner.
inline std::string MakeOrder(int64_t epoch,
                             const std::vector<std::string>& owners) {
  model::Order order;
  order.epoch = epoch;
  for (const std::string& owner : owners) {
    model::Hold hold;
    hold.id = "h-" + owner;
    hold.owner = owner;
    hold.reason = "kernel upgrade";
    order.holds.push_back(std::move(hold));
  }
  return model::SerializeOrder(order);
}

// A table with a clock of its own, and a ZooKeeper of two numbers: each write
// is a new transaction, as a real one's would be.
class ClusterTableTest : public ::testing::Test {
 protected:
  explicit ClusterTableTest(ClusterTableOptions options = {})
      : table_(WithNames(std::move(options)), events_) {}

  static ClusterTableOptions WithNames(ClusterTableOptions options) {
    options.cluster = "default";
    options.members_path = "/clusterServer";
    return options;
  }

  // The znode was created, with this data.
  void Create(std::string_view name, std::string_view data = MakeRecord(),
              int64_t session = 0x1000) {
    node_ = {};
    node_.czxid = node_.mzxid = ++zxid_;
    node_.ephemeral_owner = session;
    node_.ctime = node_.mtime = now_;
    Write(name, data);
  }
  // The znode that was created last, or Known(), was written once more.
  void Update(std::string_view name, std::string_view data,
              int32_t writes = 1) {
    const MemberPtr known = Find(name);
    ASSERT_NE(known, nullptr);
    node_.czxid = known->czxid;
    node_.version = known->data_version + writes;
    node_.mzxid = zxid_ += writes;
    node_.ephemeral_owner = known->session_id;
    node_.ctime = known->joined_at;
    node_.mtime = now_;
    Write(name, data);
  }
  void Again(std::string_view name) { table_.ApplyNode(name, node_, now_); }
  void Gone(std::string_view name) { table_.ApplyGone(name, now_); }
  void Order(std::string_view name, std::string_view data) {
    table_.ApplyOrder(name, data, now_);
  }
  void NoOrder(std::string_view name) {
    table_.ApplyOrder(name, std::nullopt, now_);
  }
  void Synced() { table_.ApplySynced(now_); }
  void Disconnected() { table_.ApplyDisconnected("cut", now_); }
  void Advance(absl::Duration by) { now_ += by; }
  void Tick(absl::Duration after = absl::ZeroDuration()) {
    Advance(after);
    table_.Tick(now_);
  }

  MemberPtr Find(std::string_view name) {
    return table_.view()->members.Find(name);
  }
  // "JOINED a", "TASK_STARTED a t", "VIEW_SYNCED", ... since the last call.
  std::vector<std::string> NewEvents() {
    std::vector<std::string> lines;
    const auto events = events_.ReadAfter(read_, SIZE_MAX);
    for (const EventPtr& event : *events) {
      std::string line(EventTypeName(event->type));
      if (!event->member.empty()) line += " " + event->member;
      if (!event->task_id.empty()) line += " " + event->task_id;
      lines.push_back(std::move(line));
      read_ = event->sequence;
    }
    return lines;
  }
  EventPtr LastEvent() {
    return events_.ReadAfter(events_.newest() - 1, 1)->front();
  }
  int64_t CountOf(model::MemberStatus status) {
    return table_.view()->count_by_status[static_cast<size_t>(status)];
  }

  absl::Time now_ = absl::FromUnixSeconds(1'800'000'000);
  EventLog events_{"log", 100'000};
  ClusterTable table_;
  ObservedNode node_;
  int64_t zxid_ = 0;
  uint64_t read_ = 0;

 private:
  void Write(std::string_view name, std::string_view data) {
    data_ = data;
    node_.data = data_;
    table_.ApplyNode(name, node_, now_);
  }

  std::string data_;
};

}  // namespace roster::monitor
