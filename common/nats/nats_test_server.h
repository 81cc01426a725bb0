// For tests: a nats-server of their own on loopback, killed and started at will.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/event_log_test_folder.h"
#include "common/nats/nats_event_log.h"
#include "common/nats/server_probe.h"

namespace seaworthy {

// Its port and its store's folder stay the same over restarts. Used by one thread.
class NatsTestServer {
 public:
  // `more`: further lines of its configuration.
  explicit NatsTestServer(std::string more = "") : more_(std::move(more)), port_(FreePort()) { Start(); }
  ~NatsTestServer() { End(SIGKILL); }
  NatsTestServer(const NatsTestServer&) = delete;
  NatsTestServer& operator=(const NatsTestServer&) = delete;

  std::string url() const { return absl::StrCat("nats://127.0.0.1:", port_); }
  std::string store() const { return folder_.Sub("store"); }

  std::string Log() const { return ReadBytes(folder_.Sub("server.log")); }

  // As kill -9; what it had written stays.
  void Kill() { End(SIGKILL); }
  // As asked to stop.
  void Stop() { End(SIGTERM); }

  // Answers nothing, and keeps its connections.
  void Freeze() { kill(child_, SIGSTOP); }
  void Thaw() { kill(child_, SIGCONT); }

  // Waits until it answers.
  void Start() {
    WriteBytes(folder_.Sub("server.conf"),
               absl::StrCat("listen: 127.0.0.1:", port_, "\njetstream { store_dir: \"", store(),
                            "\" }\nlog_file: \"", folder_.Sub("server.log"), "\"\n", more_));
    const std::string config = folder_.Sub("server.conf");
    child_ = fork();
    if (child_ == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      execl(SEAWORTHY_NATS_SERVER, "nats-server", "-c", config.c_str(), nullptr);
      _exit(127);
    }
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (!ProbeNatsServer("127.0.0.1", absl::StrCat(port_), absl::Seconds(1)).ok()) {
      if (absl::Now() >= deadline) throw std::runtime_error("nats-server does not start: " + Log());
      usleep(5'000);
    }
  }

  NatsEventLogOptions Options(Clock* clock = nullptr, std::string instance = "test") const {
    NatsEventLogOptions options;
    options.link.url = url();
    options.instance = std::move(instance);
    options.clock = clock;
    return options;
  }

  // Of loopback.
  static int FreePort() {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    const bool bound = bind(fd, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    close(fd);
    if (!bound) throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
  }

 private:
  void End(int signal) {
    if (child_ <= 0) return;
    kill(child_, signal);
    waitpid(child_, nullptr, 0);
    child_ = -1;
  }

  TestFolder folder_;
  const std::string more_;
  const int port_;
  pid_t child_ = -1;
};

inline std::unique_ptr<EventLog> OpenOn(const NatsEventLogOptions& options) {
  absl::StatusOr<std::unique_ptr<EventLog>> opened = OpenNatsEventLog(options);
  if (!opened.ok()) throw std::runtime_error(opened.status().ToString());
  return *std::move(opened);
}

}  // namespace seaworthy
