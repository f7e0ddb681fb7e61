// gRPC over TLS: who a caller is, and what it may do.

#include "base/strings.h"
#include "tests/e2e/control_fixture.h"

namespace roster::testing {
namespace {

using ::testing::HasSubstr;

// An authority and what it has signed, made by openssl(1).
class Certificates {
 public:
  Certificates() {
    Run({"req", "-x509", "-newkey", "ec", "-pkeyopt",
         "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
         "/CN=test authority", "-keyout", Path("ca.key"), "-out",
         Path("ca.pem")});
    for (const char* name : {"server", "alice", "bob"}) {
      Run({"req",
           "-x509",
           "-newkey",
           "ec",
           "-pkeyopt",
           "ec_paramgen_curve:prime256v1",
           "-nodes",
           "-days",
           "2",
           "-subj",
           base::StrCat("/CN=", name),
           "-addext",
           base::StrCat("subjectAltName=DNS:", name),
           "-CA",
           Path("ca.pem"),
           "-CAkey",
           Path("ca.key"),
           "-keyout",
           Path(base::StrCat(name, ".key")),
           "-out",
           Path(base::StrCat(name, ".pem"))});
    }
  }

  std::string Path(std::string_view file) const {
    return (dir_.path() / file).string();
  }
  // Flags of rosterctl; "": without a certificate.
  std::vector<std::string> Of(const std::string& name) const {
    std::vector<std::string> flags = {"--tls-ca", Path("ca.pem"),
                                      "--tls-server-name", "server"};
    if (!name.empty())
      flags.insert(flags.end(), {"--tls-certificate", Path(name + ".pem"),
                                 "--tls-key", Path(name + ".key")});
    return flags;
  }

 private:
  static void Run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "openssl");
    const auto result = RunCommand(arguments);
    ASSERT_OK(result.status());
    ASSERT_EQ(result->status.code, 0) << result->err;
  }

  TempDir dir_{"roster-tls"};
};

class TlsTest : public ::testing::Test {
 protected:
  TlsTest()
      : chroot_(ZkServer::Shared().NewChroot("tls")),
        probe_(ZkServer::Shared().ConnectString(chroot_)) {
    EXPECT_OK(probe_.CreateWithParents("/clusterServer"));
    EXPECT_OK(probe_.Create("/clusterServer/web-01", "", NodeKind::kEphemeral)
                  .status());
    rosterd_ = RosterdProcess::Watching(
        ZkServer::Shared().ConnectString(chroot_),
        {"--tls-certificate", certificates_.Path("server.pem"), "--tls-key",
         certificates_.Path("server.key"), "--tls-client-ca",
         certificates_.Path("ca.pem"), "--controller", "alice"});
    EXPECT_TRUE(WaitUntil(
        [&] {
          return Ask("alice", {"member", "web-01"}).status.code == 0;
        },
        "web-01 is shown"));
  }

  CommandResult Ask(const std::string& name,
                    std::vector<std::string> arguments) {
    for (const std::string& flag : certificates_.Of(name))
      arguments.push_back(flag);
    return rosterd_->Rosterctl(arguments);
  }

  const Certificates certificates_;
  const std::string chroot_;
  ZkProbe probe_;
  std::unique_ptr<RosterdProcess> rosterd_;
};

TEST_F(TlsTest, TheNameInTheCertificateIsTheActor) {
  const CommandResult drained = Ask(
      "alice",
      {"offline", "web-01", "--reason", "disk", "--as", "mallory", "--detach"});
  EXPECT_EQ(drained.status.code, 0) << drained.err;
  const CommandResult audit = Ask("alice", {"audit", "-o", "json"});
  EXPECT_THAT(audit.out, HasSubstr("\"actor\": \"alice\""));
  EXPECT_THAT(audit.out, HasSubstr("\"authenticated\": true"));
}

TEST_F(TlsTest, F64_AViewerMayLookAndIsRefusedAndAudited) {
  EXPECT_EQ(Ask("bob", {"members"}).status.code, 0);
  const CommandResult refused =
      Ask("bob", {"offline", "web-01", "--reason", "disk", "--detach"});
  EXPECT_EQ(refused.status.code, 6) << refused.err;
  EXPECT_THAT(refused.err, HasSubstr("may look but not change"));
  const CommandResult audit = Ask("alice", {"audit", "-o", "json"});
  EXPECT_THAT(audit.out, HasSubstr("\"actor\": \"bob\""));
  EXPECT_THAT(audit.out, HasSubstr("PERMISSION_DENIED"));
  EXPECT_FALSE(probe_.Exists("/roster/default/control/web-01"));
}

TEST_F(TlsTest, F64_WithoutACertificateNobodyIsAnswered) {
  EXPECT_NE(Ask("", {"members"}).status.code, 0);
  // Nor in plaintext.
  EXPECT_NE(rosterd_->Rosterctl({"members"}).status.code, 0);
}

TEST_F(TlsTest, AFileThatIsNoCertificateNamesItself) {
  const CommandResult result = rosterd_->Rosterctl(
      {"members", "--tls-ca", certificates_.Path("missing.pem")});
  EXPECT_EQ(result.status.code, 2);
  EXPECT_THAT(result.err, HasSubstr("missing.pem"));
}

}  // namespace
}  // namespace roster::testing
