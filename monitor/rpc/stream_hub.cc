#include "monitor/rpc/stream_hub.h"

#include <memory>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "monitor/rpc/member_codec.h"
#include "monitor/rpc/monotonic.h"
#include "monitor/rpc/tokens.h"

namespace roster::monitor {

StreamHub::StreamHub(StreamHubOptions options,
                     std::function<ClusterViewPtr()> view, base::Loop& loop,
                     RpcCounters& counters)
    : options_(std::move(options)),
      view_(std::move(view)),
      ring_(options_.ring_capacity, view_()),
      lot_(loop),
      feed_{ring_,
            encoded_,
            lot_,
            counters,
            options_.view_id,
            absl::StrCat(options_.view_id, "/", options_.cluster),
            options_.bookmark_interval} {}

void StreamHub::Publish(const MemberChange& change) {
  ring_.Append(std::make_shared<Change>(change, MonotonicNow()), view_());
  lot_.Notify();
}

void StreamHub::PublishView(const ClusterViewPtr& view) {
  guard_ = view->guard;
  roster::v1::ViewInfo info;
  EncodeViewInfo(*view, options_.view_id, &info);
  ring_.Append(std::make_shared<Change>(view->revision, info, MonotonicNow()),
               view);
  lot_.Notify();
}

void StreamHub::PublishGuard(const ClusterViewPtr& view) {
  if (view->guard != guard_) PublishView(view);
}

absl::StatusOr<std::optional<ChangeRing::Cursor>> StreamHub::Resume(
    const Selector& selector, const std::string& resume_token) const {
  if (resume_token.empty()) return std::nullopt;
  ROSTER_ASSIGN_OR_RETURN(const ResumeToken token,
                          ParseResumeToken(resume_token));
  if (token.stream != TokenPrefix(feed_, selector)) return std::nullopt;
  return ring_.Find(token.number);
}

absl::StatusOr<grpc::ServerWriteReactor<grpc::ByteBuffer>*> StreamHub::Watch(
    Selector selector, const std::string& resume_token) {
  ROSTER_ASSIGN_OR_RETURN(const auto cursor, Resume(selector, resume_token));
  auto* stream = new MemberStream(feed_, std::move(selector), cursor);
  stream->Advance();
  return stream;
}

absl::StatusOr<MemberCursor> StreamHub::OpenCursor(
    Selector selector, const std::string& resume_token) {
  ROSTER_ASSIGN_OR_RETURN(const auto cursor, Resume(selector, resume_token));
  return MemberCursor(ring_, feed_.counters, std::move(selector), cursor);
}

std::string StreamHub::TokenPrefixFor(const Selector& selector) const {
  return TokenPrefix(feed_, selector);
}

}  // namespace roster::monitor
