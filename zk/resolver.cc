#include "zk/resolver.h"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <system_error>
#include <thread>
#include <utility>

#include "base/mutex.h"
#include "base/strings.h"

namespace roster::zk {

absl::StatusOr<std::vector<std::string>> LookUpHost(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found);
  if (error != 0)
    return absl::UnavailableError(
        base::StrCat("cannot resolve \"", host, "\": ", gai_strerror(error)));
  std::vector<std::string> addresses;
  for (const addrinfo* entry = found; entry; entry = entry->ai_next) {
    char text[NI_MAXHOST];
    if (getnameinfo(entry->ai_addr, entry->ai_addrlen, text, sizeof(text),
                    nullptr, 0, NI_NUMERICHOST) == 0)
      addresses.push_back(text);
  }
  freeaddrinfo(found);
  if (addresses.empty())
    return absl::UnavailableError(
        base::StrCat("\"", host, "\" has no address"));
  return addresses;
}

// The one thing a lookup thread shares with the resolver. The loop may be used
// while `resolver` is set: ~Resolver() clears it under the lock, and the loop
// outlives the resolver.
struct Resolver::Mailbox {
  using Answer = absl::StatusOr<std::vector<std::string>>;

  // Hands an answer over to the loop. On any thread.
  static void Deliver(const std::shared_ptr<Mailbox>& self, size_t index,
                      Answer answer) {
    base::MutexLock lock(&self->mu);
    if (self->resolver == nullptr) return;
    self->resolver->loop_.Post(
        [self, index, answer = std::move(answer)]() mutable {
          // Cleared on this very loop, so it cannot go in between.
          if (Resolver* resolver = self->Get())
            resolver->OnAnswer(index, std::move(answer));
        });
  }

  Resolver* Get() {
    base::MutexLock lock(&mu);
    return resolver;
  }

  base::Mutex mu;
  Resolver* resolver ABSL_GUARDED_BY(mu) = nullptr;
};

Resolver::Resolver(base::Loop& loop, std::vector<ServerName> servers,
                   LookupFunction lookup, std::function<void()> on_change)
    : loop_(loop),
      lookup_(lookup ? std::move(lookup) : LookUpHost),
      on_change_(std::move(on_change)),
      mailbox_(std::make_shared<Mailbox>()) {
  for (ServerName& name : servers) {
    Entry entry{std::move(name), {}, false};
    if (entry.name.is_address) entry.addresses = {entry.name.host};
    entries_.push_back(std::move(entry));
  }
  {
    base::MutexLock lock(&mailbox_->mu);
    mailbox_->resolver = this;
  }
  Rebuild();
}

Resolver::~Resolver() {
  base::MutexLock lock(&mailbox_->mu);
  mailbox_->resolver = nullptr;
}

void Resolver::Refresh() {
  for (size_t i = 0; i < entries_.size(); ++i)
    if (!entries_[i].name.is_address && !entries_[i].busy) StartLookup(i);
}

void Resolver::StartLookup(size_t index) {
  entries_[index].busy = true;
  auto work = [mailbox = mailbox_, lookup = lookup_, index,
               host = entries_[index].name.host] {
    Mailbox::Deliver(mailbox, index, lookup(host));
  };
  try {
    // Detached: nobody can wait for a name server that does not answer.
    std::thread(std::move(work)).detach();
  } catch (const std::system_error& error) {
    Mailbox::Deliver(mailbox_, index,
                     absl::ResourceExhaustedError(base::StrCat(
                         "cannot start a lookup: ", error.what())));
  }
}

void Resolver::OnAnswer(size_t index,
                        absl::StatusOr<std::vector<std::string>> addresses) {
  Entry& entry = entries_[index];
  entry.busy = false;
  status_ = addresses.status();
  if (addresses.ok()) {
    entry.addresses = *std::move(addresses);
    // In a fixed order, so that a rotating name server changes nothing.
    std::sort(entry.addresses.begin(), entry.addresses.end());
    const std::vector<std::string> before = servers_;
    Rebuild();
    if (servers_ == before) return;
  }
  on_change_();
}

void Resolver::Rebuild() {
  servers_.clear();
  for (const Entry& entry : entries_)
    for (const std::string& address : entry.addresses)
      servers_.push_back(base::StrCat(address, ":", entry.name.port));
}

}  // namespace roster::zk
