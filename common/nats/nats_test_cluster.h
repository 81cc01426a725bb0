// For tests: three servers that keep every stream together, on loopback.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/nats/nats_fault_test_fixture.h"

namespace seaworthy {

// Debian's server is too old for replicas to be let in (server_promise.h): the
// connections say it is a later one. Used by one thread.
class NatsTestCluster {
 public:
  static constexpr int kNodes = 3;
  static constexpr char kVersion[] = "2.12.7";

  NatsTestCluster() {
    std::vector<std::string> routes;
    for (int i = 0; i < kNodes; ++i) {
      routes.push_back(absl::StrCat("127.0.0.1:", NatsTestServer::FreePort()));
    }
    for (int i = 0; i < kNodes; ++i) {
      monitors_.push_back(NatsTestServer::FreePort());
      nodes_.push_back(std::make_unique<NatsTestServer>(
          absl::StrCat("server_name: node", i, "\nhttp: 127.0.0.1:", monitors_.back(),
                       "\ncluster { name: nodes, listen: \"", routes[static_cast<size_t>(i)], "\", routes: [",
                       "nats://", absl::StrJoin(routes, ", nats://"), "] }\n")));
    }
    faults_.SayVersion(kVersion);
  }

  NatsTestServer& node(int index) { return *nodes_.at(static_cast<size_t>(index)); }

  // Until each server holds all that the others do.
  bool WaitUntilWhole(absl::Duration timeout) const {
    const absl::Time end = absl::Now() + timeout;
    for (const int monitor : monitors_) {
      while (!Healthy(monitor)) {
        if (absl::Now() >= end) return false;
        usleep(20'000);
      }
    }
    return true;
  }

  NatsEventLogOptions Options(const std::string& instance) {
    NatsEventLogOptions options;
    for (const auto& node : nodes_)
      absl::StrAppend(&options.link.url, options.link.url.empty() ? "" : ",", node->url());
    options.replicas = kNodes;
    options.instance = instance;
    return Through(&faults_, options);
  }

 private:
  // What the server's monitoring says of it.
  static bool Healthy(int port) {
    const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<uint16_t>(port));
    const timeval patience = {5, 0};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    constexpr std::string_view kAsk = "GET /healthz HTTP/1.0\r\n\r\n";
    char answer[64] = {};
    const bool answered = connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0 &&
                          write(fd, kAsk.data(), kAsk.size()) == static_cast<ssize_t>(kAsk.size()) &&
                          read(fd, answer, sizeof(answer) - 1) > 0;
    close(fd);
    return answered && std::string_view(answer).find(" 200 ") != std::string_view::npos;
  }

  LinkFaults faults_;  // None: only the version is another.
  std::vector<int> monitors_;
  std::vector<std::unique_ptr<NatsTestServer>> nodes_;
};

}  // namespace seaworthy
