#include "monitor/gateway/text_cache.h"

#include <utility>

#include "monitor/gateway/json.h"
#include "monitor/rpc/event_codec.h"
#include "monitor/rpc/member_codec.h"

namespace roster::monitor {
namespace {

// Readers of events are seldom far behind.
constexpr size_t kMaxEvents = 1024;

}  // namespace

TextCache::Text TextCache::Of(const MemberPtr& member) {
  const std::string key = *member->cluster + "/" + member->name;
  if (const auto found = members_.find(key);
      found != members_.end() && found->second.of == member)
    return found->second.text;
  roster::v1::Member message;
  EncodeMember(*member, &message);
  auto text = std::make_shared<const std::string>(ToJson(message));
  Keep(key, member, text);
  return text;
}

TextCache::Text TextCache::Of(const EventPtr& event,
                              const std::string& log_id) {
  if (const auto found = events_.find(event->sequence); found != events_.end())
    return found->second;
  roster::v1::Event message;
  EncodeEvent(*event, log_id, &message);
  auto text = std::make_shared<const std::string>(ToJson(message));
  if (events_.size() >= kMaxEvents) events_.clear();
  events_[event->sequence] = text;
  return text;
}

void TextCache::Keep(const std::string& key, std::shared_ptr<const void> of,
                     Text text) {
  if (bytes_ + text->size() > max_bytes_) Clear();
  Entry& entry = members_[key];
  if (entry.text) bytes_ -= entry.text->size();
  bytes_ += text->size();
  entry = {.of = std::move(of), .text = std::move(text)};
}

void TextCache::Clear() {
  members_.clear();
  events_.clear();
  bytes_ = 0;
}

}  // namespace roster::monitor
