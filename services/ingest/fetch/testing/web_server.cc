#include "services/ingest/fetch/testing/web_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <list>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "services/ingest/text.h"

namespace seaworthy::testing {
namespace {

constexpr size_t kMaxRequest = 1 << 20;

void Check(bool fine, const char* what) {
  if (fine) return;
  std::perror(what);
  std::abort();
}

SSL_CTX* NewContext(const WebServer::Tls& tls) {
  SSL_CTX* context = SSL_CTX_new(TLS_server_method());
  BIO* bio = BIO_new_mem_buf(tls.certificate_pem.data(), static_cast<int>(tls.certificate_pem.size()));
  X509* certificate = PEM_read_bio_X509(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  bio = BIO_new_mem_buf(tls.key_pem.data(), static_cast<int>(tls.key_pem.size()));
  EVP_PKEY* key = PEM_read_bio_PrivateKey(bio, nullptr, nullptr, nullptr);
  BIO_free(bio);
  Check(SSL_CTX_use_certificate(context, certificate) == 1 && SSL_CTX_use_PrivateKey(context, key) == 1,
        "certificate");
  X509_free(certificate);
  EVP_PKEY_free(key);
  return context;
}

// A socket, with TLS over it where there is a context. Used by one thread.
class Wire {
 public:
  Wire(int fd, SSL_CTX* context) : fd_(fd) {
    if (context == nullptr) return;
    ssl_ = SSL_new(context);
    SSL_set_fd(ssl_, fd);
    ready_ = SSL_accept(ssl_) == 1;
  }
  ~Wire() { SSL_free(ssl_); }
  Wire(const Wire&) = delete;
  Wire& operator=(const Wire&) = delete;

  bool ready() const { return ready_; }
  // At most the buffer; 0 or less at the end.
  long Read(char* buffer, size_t size) {
    return ssl_ != nullptr ? SSL_read(ssl_, buffer, static_cast<int>(size)) : recv(fd_, buffer, size, 0);
  }
  bool Write(std::string_view bytes) {
    while (!bytes.empty()) {
      const long sent = ssl_ != nullptr ? SSL_write(ssl_, bytes.data(), static_cast<int>(bytes.size()))
                                        : send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  // True once the client has gone; waits for that at most so long.
  bool Gone(int milliseconds) {
    pollfd wait{.fd = fd_, .events = POLLIN | POLLRDHUP, .revents = 0};
    return poll(&wait, 1, milliseconds) > 0;
  }
  void End() {
    if (ssl_ != nullptr) SSL_shutdown(ssl_);
  }

 private:
  const int fd_;
  SSL* ssl_ = nullptr;
  bool ready_ = true;
};

size_t BodyLength(std::string_view head) {
  const std::string lower = Lower(head);
  const size_t at = lower.find("\r\ncontent-length:");
  return at == std::string::npos ? 0 : std::strtoul(lower.c_str() + at + 17, nullptr, 10);
}

}  // namespace

class WebServer::Impl {
 public:
  Impl(Play play, SSL_CTX* context) : play_(std::move(play)), context_(context) {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* any = reinterpret_cast<sockaddr*>(&address);
    Check(bind(listener_, any, size) == 0 && listen(listener_, 128) == 0, "listen");
    Check(getsockname(listener_, any, &size) == 0, "getsockname");
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { Accept(); });
  }

  ~Impl() {
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    std::list<std::thread> threads;
    {
      absl::MutexLock lock(&mutex_);
      for (const int fd : open_) shutdown(fd, SHUT_RDWR);
      threads.swap(threads_);
    }
    for (std::thread& thread : threads) thread.join();
    close(listener_);
    SSL_CTX_free(context_);
  }

  int port() const { return port_; }
  bool tls() const { return context_ != nullptr; }
  std::vector<std::string> requests() const {
    absl::MutexLock lock(&mutex_);
    return requests_;
  }

 private:
  void Accept() {
    while (true) {
      const int fd = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      absl::MutexLock lock(&mutex_);
      open_.push_back(fd);
      threads_.emplace_back([this, fd] { Serve(fd); });
    }
  }

  void Serve(int fd) {
    {
      Wire wire(fd, context_);
      std::string request;
      if (wire.ready() && ReadRequest(&wire, &request)) {
        {
          absl::MutexLock lock(&mutex_);
          requests_.push_back(request);
        }
        Answer(&wire, play_(request));
      }
      wire.End();
    }
    absl::MutexLock lock(&mutex_);
    open_.erase(std::find(open_.begin(), open_.end(), fd));
    close(fd);
  }

  static bool ReadRequest(Wire* wire, std::string* request) {
    char buffer[4096];
    while (request->size() < kMaxRequest) {
      const size_t end = request->find("\r\n\r\n");
      if (end != std::string::npos && request->size() >= end + 4 + BodyLength(request->substr(0, end)))
        return true;
      const long count = wire->Read(buffer, sizeof buffer);
      if (count <= 0) return false;
      request->append(buffer, static_cast<size_t>(count));
    }
    return false;
  }

  static void Answer(Wire* wire, const WebReply& reply) {
    if (!wire->Write(reply.bytes)) return;
    const int pause = static_cast<int>(absl::ToInt64Milliseconds(reply.every));
    while (!reply.forever.empty()) {
      if (!wire->Write(reply.forever) || (pause > 0 && wire->Gone(pause))) return;
    }
    if (reply.stall) wire->Gone(-1);
  }

  const Play play_;
  SSL_CTX* const context_;
  int listener_ = -1;
  int port_ = 0;
  std::thread acceptor_;
  mutable absl::Mutex mutex_;
  std::list<std::thread> threads_ ABSL_GUARDED_BY(mutex_);
  std::vector<int> open_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> requests_ ABSL_GUARDED_BY(mutex_);
};

WebServer::WebServer(Play play) : impl_(std::make_unique<Impl>(std::move(play), nullptr)) {}
WebServer::WebServer(Play play, const Tls& tls)
    : impl_(std::make_unique<Impl>(std::move(play), NewContext(tls))) {}
WebServer::~WebServer() = default;

int WebServer::port() const { return impl_->port(); }
std::string WebServer::host_port() const { return Cat("127.0.0.1:", port()); }
std::string WebServer::url(std::string_view path) const {
  return Cat(impl_->tls() ? "https://" : "http://", host_port(), path);
}
std::vector<std::string> WebServer::requests() const { return impl_->requests(); }

int WebServer::RequestsFor(std::string_view path) const {
  const auto all = requests();
  return static_cast<int>(std::count_if(
      all.begin(), all.end(), [path](const std::string& request) { return PathOf(request) == path; }));
}

WebReply Page(int status, std::string_view body, std::string_view headers) {
  return {.bytes = Cat("HTTP/1.1 ", status, " Said\r\nContent-Length: ", body.size(), "\r\n", headers, "\r\n",
                       body)};
}

WebReply RedirectTo(std::string_view location, int status) {
  return Page(status, "", Cat("Location: ", location, "\r\n"));
}

std::string PathOf(std::string_view request) {
  const size_t from = std::min(request.find(' '), request.size() - 1) + 1;
  return std::string(request.substr(from, request.find(' ', from) - from));
}

}  // namespace seaworthy::testing
