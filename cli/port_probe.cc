#include "cli/port_probe.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace seaworthy::cli {
namespace {

// Binds and closes again; the port bound.
absl::StatusOr<int> BindOnce(const std::string& address, int port) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(address.c_str(), absl::StrCat(port).c_str(), &hints, &found) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat("`http_address` is ", address, ", which is no IP address; use 127.0.0.1 or 0.0.0.0"));
  }
  const int fd = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
  const bool bound = fd >= 0 && bind(fd, found->ai_addr, found->ai_addrlen) == 0 && listen(fd, 1) == 0;
  const int error = errno;
  freeaddrinfo(found);
  sockaddr_storage name{};
  socklen_t length = sizeof(name);
  if (bound) getsockname(fd, reinterpret_cast<sockaddr*>(&name), &length);
  if (fd >= 0) close(fd);
  if (!bound) {
    return absl::UnavailableError(absl::StrCat("port ", port, " of ", address,
                                               " cannot be used: ", std::generic_category().message(error),
                                               "; choose another with --port"));
  }
  return ntohs(name.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6*>(&name)->sin6_port
                                          : reinterpret_cast<sockaddr_in*>(&name)->sin_port);
}

}  // namespace

absl::Status ProbePort(const std::string& address, int port) { return BindOnce(address, port).status(); }

absl::StatusOr<int> FindFreePort(const std::string& address) { return BindOnce(address, 0); }

}  // namespace seaworthy::cli
