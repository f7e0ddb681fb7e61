#include "monitor/http/http_worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <stdexcept>

#include "base/mutex.h"
#include "tests/support/eventually.h"

namespace roster::monitor {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class HttpWorkerTest : public ::testing::Test {
 protected:
  // A handler that says how often it ran, and runs only while the gate is open.
  HttpHandler Counting() {
    return [this](const HttpRequest& request) {
      base::MutexLock lock(&mu_);
      ++begun_;
      while (!open_) opened_.Wait(&mu_);
      return HttpResponse{.body = request.query + " " + std::to_string(begun_)};
    };
  }
  void Open() {
    base::MutexLock lock(&mu_);
    open_ = true;
    opened_.NotifyAll();
  }
  int begun() {
    base::MutexLock lock(&mu_);
    return begun_;
  }
  void Ask(const HttpAsyncHandler& handler, const std::string& query) {
    handler({.path = "/x", .query = query}, [this](HttpResponse response) {
      base::MutexLock lock(&mu_);
      bodies_.push_back(std::move(response.body));
    });
  }
  std::vector<std::string> bodies() {
    base::MutexLock lock(&mu_);
    return bodies_;
  }

  base::Mutex mu_;
  base::CondVar opened_;
  bool open_ ABSL_GUARDED_BY(mu_) = false;
  int begun_ ABSL_GUARDED_BY(mu_) = 0;
  std::vector<std::string> bodies_ ABSL_GUARDED_BY(mu_);
  std::unique_ptr<HttpWorker> worker_ = std::make_unique<HttpWorker>(nullptr);
};

TEST_F(HttpWorkerTest, WhoAsksIsNotKeptWaiting) {
  const HttpAsyncHandler handler = worker_->Aside(Counting());
  Ask(handler, "a");  // returns, though the gate is closed
  EVENTUALLY(begun() == 1);
  EXPECT_THAT(bodies(), SizeIs(0));

  Open();

  EVENTUALLY(bodies() == std::vector<std::string>{"a 1"});
}

TEST_F(HttpWorkerTest, ManyWhoAskTheSameShareOneAnswer) {
  const HttpAsyncHandler handler = worker_->Aside(Counting());
  Ask(handler, "a");
  EVENTUALLY(begun() == 1);
  // The first is being made already, and may be older than these want it.
  for (int i = 0; i < 100; ++i) Ask(handler, "a");
  Ask(handler, "b");

  Open();

  EVENTUALLY(bodies().size() == 102);
  std::vector<std::string> later = bodies();
  EXPECT_EQ(later.front(), "a 1");
  EXPECT_EQ(later.back(), "b 3");
  later.erase(later.begin());
  later.pop_back();
  EXPECT_THAT(later, Each("a 2"));
}

TEST_F(HttpWorkerTest, AHandlerThatThrowsEndsNothing) {
  Open();
  Ask(worker_->Aside([](const HttpRequest&) -> HttpResponse {
    throw std::runtime_error("broken");
  }),
      "a");
  EVENTUALLY(bodies().size() == 1);
  EXPECT_THAT(bodies()[0], HasSubstr("internal error"));
  Ask(worker_->Aside(Counting()), "b");
  EVENTUALLY(bodies().size() == 2);
}

TEST_F(HttpWorkerTest, EndsWithoutWhatIsInTheQueue) {
  const HttpAsyncHandler handler = worker_->Aside(Counting());
  Ask(handler, "a");
  EVENTUALLY(begun() == 1);
  Ask(handler, "b");
  Open();

  worker_.reset();

  EXPECT_THAT(bodies(), ::testing::Contains("a 1"));
}

}  // namespace
}  // namespace roster::monitor
