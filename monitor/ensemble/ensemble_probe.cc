#include "monitor/ensemble/ensemble_probe.h"

#include <algorithm>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "base/strings.h"

namespace roster::monitor {
namespace {

using State = ZooKeeperServerState;

std::string Address(const zk::ServerName& name) {
  const bool ipv6 = name.host.find(':') != std::string::npos;
  return ipv6 ? base::StrCat("[", name.host, "]:", name.port)
              : base::StrCat(name.host, ":", name.port);
}

// What there is to say of a server that gave no answer.
void ConcludeWithout(const ServerReply& reply, absl::Duration timeout,
                     ZooKeeperServer& server) {
  switch (reply.outcome) {
    case ServerReply::Outcome::kAnswered:
      break;
    case ServerReply::Outcome::kRefused:
      server.state = State::kRefused;
      server.problem = "refuses connections: nothing listens there";
      break;
    case ServerReply::Outcome::kTimedOut:
      server.state = State::kNoAnswer;
      server.problem =
          base::StrCat("no answer in ", absl::FormatDuration(timeout));
      break;
    case ServerReply::Outcome::kUnreachable:
      server.state = State::kUnreachable;
      server.problem = base::StrCat("cannot be reached: ", reply.text);
      break;
  }
}

}  // namespace

EnsembleProbe::EnsembleProbe(EnsembleProbeOptions options)
    : options_(std::move(options)),
      published_(std::make_shared<ZooKeeperServers>()) {
  const auto parsed = zk::ParseConnectionString(options_.servers);
  auto first = std::make_shared<ZooKeeperServers>();
  for (const zk::ServerName& name : parsed->servers) {
    const std::string address = Address(name);
    const bool seen = std::any_of(first->begin(), first->end(),
                                  [&](const ZooKeeperServer& server) {
                                    return server.address == address;
                                  });
    if (seen) continue;
    const size_t index = servers_.size();
    first->push_back({.address = address});
    servers_.push_back(
        {.found = first->back(),
         .resolver = std::make_unique<zk::Resolver>(
             loop_, std::vector<zk::ServerName>{name}, nullptr,
             // A name that is known only now, or that cannot be looked up.
             [this, index] {
               if (!servers_[index].busy) Ask(index);
             })});
  }
  published_.Publish(std::move(first));
}

void EnsembleProbe::Start() {
  started_ = true;
  loop_.Start();
  loop_.Post([this] { AskAll(); });
}

EnsembleProbe::~EnsembleProbe() {
  // A loop that was never started would never run it.
  if (!started_) return;
  loop_.RunAndWait([this] {
    scope_.Reset();
    servers_.clear();
  });
  loop_.Stop();
}

void EnsembleProbe::AskAll() {
  for (size_t i = 0; i < servers_.size(); ++i) {
    servers_[i].resolver->Refresh();
    if (!servers_[i].busy) Ask(i);
  }
  loop_.RunAfter(options_.interval, scope_.Wrap([this] { AskAll(); }));
}

void EnsembleProbe::Ask(size_t index) {
  Server& server = servers_[index];
  const std::vector<std::string>& addresses = server.resolver->servers();
  if (addresses.empty()) {
    // The first look-up may still be under way.
    if (!server.resolver->status().ok())
      Store(index,
            {.address = server.found.address,
             .state = State::kUnreachable,
             .problem = std::string(base::Message(server.resolver->status()))});
    return;
  }
  server.busy = true;
  AskServer(loop_, addresses, "srvr", options_.timeout,
            scope_.Wrap([this, index](const ServerReply& reply) {
              OnSrvr(index, reply);
            }));
}

void EnsembleProbe::OnSrvr(size_t index, const ServerReply& reply) {
  Server& server = servers_[index];
  ZooKeeperServer found{.address = server.found.address};
  if (reply.outcome != ServerReply::Outcome::kAnswered) {
    ConcludeWithout(reply, options_.timeout, found);
    return Store(index, std::move(found));
  }
  const AnswerKind srvr = ReadSrvr(reply.text, found);
  // `mntr` knows the data's size besides, and may be allowed alone.
  if (srvr != AnswerKind::kFigures && srvr != AnswerKind::kNotAllowed) {
    Conclude(srvr, srvr, found);
    return Store(index, std::move(found));
  }
  AskServer(loop_, server.resolver->servers(), "mntr", options_.timeout,
            scope_.Wrap([this, index, srvr,
                         found = std::move(found)](const ServerReply& mntr) {
              OnMntr(index, srvr, found, mntr);
            }));
}

void EnsembleProbe::OnMntr(size_t index, AnswerKind srvr, ZooKeeperServer found,
                           const ServerReply& reply) {
  AnswerKind mntr = AnswerKind::kEmpty;
  if (reply.outcome == ServerReply::Outcome::kAnswered)
    mntr = ReadMntr(reply.text, found);
  Conclude(srvr, mntr, found);
  Store(index, std::move(found));
}

void EnsembleProbe::Store(size_t index, ZooKeeperServer found) {
  Server& server = servers_[index];
  server.busy = false;
  found.asked_at = absl::Now();
  const State before = server.found.state;
  if (found.state != before &&
      !(before == State::kNotAsked && found.state == State::kServing))
    base::Log(options_.log,
              found.state == State::kServing ? base::LogLevel::kInfo
                                             : base::LogLevel::kWarning,
              "zookeeper server address=", found.address,
              " state=", ZooKeeperServerStateName(found.state),
              " role=", ZooKeeperRoleName(found.role), " ", found.problem);
  server.found = std::move(found);
  auto all = std::make_shared<ZooKeeperServers>();
  for (const Server& each : servers_) all->push_back(each.found);
  published_.Publish(std::move(all));
}

}  // namespace roster::monitor
