#include "common/nats/server_probe.h"

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "common/steady_wait.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxInfoBytes = 16 * 1024;

class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  ~Socket() { close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }

 private:
  const int fd_;
};

// The next call on it ends at `deadline`; zero would mean never.
void EndCallsAt(int fd, const SteadyDeadline& deadline) {
  const timeval left = absl::ToTimeval(std::max(deadline.Left(), absl::Milliseconds(1)));
  setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &left, sizeof(left));  // Of connect too: socket(7).
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &left, sizeof(left));
}

std::string ReadLine(int fd, const SteadyDeadline& deadline) {
  std::string line;
  while (line.size() < kMaxInfoBytes && line.find('\n') == std::string::npos) {
    char buffer[2048];
    EndCallsAt(fd, deadline);
    const ssize_t got = read(fd, buffer, sizeof(buffer));
    if (got <= 0) break;
    line.append(buffer, static_cast<size_t>(got));
  }
  return line;
}

absl::StatusOr<NatsServerFacts> ParseInfo(const std::string& line) {
  constexpr std::string_view kInfo = "INFO ";
  const nlohmann::json info = line.substr(0, kInfo.size()) == kInfo
                                  ? nlohmann::json::parse(line.substr(kInfo.size()), nullptr, false)
                                  : nlohmann::json();
  if (!info.is_object() || !info.contains("version") || !info["version"].is_string()) {
    return absl::UnavailableError("what listens there does not speak NATS, or asks for TLS first");
  }
  NatsServerFacts facts;
  facts.version = info["version"].get<std::string>();
  facts.jetstream =
      info.contains("jetstream") && info["jetstream"].is_boolean() && info["jetstream"].get<bool>();
  return facts;
}

}  // namespace

absl::StatusOr<NatsServerFacts> ProbeNatsServer(const std::string& host, const std::string& port,
                                                absl::Duration timeout) {
  const SteadyDeadline deadline(timeout);
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host.c_str(), port.c_str(), &hints, &found) != 0) {
    return absl::UnavailableError(absl::StrCat("the NATS server ", host, " has no address"));
  }
  const std::unique_ptr<addrinfo, void (*)(addrinfo*)> addresses(found, freeaddrinfo);
  for (const addrinfo* at = found; at != nullptr; at = at->ai_next) {
    const Socket peer(socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
    EndCallsAt(peer.fd(), deadline);
    if (connect(peer.fd(), at->ai_addr, at->ai_addrlen) == 0) {
      return ParseInfo(ReadLine(peer.fd(), deadline));
    }
  }
  return absl::UnavailableError(absl::StrCat("no NATS server answers at ", host, ":", port));
}

}  // namespace seaworthy
