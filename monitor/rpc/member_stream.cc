#include "monitor/rpc/member_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "monitor/rpc/member_codec.h"
#include "monitor/rpc/tokens.h"

namespace roster::monitor {
namespace {

using roster::v1::WatchMembersResponse;

const grpc::Slice& ResetMessage() {
  static const auto* message = [] {
    WatchMembersResponse reset;
    reset.mutable_reset();
    return new grpc::Slice(EncodeMessage(reset));
  }();
  return *message;
}

const grpc::Slice& SyncedMessage() {
  static const auto* message = [] {
    WatchMembersResponse synced;
    synced.mutable_synced();
    return new grpc::Slice(EncodeMessage(synced));
  }();
  return *message;
}

const grpc::Slice& BookmarkMessage() {
  static const auto* message = [] {
    WatchMembersResponse bookmark;
    bookmark.mutable_bookmark();
    return new grpc::Slice(EncodeMessage(bookmark));
  }();
  return *message;
}

}  // namespace

std::string TokenPrefix(const MemberFeed& feed, const Selector& selector) {
  return absl::StrCat(feed.stream_id, "/",
                      absl::Hex(Fingerprint(selector.text())));
}

MemberStream::MemberStream(const MemberFeed& feed, Selector selector,
                           std::optional<ChangeRing::Cursor> resume)
    : StreamReactor(feed.lot, feed.counters, feed.counters.member_streams,
                    feed.bookmark_interval),
      feed_(feed),
      token_prefix_(TokenPrefix(feed, selector)),
      cursor_(feed.ring, feed.counters, std::move(selector), resume) {}

std::optional<absl::Status> MemberStream::Next(bool bookmark_due,
                                               grpc::WriteOptions& options) {
  const std::optional<MemberStep> step = cursor_.Next(bookmark_due);
  if (!step) return std::nullopt;
  // Thousands of readers may be behind: fewer, larger packets let them catch
  // up.
  if (cursor_.more_follows()) options.set_buffer_hint();
  Compose(Encode(*step), step->resumable);
  if (step->change && waiting())
    counters().ObserveWriteLatency(MonotonicNow() - step->change->published());
  return absl::OkStatus();
}

grpc::Slice MemberStream::Encode(const MemberStep& step) const {
  switch (step.kind) {
    case MemberStep::Kind::kReset:
      return ResetMessage();
    case MemberStep::Kind::kSynced:
      return SyncedMessage();
    case MemberStep::Kind::kBookmark:
      return BookmarkMessage();
    case MemberStep::Kind::kRemoved:
      return EncodeRemovalMessage(step.change->key());
    case MemberStep::Kind::kMember: {
      const auto encode = [&] { return EncodeMemberMessage(*step.member); };
      return step.change ? feed_.encoded.Get(step.change->revision(), encode)
                         : encode();
    }
    case MemberStep::Kind::kView:
      break;
  }
  if (step.change) return step.change->view_message();
  WatchMembersResponse response;
  EncodeViewInfo(*step.view, feed_.view_id, response.mutable_view());
  return EncodeMessage(response);
}

void MemberStream::Compose(const grpc::Slice& encoded, bool with_token) {
  if (!with_token) {
    message() = grpc::ByteBuffer(&encoded, 1);
    return;
  }
  // Parts of a message may be concatenated: the shared part of the message is
  // not copied to append the token.
  WatchMembersResponse token;
  token.set_resume_token(MakeResumeToken(token_prefix_, cursor_.revision()));
  const grpc::Slice slices[] = {encoded, EncodeMessage(token)};
  message() = grpc::ByteBuffer(slices, 2);
}

}  // namespace roster::monitor
