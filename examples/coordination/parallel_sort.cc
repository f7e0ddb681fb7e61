// parallel_sort sorts the lines of a file by several processes, on hosts that
// mount the same disk; each runs
//
//   parallel_sort --barrier /roster/default/barriers/sort --workers 3
//       --worker 0 huge.txt sorted.txt
//
// with another --worker, from 0. Each sorts its share of the input into a run;
// when all have (Enter), each takes the lines that fall into its range out of
// all runs; when all have (Leave), worker 0 joins the ranges.
//
// The barrier does not tell whether a worker did its part: one that died is
// taken for one that left. So worker 0 looks for every part, and fails without
// touching the output if one is missing.
//
// Exit codes: 0; 1 if a part is missing; 75 if too few came, or stayed for
// ever.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "coordination/double_barrier.h"
#include "examples/coordination/connect.h"

namespace roster::examples {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

struct Job {
  std::string input, output;
  size_t workers = 1;
  size_t worker = 0;

  std::string Run(size_t of) const { return absl::StrCat(output, ".run", of); }
  std::string Part(size_t of) const {
    return absl::StrCat(output, ".part", of);
  }
};

Lines Read(const std::string& file) {
  std::ifstream in(file);
  Lines lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// Complete under its name, or not there.
void Write(const std::string& file, const Lines& lines) {
  {
    std::ofstream out(file + ".new", std::ios::trunc);
    for (const std::string& line : lines) out << line << '\n';
  }
  fs::rename(file + ".new", file);
}

// The lines that begin in this worker's share of the bytes.
Lines ReadShare(const Job& job) {
  const uintmax_t size = fs::file_size(job.input);
  const uintmax_t begin = size * job.worker / job.workers;
  const uintmax_t end = size * (job.worker + 1) / job.workers;
  std::ifstream in(job.input);
  Lines lines;
  std::string line;
  if (begin > 0) {  // from the byte before: a line may begin at `begin`
    in.seekg(static_cast<std::streamoff>(begin - 1));
    std::getline(in, line);
  }
  while (static_cast<uintmax_t>(in.tellg()) < end && std::getline(in, line))
    lines.push_back(line);
  return lines;
}

// What falls into this worker's range of all runs. The bounds come from samples
// of the runs, so all workers find the same ones.
Lines TakeRange(const Job& job) {
  std::vector<Lines> runs;
  Lines samples;
  for (size_t i = 0; i < job.workers; ++i) {
    runs.push_back(Read(job.Run(i)));
    for (size_t j = 1; j <= 16 && !runs[i].empty(); ++j)
      samples.push_back(runs[i][(runs[i].size() - 1) * j / 16]);
  }
  std::sort(samples.begin(), samples.end());
  const auto bound = [&](size_t worker) {
    return samples[samples.size() * worker / job.workers];
  };
  Lines range;
  for (const Lines& run : runs) {
    const auto first =
        job.worker == 0 || samples.empty()
            ? run.begin()
            : std::lower_bound(run.begin(), run.end(), bound(job.worker));
    const auto last =
        job.worker + 1 == job.workers || samples.empty()
            ? run.end()
            : std::lower_bound(run.begin(), run.end(), bound(job.worker + 1));
    const auto middle = range.insert(range.end(), first, std::max(first, last));
    std::inplace_merge(range.begin(), middle, range.end());
  }
  return range;
}

int Join(const Job& job) {
  std::ofstream out(job.output + ".new", std::ios::trunc);
  for (size_t i = 0; i < job.workers; ++i) {
    if (!fs::exists(job.Part(i)))
      return Fail(1, job.Part(i), absl::DataLossError("its worker died"));
    for (const std::string& line : Read(job.Part(i))) out << line << '\n';
  }
  out.close();
  fs::rename(job.output + ".new", job.output);
  for (size_t i = 0; i < job.workers; ++i) fs::remove(job.Part(i));
  return 0;
}

int Sort(const Job& job, coordination::DoubleBarrier& barrier,
         absl::Duration patience) {
  fs::remove(job.Part(job.worker));  // of a former try
  Lines share = ReadShare(job);
  std::sort(share.begin(), share.end());
  Write(job.Run(job.worker), share);
  if (const auto all = barrier.Enter(absl::Now() + patience); !all.ok())
    return Fail(kNotHad, "too few workers", all);
  Write(job.Part(job.worker), TakeRange(job));
  if (const auto all = barrier.Leave(absl::Now() + patience); !all.ok())
    return Fail(kNotHad, "a worker does not end", all);
  fs::remove(job.Run(job.worker));
  return job.worker == 0 ? Join(job) : 0;
}

int Main(int argc, char** argv) {
  std::string servers = "127.0.0.1:2181", path;
  double wait = 3600;
  Job job;
  CLI::App app{"Sorts the lines of a file by several processes."};
  app.add_option("--zookeeper", servers, "host:port,...[/chroot]")
      ->capture_default_str();
  app.add_option("--barrier", path, "its path")->required();
  app.add_option("--workers", job.workers, "how many there are")
      ->required()
      ->check(CLI::PositiveNumber);
  app.add_option("--worker", job.worker, "which of them this is, from 0")
      ->required();
  app.add_option("--wait", wait, "seconds to wait for the others")
      ->capture_default_str();
  app.add_option("input", job.input)->required()->check(CLI::ExistingFile);
  app.add_option("output", job.output)->required();
  CLI11_PARSE(app, argc, argv);

  const auto client = ConnectOrExit(servers);
  coordination::DoubleBarrier barrier(*client, path, job.workers);
  return Sort(job, barrier, absl::Seconds(wait));
}

}  // namespace
}  // namespace roster::examples

int main(int argc, char** argv) { return roster::examples::Main(argc, argv); }
