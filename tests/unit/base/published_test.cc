#include "base/published.h"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace roster::base {
namespace {

TEST(PublishedTest, ReadersGetTheNewestAndKeepWhatTheyGot) {
  Published<int> published(std::make_shared<const int>(1));
  const std::shared_ptr<const int> kept = published.Get();

  published.Publish(std::make_shared<const int>(2));

  EXPECT_EQ(*kept, 1);
  EXPECT_EQ(*published.Get(), 2);
}

TEST(PublishedTest, DropsTheFormerValueOnceNobodyReadsIt) {
  Published<int> published(std::make_shared<const int>(1));
  const std::weak_ptr<const int> former = published.Get();

  published.Publish(std::make_shared<const int>(2));

  EXPECT_TRUE(former.expired());
}

TEST(PublishedTest, ManyReadersNeverSeeTheValueGoBack) {
  constexpr int kLast = 2000;
  Published<int> published(std::make_shared<const int>(0));
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([&] {
      for (int seen = 0; seen < kLast;) {
        const int now = *published.Get();
        ASSERT_GE(now, seen);
        seen = now;
      }
    });
  }

  for (int i = 1; i <= kLast; ++i) {
    published.Publish(std::make_shared<const int>(i));
  }
  for (std::thread& reader : readers) reader.join();

  EXPECT_EQ(*published.Get(), kLast);
}

}  // namespace
}  // namespace roster::base
