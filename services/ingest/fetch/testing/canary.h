// Listeners that nobody may reach.
#pragma once

#include <atomic>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace seaworthy::testing {

// Listens on a number of ports, each on every address of this machine, IPv4 and
// IPv6, counts who connects and hangs up. Used by one thread.
class Canaries {
 public:
  explicit Canaries(int ports);
  ~Canaries();
  Canaries(const Canaries&) = delete;
  Canaries& operator=(const Canaries&) = delete;

  const std::vector<int>& ports() const { return ports_; }
  // Connections so far but those of this call, which connects once to each port
  // and waits until it is counted: whoever came before is counted then too.
  int Reached();
  // Whether this process can connect to that port at that address; waits until
  // a canary there has hung up.
  static bool CanConnect(std::string_view address, int port);

 private:
  void Listen();
  void Run();

  std::vector<int> listeners_;
  std::vector<int> ports_;
  std::atomic<int> count_ = 0;
  int own_ = 0;  // Of the thread that asks.
  int stop_ = -1;
  std::thread thread_;
};

// Addresses of this machine's interfaces, IPv6 in brackets; without link-local
// ones.
std::vector<std::string> LocalAddresses();

}  // namespace seaworthy::testing
