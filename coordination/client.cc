#include "coordination/client.h"

#include <utility>

#include "base/exhaustion.h"
#include "base/status_macros.h"

namespace roster::coordination {

struct Client::Owned {
  base::Loop loop{"coordination"};
  std::unique_ptr<zk::Session> session;  // confined to loop
};

absl::StatusOr<std::unique_ptr<Client>> Client::Connect(
    zk::SessionOptions options) {
  ROSTER_RETURN_IF_ERROR(options.Validate());
  return base::CatchExhaustion(
      [&]() -> absl::StatusOr<std::unique_ptr<Client>> {
        auto owned = std::make_unique<Owned>();
        owned->loop.Start();
        owned->loop.RunAndWait([&] {
          owned->session =
              std::make_unique<zk::Session>(owned->loop, std::move(options));
          owned->session->Start();
        });
        return std::unique_ptr<Client>(new Client(std::move(owned)));
      });
}

Client::Client(std::unique_ptr<Owned> owned)
    : owned_(std::move(owned)),
      loop_(owned_->loop),
      session_(*owned_->session),
      blocking_(loop_, session_) {}

Client::Client(base::Loop& loop, zk::Session& session)
    : loop_(loop), session_(session), blocking_(loop, session) {}

Client::~Client() {
  blocking_.Close();
  if (owned_ != nullptr) loop_.RunAndWait([this] { owned_->session.reset(); });
}

}  // namespace roster::coordination
