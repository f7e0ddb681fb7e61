// Replays the fuzzer's corpus, so that what it once found stays found.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace roster {
namespace {

TEST(CodecCorpusTest, EveryInputKeepsThePromises) {
  int inputs = 0;
  for (const auto& entry :
       std::filesystem::directory_iterator(ROSTER_FUZZ_CORPUS)) {
    SCOPED_TRACE(entry.path().filename().string());
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string bytes((std::istreambuf_iterator<char>(file)), {});
    EXPECT_EQ(LLVMFuzzerTestOneInput(
                  reinterpret_cast<const uint8_t*>(bytes.data()), bytes.size()),
              0);
    ++inputs;
  }
  EXPECT_GE(inputs, 80) << "the corpus is not complete";
}

}  // namespace
}  // namespace roster
