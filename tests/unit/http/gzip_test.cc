#include "monitor/http/gzip.h"

#include <gtest/gtest.h>

#include "tests/unit/http/http_client.h"

namespace roster::monitor {
namespace {

TEST(GzipTest, KnowsWhoCanReadIt) {
  for (const char* yes :
       {"gzip", "GZIP", "deflate, gzip;q=0.5", "gzip;q=1.0, *;q=0", "*",
        "br , gzip", "x-gzip", "gzip;foo=bar"})
    EXPECT_TRUE(AcceptsGzip(yes)) << yes;
  for (const char* no : {"", "identity", "deflate, br", "gzip;q=0",
                         "gzip; q=0.000, *", "*;q=0", "gzip;q=x", "gzipped"})
    EXPECT_FALSE(AcceptsGzip(no)) << no;
}

TEST(GzipTest, ReadsBackAsItWas) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += std::to_string(i * 7919);

  const std::string packed = Gzip(text);

  EXPECT_LT(packed.size(), text.size());
  EXPECT_EQ(Gunzip(packed), text);
}

}  // namespace
}  // namespace roster::monitor
