#include "examples/file_indexer/word_index.h"

#include <algorithm>
#include <functional>

#include "absl/strings/ascii.h"

namespace roster::examples {
namespace {

constexpr size_t kShortestWord = 3;
constexpr size_t kLongestWord = 64;

bool IsWordCharacter(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_';
}

}  // namespace

void WordIndex::Add(std::string_view path, std::string_view content) {
  const auto file = static_cast<uint32_t>(paths_.size());
  paths_.emplace_back(path);
  if (!contents_.insert(std::hash<std::string_view>()(content)).second)
    ++duplicates_;
  if (content.find('\0') != std::string_view::npos) return;
  const char* const end = content.data() + content.size();
  const char* begin = content.data();
  while (begin != end) {
    begin = std::find_if(begin, end, IsWordCharacter);
    const char* const word_end = std::find_if_not(begin, end, IsWordCharacter);
    AddWord({begin, static_cast<size_t>(word_end - begin)}, file);
    begin = word_end;
  }
}

void WordIndex::AddWord(std::string_view word, uint32_t file) {
  if (word.size() < kShortestWord || word.size() > kLongestWord) return;
  std::string key(word);
  absl::AsciiStrToLower(&key);
  const auto it = postings_.find(key);
  const bool seen = it != postings_.end() && it->second.back() == file;
  if (seen || posting_count_ >= max_postings_) return;
  if (it != postings_.end())
    it->second.push_back(file);
  else
    postings_[std::move(key)].push_back(file);
  ++posting_count_;
}

std::vector<std::string> WordIndex::FilesWith(std::string_view word) const {
  std::string key(word);
  absl::AsciiStrToLower(&key);
  std::vector<std::string> files;
  const auto it = postings_.find(key);
  if (it == postings_.end()) return files;
  for (const uint32_t file : it->second) files.push_back(paths_[file]);
  return files;
}

}  // namespace roster::examples
