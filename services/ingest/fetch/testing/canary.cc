#include "services/ingest/fetch/testing/canary.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "services/ingest/fetch/address_policy.h"

namespace seaworthy::testing {
namespace {

void Check(bool fine, const char* what) {
  if (fine) return;
  std::perror(what);
  std::abort();
}

socklen_t SizeOf(const sockaddr_storage& address) {
  return address.ss_family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
}

}  // namespace

Canaries::Canaries(int ports) : stop_(eventfd(0, EFD_CLOEXEC)) {
  for (int i = 0; i < ports; ++i) Listen();
  thread_ = std::thread([this] { Run(); });
}

Canaries::~Canaries() {
  const uint64_t one = 1;
  (void)!write(stop_, &one, sizeof one);
  thread_.join();
  for (const int fd : listeners_) close(fd);
  close(stop_);
}

void Canaries::Listen() {
  const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int off = 0;
  Check(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off) == 0, "dual stack");
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  socklen_t size = sizeof address;
  auto* any = reinterpret_cast<sockaddr*>(&address);
  Check(bind(fd, any, size) == 0 && listen(fd, 128) == 0 && getsockname(fd, any, &size) == 0, "listen");
  listeners_.push_back(fd);
  ports_.push_back(ntohs(address.sin6_port));
}

void Canaries::Run() {
  std::vector<pollfd> wait;
  for (const int fd : listeners_) wait.push_back({.fd = fd, .events = POLLIN, .revents = 0});
  wait.push_back({.fd = stop_, .events = POLLIN, .revents = 0});
  while (poll(wait.data(), wait.size(), -1) > 0 && wait.back().revents == 0) {
    for (size_t i = 0; i < listeners_.size(); ++i) {
      if (wait[i].revents == 0) continue;
      const int fd = accept4(listeners_[i], nullptr, nullptr, SOCK_CLOEXEC);
      // Counted first: who sees the end of a connection knows it is counted.
      ++count_;
      if (fd >= 0) close(fd);
    }
  }
}

int Canaries::Reached() {
  // A listener takes connections in their order.
  for (const int port : ports_) Check(CanConnect("127.0.0.1", port), "the canary's own connection");
  own_ += static_cast<int>(ports_.size());
  return count_ - own_;
}

bool Canaries::CanConnect(std::string_view address, int port) {
  const auto to = ParseAddress(address, port);
  if (!to) return false;
  const int fd = socket(to->ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool connected = connect(fd, reinterpret_cast<const sockaddr*>(&*to), SizeOf(*to)) == 0;
  char end = 0;
  if (connected) (void)recv(fd, &end, 1, 0);
  close(fd);
  return connected;
}

std::vector<std::string> LocalAddresses() {
  std::vector<std::string> all;
  ifaddrs* first = nullptr;
  Check(getifaddrs(&first) == 0, "getifaddrs");
  for (const ifaddrs* at = first; at != nullptr; at = at->ifa_next) {
    if (at->ifa_addr == nullptr ||
        (at->ifa_addr->sa_family != AF_INET && at->ifa_addr->sa_family != AF_INET6))
      continue;
    const std::string text = AddressText(*at->ifa_addr);
    if (!text.starts_with("[fe80:")) all.push_back(text.substr(0, text.rfind(':')));
  }
  freeifaddrs(first);
  return all;
}

}  // namespace seaworthy::testing
