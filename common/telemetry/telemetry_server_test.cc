#include "common/telemetry/telemetry_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/telemetry/telemetry.h"

namespace seaworthy {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

// Sends bytes to a port of this machine and reads until the other side closes.
std::string Talk(int port, const std::string& bytes) {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string answer;
  if (connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0) {
    EXPECT_EQ(send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
    char buffer[4096];
    for (ssize_t got = 0; (got = recv(socket, buffer, sizeof(buffer), 0)) > 0;) {
      answer.append(buffer, static_cast<size_t>(got));
    }
  }
  close(socket);
  return answer;
}

class TelemetryServerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto started = TelemetryServer::Start("127.0.0.1:0", &metrics_, &health_);
    ASSERT_TRUE(started.ok()) << started.status();
    server_ = *std::move(started);
  }
  std::string Ask(const std::string& path, const std::string& method = "GET") const {
    return Talk(server_->port(), method + " " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  }

  Metrics metrics_;
  Health health_;
  std::unique_ptr<TelemetryServer> server_;
};

TEST_F(TelemetryServerTest, ServesMetrics) {
  const std::string answer = Ask("/metrics");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("text/plain; version=0.0.4; charset=utf-8"));
  EXPECT_THAT(answer, HasSubstr("\n# TYPE seaworthy_queue_pending gauge\n"));
}

TEST_F(TelemetryServerTest, SaysWhatIsMissing) {
  EXPECT_THAT(Ask("/readyz"), StartsWith("HTTP/1.1 200 "));
  health_.AddReadiness("log", [] { return absl::UnavailableError("no server"); });
  const std::string answer = Ask("/readyz");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503 "));
  EXPECT_THAT(answer, HasSubstr(R"({"name":"log","ok":false,"reason":"no server"})"));
  EXPECT_THAT(Ask("/healthz"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(TelemetryServerTest, AnswersOnlyWhatItIsFor) {
  EXPECT_THAT(Ask("/"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Ask("/metrics/../etc/passwd"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Ask("/metrics", "POST"), StartsWith("HTTP/1.1 405 "));
  EXPECT_THAT(Ask("/metrics?x=1"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(TelemetryServerTest, AnswersHeadWithoutABody) {
  const std::string answer = Ask("/healthz", "HEAD");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 "));
  EXPECT_EQ(answer.substr(answer.find("\r\n\r\n")), "\r\n\r\n");
}

TEST_F(TelemetryServerTest, EndsAConnectionThatSendsTooMuch) {
  const std::string headers = "GET /metrics HTTP/1.1\r\nHost: x\r\nX: " + std::string(20'000, 'x');
  EXPECT_THAT(Talk(server_->port(), headers + "\r\n\r\n"), testing::Not(HasSubstr("200 OK")));
  EXPECT_THAT(Ask("/healthz"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(TelemetryServerTest, RefusesAnAddressInUseOrNoAddress) {
  const std::string taken = "127.0.0.1:" + std::to_string(server_->port());
  EXPECT_TRUE(absl::IsUnavailable(TelemetryServer::Start(taken, &metrics_, &health_).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(TelemetryServer::Start("nowhere", &metrics_, &health_).status()));
  EXPECT_TRUE(absl::IsUnavailable(TelemetryServer::Start("no.host.here:0", &metrics_, &health_).status()));
}

TEST(Telemetry, IsReadyFromTheStartOfItsServicesToTheirEnd) {
  Telemetry::Options options;
  options.config.listen = "127.0.0.1:0";
  options.version = "1";
  auto telemetry = Telemetry::Start(options);
  ASSERT_TRUE(telemetry.ok()) << telemetry.status();
  EXPECT_FALSE((*telemetry)->health().Ready().ok);
  (*telemetry)->SetStarted();
  EXPECT_TRUE((*telemetry)->health().Ready().ok);
  EXPECT_THAT((*telemetry)->metrics().Text(), HasSubstr("\nseaworthy_ready 1\n"));
  EXPECT_THAT((*telemetry)->metrics().Text(), HasSubstr("\nprocess_open_fds "));
  (*telemetry)->Stop();
  EXPECT_FALSE((*telemetry)->health().Ready().ok);
}

}  // namespace
}  // namespace seaworthy
