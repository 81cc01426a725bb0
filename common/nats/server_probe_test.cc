#include "common/nats/server_probe.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace seaworthy {
namespace {

using ::testing::HasSubstr;

// Listens on loopback and, if it says anything, says it once to the first that
// connects. What it says nothing to waits until the end.
class Talker {
 public:
  explicit Talker(std::optional<std::string> says) : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (bind(fd_, raw, size) != 0 || listen(fd_, 1) != 0 || getsockname(fd_, raw, &size) != 0) std::abort();
    port_ = std::to_string(ntohs(address.sin_port));
    if (says) thread_ = std::thread([this, text = *says] { SayOnce(text); });
  }
  ~Talker() {
    if (thread_.joinable()) thread_.join();
    close(fd_);
  }
  Talker(const Talker&) = delete;
  Talker& operator=(const Talker&) = delete;
  const std::string& port() const { return port_; }
  // Takes a place in its queue, or waits for one.
  int ConnectOnce() const {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(std::stoi(port_)));
    static_cast<void>(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)));
    return fd;
  }

 private:
  void SayOnce(const std::string& text) const {
    const int peer = accept(fd_, nullptr, nullptr);
    // Who listens may have read enough.
    static_cast<void>(send(peer, text.data(), text.size(), MSG_NOSIGNAL));
    close(peer);
  }

  const int fd_;
  std::string port_;
  std::thread thread_;
};

absl::StatusOr<NatsServerFacts> FactsOf(const std::string& line) {
  const Talker talker(line);
  return ProbeNatsServer("127.0.0.1", talker.port(), absl::Seconds(30));
}

std::string WhyNot(const std::string& line) { return std::string(FactsOf(line).status().message()); }

TEST(ServerProbeTest, TheFirstLineSaysVersionAndJetStream) {
  const auto facts = FactsOf("INFO {\"version\":\"2.12.7\",\"jetstream\":true}\r\n");
  ASSERT_TRUE(facts.ok()) << facts.status();
  EXPECT_EQ(facts->version, "2.12.7");
  EXPECT_TRUE(facts->jetstream);
}

TEST(ServerProbeTest, JetStreamIsOnOnlyWhereItIsSaid) {
  EXPECT_FALSE(FactsOf("INFO {\"version\":\"2.9.10\"}\r\n")->jetstream);
  EXPECT_FALSE(FactsOf("INFO {\"version\":\"2.9.10\",\"jetstream\":false}\r\n")->jetstream);
  EXPECT_FALSE(FactsOf("INFO {\"version\":\"2.9.10\",\"jetstream\":\"yes\"}\r\n")->jetstream);
}

TEST(ServerProbeTest, WhatDoesNotSpeakNatsIsRefused) {
  for (const char* line : {"", "HTTP/1.1 400 Bad Request\r\n", "INFO \r\n", "INFO []\r\n", "INFO {}\r\n",
                           "INFO {\"version\":3}\r\n", "INFO {\"version\":\"2.9", "\x16\x03\x01\n"}) {
    EXPECT_THAT(WhyNot(line), HasSubstr("does not speak NATS")) << line;
  }
}

TEST(ServerProbeTest, ALineWithoutEndIsReadToABound) {
  EXPECT_THAT(WhyNot("INFO {\"version\":\"" + std::string(64 * 1024, '2')), HasSubstr("does not speak NATS"));
}

TEST(ServerProbeTest, OneThatSaysNothingIsWaitedForUntilTheDeadline) {
  const Talker silent(std::nullopt);
  const auto facts = ProbeNatsServer("127.0.0.1", silent.port(), absl::Milliseconds(50));
  EXPECT_THAT(std::string(facts.status().message()), HasSubstr("does not speak NATS"));
}

TEST(ServerProbeTest, OneThatAcceptsNothingIsWaitedForUntilTheDeadline) {
  const Talker busy(std::nullopt);
  std::vector<int> waiting;
  for (int i = 0; i < 8; ++i) waiting.push_back(busy.ConnectOnce());
  const auto facts = ProbeNatsServer("127.0.0.1", busy.port(), absl::Milliseconds(50));
  EXPECT_THAT(std::string(facts.status().message()), HasSubstr("no NATS server answers"));
  for (const int fd : waiting) close(fd);
}

TEST(ServerProbeTest, WhatHasNoAddressIsNamed) {
  const auto facts = ProbeNatsServer("127.0.0.1", "no-such-port", absl::Seconds(1));
  EXPECT_THAT(std::string(facts.status().message()), HasSubstr("127.0.0.1 has no address"));
}

TEST(ServerProbeTest, NobodyThereIsSaid) {
  const auto facts = ProbeNatsServer("127.0.0.1", "1", absl::Seconds(1));
  EXPECT_THAT(std::string(facts.status().message()), HasSubstr("no NATS server answers at 127.0.0.1"));
}

}  // namespace
}  // namespace seaworthy
