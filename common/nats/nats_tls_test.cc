// Certificates towards a real server that asks for them, and their end.
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/nats/nats_test_server.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kSoon = absl::Seconds(20);

class NatsTlsTest : public testing::Test {
 protected:
  enum class Authority { kOfTheServer, kOfItsOwn };

  NatsTlsTest() : server_(MakeServerFiles()) { MakeFiles("client", "aggregator"); }

  // DIR/ca.pem and DIR/NAME.pem.
  void MakeFiles(const std::string& dir, const std::string& name,
                 Authority authority = Authority::kOfTheServer) {
    std::filesystem::remove_all(folder_.Sub(dir));
    std::filesystem::create_directory(folder_.Sub(dir));
    if (authority == Authority::kOfTheServer) {
      for (const char* file : {"/ca.pem", "/ca.key"})
        std::filesystem::copy(folder_.Sub("server") + file, folder_.Sub(dir) + file);
    }
    const std::string command =
        absl::StrCat("scripts/make_certificates.sh ", folder_.Sub(dir), " ", name, " >/dev/null");
    if (std::system(command.c_str()) != 0) throw std::runtime_error("no certificates: " + command);
  }
  std::string MakeServerFiles() {
    MakeFiles("server", "localhost", Authority::kOfItsOwn);
    const std::string own = folder_.Sub("server/localhost.pem");
    return absl::StrCat("tls { cert_file: \"", own, "\", key_file: \"", own, "\", ca_file: \"",
                        folder_.Sub("server/ca.pem"), "\", verify: true }\n");
  }
  // How often the server would not take a client's certificate.
  int TriesRefused() const {
    const std::vector<std::string> parts = absl::StrSplit(server_.Log(), "TLS handshake error");
    return static_cast<int>(parts.size()) - 1;
  }
  // As when all certificates have ended: the server takes none of the old ones.
  void RestartWithNewAuthority() {
    server_.Kill();
    MakeServerFiles();
    server_.Start();
  }

  NatsEventLogOptions Options(const std::string& instance = "test") const {
    NatsEventLogOptions options = server_.Options(nullptr, instance);
    options.link.url =
        absl::StrCat("tls://localhost:", absl::StripPrefix(server_.url(), "nats://127.0.0.1:"));
    options.link.ca_file = folder_.Sub("client/ca.pem");
    options.link.certificate_file = folder_.Sub("client/aggregator.pem");
    options.link.key_file = options.link.certificate_file;
    options.link.refresh = absl::Milliseconds(20);
    options.commit_timeout = kSoon;
    return options;
  }
  static NewEvent Event(const std::string& id) { return {id, "test.made", "payload"}; }

  TestFolder folder_;
  NatsTestServer server_;
};

TEST_F(NatsTlsTest, WhoHasNoCertificateOfTheAuthorityDoesNotGetIn) {
  NatsLinkOptions link = Options().link;
  EXPECT_TRUE(NatsLink::Connect(link, kSoon).ok());
  link.certificate_file = link.key_file = "";
  EXPECT_EQ(NatsLink::Connect(link, absl::ZeroDuration()).status().code(), absl::StatusCode::kUnavailable);
  link = Options().link;
  link.ca_file = "";
  EXPECT_EQ(NatsLink::Connect(link, absl::ZeroDuration()).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(NatsTlsTest, NewFilesAreTakenWithoutARestart) {
  const auto log = OpenOn(Options());
  SubscriptionOptions options;
  options.name = "reader";
  const auto reader = *log->Subscribe(options);
  ASSERT_TRUE(log->Append(Event("before")).ok());
  RestartWithNewAuthority();
  MakeFiles("client", "aggregator");
  const auto appended = log->Append(Event("after"));
  ASSERT_TRUE(appended.ok()) << appended.status();
  EXPECT_EQ(appended->sequence, 2u);
  for (const char* id : {"before", "after"}) {
    const auto fetched = reader->Fetch(1, kSoon);
    ASSERT_TRUE(fetched.ok() && fetched->size() == 1) << fetched.status();
    EXPECT_EQ(fetched->front().record.dedup_id, id);
    EXPECT_TRUE(reader->Ack(fetched->front()).ok());
  }
}

TEST_F(NatsTlsTest, FilesThatDoNotServeLeaveTheOldConnection) {
  const auto link = *NatsLink::Connect(Options().link, kSoon);
  ASSERT_TRUE(link->EnsureStream({"KEPT", "KEPT.log"}).ok());
  const int enough = TriesRefused() + 2;
  MakeFiles("other", "aggregator", Authority::kOfItsOwn);
  WriteBytes(folder_.Sub("client/aggregator.pem"), ReadBytes(folder_.Sub("other/aggregator.pem")));
  const absl::Time deadline = absl::Now() + kSoon;
  while (TriesRefused() < enough && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(5));
  EXPECT_GE(TriesRefused(), enough) << "it is tried again";
  EXPECT_EQ(link->PutOnce("KEPT.log", "a")->outcome, NatsStored::Outcome::kStored);
  EXPECT_EQ(link->reconnects(), 0u);
  MakeFiles("client", "aggregator");
  while (link->reconnects() == 0 && absl::Now() < deadline) absl::SleepFor(absl::Milliseconds(5));
  EXPECT_EQ(link->reconnects(), 1u);
  EXPECT_TRUE(link->connected());
  EXPECT_EQ(link->GetLastMessage("KEPT", "KEPT.log")->bytes, "a");
}

}  // namespace
}  // namespace seaworthy
