#include "monitor/rpc/rpc_server.h"

#include <grpcpp/generic/generic_stub.h>

#include "tests/unit/rpc/rpc_fixture.h"

namespace roster::monitor {
namespace {

using ::roster::testing::StatusIs;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(RpcServerTest, ListensOnAllAddressesAndSaysWhere) {
  auto server = RpcServer::Start({.listen = {"127.0.0.1:0", "[::1]:0"}}, {});
  ASSERT_OK(server);
  const auto& addresses = (*server)->addresses();
  ASSERT_EQ(addresses.size(), 2u);
  EXPECT_THAT(addresses[0], StartsWith("127.0.0.1:"));
  EXPECT_THAT(addresses[0], Not(EndsWith(":0")));
  EXPECT_THAT(addresses[1], StartsWith("[::1]:"));
  for (const std::string& address : addresses) {
    auto channel =
        grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
    EXPECT_TRUE(channel->WaitForConnected(
        absl::ToChronoTime(absl::Now() + testing::kWaitTimeout)))
        << address;
  }
}

TEST(RpcServerTest, NamesTheAddressThatItCannotListenOn) {
  auto first = RpcServer::Start({.listen = {"127.0.0.1:0"}}, {});
  ASSERT_OK(first);
  const std::string taken = (*first)->addresses().front();
  EXPECT_THAT(RpcServer::Start({.listen = {"127.0.0.1:0", taken}}, {}),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr(taken + ": Address already in use; see "
                                         "--grpc-listen")));
  EXPECT_THAT(RpcServer::Start({.listen = {"192.0.2.1:0"}}, {}),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("192.0.2.1:0: Cannot assign requested")));
  EXPECT_THAT(RpcServer::Start({}, {}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

class RpcServerHealthTest : public RpcTest {
 protected:
  // Calls a method by name, with a request of one string field of number 1.
  // The messages of the health service are not packaged.
  std::string HealthOf(const std::string& service) {
    std::string request;
    if (!service.empty())
      request = absl::StrCat("\x0a", std::string(1, service.size()), service);
    const grpc::Slice slice(request);
    grpc::ByteBuffer in(&slice, 1);
    grpc::ByteBuffer out;
    grpc::ClientContext context;
    grpc::CompletionQueue queue;
    grpc::GenericStub stub(grpc::CreateChannel(
        server_->addresses().front(), grpc::InsecureChannelCredentials()));
    auto call = stub.PrepareUnaryCall(&context, "/grpc.health.v1.Health/Check",
                                      in, &queue);
    call->StartCall();
    grpc::Status status;
    call->Finish(&out, &status, nullptr);
    void* tag = nullptr;
    bool ok = false;
    EXPECT_TRUE(queue.Next(&tag, &ok));
    if (!status.ok()) return absl::StrCat("error ", status.error_code());
    std::vector<grpc::Slice> slices;
    EXPECT_TRUE(out.Dump(&slices).ok());
    std::string bytes;
    for (const grpc::Slice& part : slices)
      bytes.append(part.begin(), part.end());
    return bytes == "\x08\x01" ? "SERVING" : "NOT_SERVING";
  }
};

TEST_F(RpcServerHealthTest, ServesHealthPerServiceAlsoWithoutZooKeeper) {
  Serve();
  EXPECT_EQ(HealthOf(""), "SERVING");
  EXPECT_EQ(HealthOf("roster.v1.MembershipService"), "SERVING");
  EXPECT_EQ(HealthOf("nobody"), absl::StrCat("error ", grpc::NOT_FOUND));
}

TEST_F(RpcServerHealthTest, ServesReflection) {
  Serve();
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  auto channel = grpc::CreateChannel(server_->addresses().front(),
                                     grpc::InsecureChannelCredentials());
  grpc::GenericStub stub(channel);
  auto call = stub.PrepareCall(
      &context,
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  void* tag = nullptr;
  bool ok = false;
  call->StartCall(nullptr);
  ASSERT_TRUE(queue.Next(&tag, &ok) && ok);
  const grpc::Slice list_services("\x3a\x01*");  // field 7: list_services
  call->Write(grpc::ByteBuffer(&list_services, 1), nullptr);
  ASSERT_TRUE(queue.Next(&tag, &ok) && ok);
  grpc::ByteBuffer out;
  call->Read(&out, nullptr);
  ASSERT_TRUE(queue.Next(&tag, &ok) && ok);
  std::vector<grpc::Slice> slices;
  ASSERT_TRUE(out.Dump(&slices).ok());
  std::string bytes;
  for (const grpc::Slice& part : slices) bytes.append(part.begin(), part.end());
  EXPECT_THAT(bytes, HasSubstr("roster.v1.MembershipService"));
  EXPECT_THAT(bytes, HasSubstr("grpc.health.v1.Health"));
  context.TryCancel();
  grpc::Status status;
  call->Finish(&status, nullptr);
  queue.Next(&tag, &ok);
}

}  // namespace
}  // namespace roster::monitor
