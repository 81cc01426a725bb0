// A server on loopback that plays scripts, for tests.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"

namespace seaworthy::testing {

// What a connection does once a request is whole.
struct Script {
  enum class Then { kKeep, kClose, kReset, kStall, kDrip };

  // Sent at once.
  std::string bytes;
  // Sent after `bytes` again and again until the client goes; a byte each few
  // milliseconds with kDrip. Empty: not.
  std::string forever;
  Then then = Then::kKeep;
};

// A whole HTTP/1.1 answer. `headers`: lines with their CRLF.
Script Answer(int status, std::string_view body, std::string_view headers = "");
// A 200 of server-sent events, closed after them.
Script Events(std::string_view events);

// Listens on 127.0.0.1, real sockets, one thread on epoll. Each request is
// answered by what `script` makes of it (its head and body); scripts run on the
// server's thread. Thread-safe.
class LoopbackServer {
 public:
  using Play = std::function<Script(std::string_view request)>;

  explicit LoopbackServer(Play play);
  // Always the same.
  explicit LoopbackServer(const Script& script)
      : LoopbackServer([script](std::string_view) { return script; }) {}
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  // http://127.0.0.1:PORT
  std::string url() const;
  // Whole requests so far, and connections ever.
  std::vector<std::string> requests() const;
  int connections() const;
  // Waits until that many requests were read.
  void WaitForRequests(size_t count) const;

 private:
  struct Connection;

  void Run();
  void Accept();
  bool Read(Connection* connection);
  bool Write(Connection* connection);
  void Drip();
  void Close(int fd);

  const Play play_;
  int listener_ = -1;
  int epoll_ = -1;
  int stop_ = -1;
  int port_ = 0;
  std::vector<int> dripping_;                      // The thread's.
  std::vector<std::unique_ptr<Connection>> open_;  // By descriptor; the thread's.
  mutable absl::Mutex mutex_;
  std::vector<std::string> requests_ ABSL_GUARDED_BY(mutex_);
  int connections_ ABSL_GUARDED_BY(mutex_) = 0;
  std::thread thread_;
};

}  // namespace seaworthy::testing
