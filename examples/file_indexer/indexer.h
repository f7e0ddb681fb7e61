#pragma once

#include <deque>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "examples/file_indexer/drain_desk.h"
#include "examples/file_indexer/stop_signal.h"
#include "examples/file_indexer/word_index.h"
#include "registrar/registrar.h"

namespace roster::examples {

struct IndexerOptions {
  std::vector<std::string> directories = {"/usr/share/doc", "/usr/include"};
  double pace = 0;  // files per second; 0: as fast as it goes
  int passes = 0;   // 0: until stopped
  // Files taken on at a time: a drain finishes those and takes no others.
  int batch = 100;
  // Return from Run() when drained, if operators want the process restarted.
  bool exit_when_drained = false;
};

// Indexer is the work of the service, and the worker's side of obeying orders.
// It reads all files below the directories, over and over, and reports a task
// for each directory.
//
// Told to drain, it finishes the files that it has taken on, if the order lets
// it, ends the task there, says that it is done, and waits. The files it had
// not taken yet are not lost: it goes on with them in a task of their own.
//
// Thread-safety: for one thread; the desk is filled by another.
class Indexer {
 public:
  // What is referred to must outlive this.
  Indexer(const IndexerOptions& options, registrar::Registrar& registrar,
          DrainDesk& desk, StopSignal& stop);

  // Returns when all passes are done, the process was asked to stop, or it is
  // drained and should end.
  void Run();

 private:
  // These return false when Run() should return.
  bool WaitWhileDraining();
  bool WaitUntilDrainedIsWritten();
  bool IndexDirectory(const std::string& directory, WordIndex& index);
  bool IndexBatches(const std::string& directory,
                    std::deque<std::string>& files, WordIndex& index);
  bool IndexFile(const std::string& path, registrar::Task& task,
                 WordIndex& index);

  // Operators want it to go at once, or its time is up.
  bool MustDropWork() const;
  void Report(const WordIndex& index);

  const IndexerOptions& options_;
  registrar::Registrar& registrar_;
  DrainDesk& desk_;
  StopSignal& stop_;
  double bytes_read_ = 0;
};

}  // namespace roster::examples
