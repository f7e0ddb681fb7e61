#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "base/mutex.h"

namespace roster::testing {

// ScriptedServer answers each four-letter word as it is told and closes, as a
// ZooKeeper server does. A word that it was not told is met with silence: the
// connection stays open. Listens on 127.0.0.1, or on ::1.
//
// Thread-safety: thread-safe.
class ScriptedServer {
 public:
  using Answers = std::map<std::string, std::string>;

  explicit ScriptedServer(Answers answers, bool ipv6 = false);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::string address() const { return address_; }  // "127.0.0.1:1234"
  void SetAnswers(Answers answers);
  std::vector<std::string> words() const;  // that it was asked so far

 private:
  void Accept();

  std::string address_;  // constant after construction
  int listen_fd_ = -1;   // likewise
  mutable base::Mutex mu_;
  Answers answers_ ABSL_GUARDED_BY(mu_);
  std::vector<std::string> words_ ABSL_GUARDED_BY(mu_);
  std::vector<int> silent_;  // of the acceptor
  std::thread acceptor_;
};

}  // namespace roster::testing
