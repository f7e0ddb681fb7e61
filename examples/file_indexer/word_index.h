#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"

namespace roster::examples {

// WordIndex is an inverted index: for each word, the files that contain it. It
// also finds files of equal content. Words are runs of at least three ASCII
// letters, digits and underscores, without regard to case.
//
// It bounds its memory: after `max_postings` it keeps counting but remembers
// no more places.
//
// Thread-safety: thread-compatible.
class WordIndex {
 public:
  explicit WordIndex(size_t max_postings) : max_postings_(max_postings) {}

  // Adds a file. Content with a NUL byte is not text and gets no words.
  void Add(std::string_view path, std::string_view content);

  // Paths of the files that contain `word`, in the order they were added.
  std::vector<std::string> FilesWith(std::string_view word) const;

  size_t files() const { return paths_.size(); }
  size_t distinct_words() const { return postings_.size(); }
  size_t postings() const { return posting_count_; }
  // Files whose content equals that of a file added before (by hash).
  size_t duplicate_files() const { return duplicates_; }

 private:
  void AddWord(std::string_view word, uint32_t file);

  const size_t max_postings_;
  std::vector<std::string> paths_;
  absl::flat_hash_map<std::string, std::vector<uint32_t>> postings_;
  absl::flat_hash_set<uint64_t> contents_;
  size_t posting_count_ = 0;
  size_t duplicates_ = 0;
};

}  // namespace roster::examples
