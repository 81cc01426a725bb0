#include "services/reviewer/wire/testing/loopback_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <utility>

#include "services/reviewer/text.h"

namespace seaworthy::testing {

struct LoopbackServer::Connection {
  int fd = -1;
  std::string in;
  Script script;
  size_t sent = 0;
  bool playing = false;
};

namespace {

// Bytes of the first whole request, 0 where it is not there yet.
size_t RequestSize(const std::string& in) {
  // A TLS hello is as whole as it gets: this server has no TLS.
  if (in.starts_with('\x16')) return in.size();
  const size_t head = in.find("\r\n\r\n");
  if (head == std::string::npos) return 0;
  const std::string lower = text::Lower(std::string_view(in).substr(0, head));
  const size_t length = lower.find("content-length:");
  const size_t body = length == std::string::npos ? 0 : std::stoul(lower.substr(length + 15));
  return in.size() >= head + 4 + body ? head + 4 + body : 0;
}

void Add(int epoll, int fd, uint32_t events, int operation) {
  epoll_event event{};
  event.events = events;
  event.data.fd = fd;
  epoll_ctl(epoll, operation, fd, &event);
}

}  // namespace

Script Answer(int status, std::string_view body, std::string_view headers) {
  Script script;
  script.bytes =
      text::Cat("HTTP/1.1 ", status, " X\r\nContent-Type: application/json\r\nContent-Length: ", body.size(),
                "\r\n", headers, "\r\n", body);
  return script;
}

Script Events(std::string_view events) {
  Script script;
  script.bytes =
      text::Cat("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n", events);
  script.then = Script::Then::kClose;
  return script;
}

LoopbackServer::LoopbackServer(Play play) : play_(std::move(play)) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  if (bind(listener_, raw, size) != 0 || listen(listener_, 4096) != 0) abort();
  getsockname(listener_, raw, &size);
  port_ = ntohs(address.sin_port);
  epoll_ = epoll_create1(EPOLL_CLOEXEC);
  stop_ = eventfd(0, EFD_CLOEXEC);
  Add(epoll_, listener_, EPOLLIN, EPOLL_CTL_ADD);
  Add(epoll_, stop_, EPOLLIN, EPOLL_CTL_ADD);
  thread_ = std::thread([this] { Run(); });
}

LoopbackServer::~LoopbackServer() {
  const uint64_t one = 1;
  (void)!write(stop_, &one, sizeof one);
  thread_.join();
  for (const auto& connection : open_) {
    if (connection) close(connection->fd);
  }
  for (const int fd : {listener_, epoll_, stop_}) close(fd);
}

std::string LoopbackServer::url() const { return text::Cat("http://127.0.0.1:", port_); }

std::vector<std::string> LoopbackServer::requests() const {
  absl::MutexLock lock(&mutex_);
  return requests_;
}

int LoopbackServer::connections() const {
  absl::MutexLock lock(&mutex_);
  return connections_;
}

void LoopbackServer::WaitForRequests(size_t count) const {
  absl::MutexLock lock(&mutex_);
  const auto enough = [this, count]()
                          ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return requests_.size() >= count; };
  mutex_.Await(absl::Condition(&enough));
}

void LoopbackServer::Run() {
  std::array<epoll_event, 64> events;
  while (true) {
    const int ready =
        epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), dripping_.empty() ? -1 : 5);
    Drip();
    for (int i = 0; i < ready; ++i) {
      const int fd = events.at(i).data.fd;
      if (fd == stop_) return;
      if (fd == listener_) {
        Accept();
        continue;
      }
      Connection* connection = open_[fd].get();
      if (connection == nullptr) continue;
      bool fine = (events.at(i).events & EPOLLIN) == 0 || Read(connection);
      if (fine) fine = Write(connection);
      if (!fine || (events.at(i).events & (EPOLLERR | EPOLLHUP)) != 0) Close(fd);
    }
  }
}

void LoopbackServer::Accept() {
  while (true) {
    const int fd = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    if (open_.size() <= static_cast<size_t>(fd)) open_.resize(fd + 1);
    open_[fd] = std::make_unique<Connection>();
    open_[fd]->fd = fd;
    Add(epoll_, fd, EPOLLIN, EPOLL_CTL_ADD);
    absl::MutexLock lock(&mutex_);
    ++connections_;
  }
}

bool LoopbackServer::Read(Connection* connection) {
  std::array<char, 65536> buffer;
  const ssize_t got = recv(connection->fd, buffer.data(), buffer.size(), 0);
  if (got <= 0) return got < 0 && errno == EAGAIN;
  connection->in.append(buffer.data(), static_cast<size_t>(got));
  const size_t size = RequestSize(connection->in);
  if (size == 0 || connection->playing) return true;
  std::string request = connection->in.substr(0, size);
  connection->in.erase(0, size);
  connection->script = play_(request);
  connection->sent = 0;
  connection->playing = true;
  absl::MutexLock lock(&mutex_);
  requests_.push_back(std::move(request));
  return true;
}

// False where the connection is over.
bool LoopbackServer::Write(Connection* connection) {
  if (!connection->playing) return true;
  Script& script = connection->script;
  while (connection->sent < script.bytes.size()) {
    const ssize_t sent = send(connection->fd, script.bytes.data() + connection->sent,
                              script.bytes.size() - connection->sent, MSG_NOSIGNAL);
    if (sent < 0 && errno == EAGAIN) {
      Add(epoll_, connection->fd, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
      return true;
    }
    if (sent < 0) return false;
    connection->sent += static_cast<size_t>(sent);
    if (connection->sent < script.bytes.size() || script.forever.empty()) continue;
    if (script.then == Script::Then::kDrip) break;
    script.bytes = script.forever;
    connection->sent = 0;
  }
  Add(epoll_, connection->fd, EPOLLIN, EPOLL_CTL_MOD);
  if (script.then == Script::Then::kStall) return true;
  if (script.then == Script::Then::kDrip) {
    dripping_.push_back(connection->fd);
    connection->playing = false;
    return true;
  }
  if (script.then == Script::Then::kReset) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(connection->fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  }
  connection->playing = false;
  return script.then == Script::Then::kKeep;
}

void LoopbackServer::Drip() {
  for (const int fd : dripping_) {
    if (open_[fd]) (void)!send(fd, open_[fd]->script.forever.data(), 1, MSG_NOSIGNAL);
  }
}

void LoopbackServer::Close(int fd) {
  std::erase(dripping_, fd);
  close(fd);
  open_[fd].reset();
}

}  // namespace seaworthy::testing
