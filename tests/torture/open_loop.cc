// Hands announcements in at a fixed rate, whatever becomes of them.
// Usage: seaworthy_open_loop PORT TOKEN SECONDS RATE FIRST
// RATE: announcements a second; 0: as fast as eight clients get answers. FIRST:
// the number of the first announcement. Prints one line of JSON.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace {

constexpr int kClosedClients = 8;
// Arrivals that find all of them busy are turned away: beyond the server's own 256 there is no more to learn.
constexpr int kOpenClients = 240;
constexpr int kAnswerSeconds = 20;

struct Options {
  int port = 0;
  std::string token;
  double seconds = 0;
  double rate = 0;
  uint64_t first = 0;
};

// One connection that is made anew where it broke.
class Client {
 public:
  explicit Client(const Options& options) : options_(options) {}
  ~Client() { Close(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // The answer's status; 0 where there was none.
  int Submit(uint64_t number) {
    if (socket_ < 0 && !Connect()) return 0;
    const std::string body = absl::StrCat("# Release ", number, "\n\nTool number ", number,
                                          " is a 7-billion-parameter model under the MIT license.\n");
    const std::string request = absl::StrCat(
        "POST /api/v1/announcements HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ", options_.token,
        "\r\nContent-Type: text/markdown\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
    if (send(socket_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) {
      Close();
      return 0;
    }
    return ReadAnswer();
  }

 private:
  bool Connect() {
    socket_ = socket(AF_INET, SOCK_STREAM, 0);
    const timeval patience{kAnswerSeconds, 0};
    const int on = 1;
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(static_cast<uint16_t>(options_.port));
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    // The sockets' own interface takes the address as another type.
    if (connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0) return true;
    Close();
    return false;
  }

  int ReadAnswer() {
    std::string answer;
    char bytes[8192];
    std::optional<size_t> whole;
    while (!whole || answer.size() < *whole) {
      const ssize_t got = recv(socket_, bytes, sizeof(bytes), 0);
      if (got <= 0) {
        Close();
        return 0;
      }
      answer.append(bytes, static_cast<size_t>(got));
      const size_t head = answer.find("\r\n\r\n");
      if (head != std::string::npos && !whole) whole = head + 4 + LengthIn(answer.substr(0, head));
    }
    int status = 0;
    if (answer.size() < 12 || !absl::SimpleAtoi(answer.substr(9, 3), &status)) return 0;
    if (answer.find("onnection: close") != std::string::npos) Close();
    return status;
  }

  static size_t LengthIn(const std::string& head) {
    size_t length = 0;
    const size_t at = head.find("ontent-Length: ");
    if (at == std::string::npos) return 0;
    const size_t begin = at + 15;
    if (!absl::SimpleAtoi(head.substr(begin, head.find("\r\n", begin) - begin), &length)) return 0;
    return length;
  }

  void Close() {
    if (socket_ >= 0) close(socket_);
    socket_ = -1;
  }

  const Options& options_;
  int socket_ = -1;
};

// All clients and what they saw.
class Load {
 public:
  explicit Load(const Options& options) : options_(options), begin_(absl::Now()) {}

  void Run() {
    std::vector<std::thread> threads;
    const int clients = options_.rate > 0 ? kOpenClients : kClosedClients;
    for (int i = 0; i < clients; ++i) threads.emplace_back([this] { Work(); });
    for (std::thread& thread : threads) thread.join();
    Print();
  }

 private:
  bool Over() const { return absl::Now() >= begin_ + absl::Seconds(options_.seconds); }

  void Work() {
    Client client(options_);
    while (!Over()) {
      const uint64_t number = next_++;
      if (options_.rate > 0) {
        const absl::Time due = begin_ + absl::Seconds(static_cast<double>(number) / options_.rate);
        if (due >= begin_ + absl::Seconds(options_.seconds)) return;
        // Arrived while every client was busy, and gone.
        if (absl::Now() > due + absl::Seconds(1)) continue;
        absl::SleepFor(due - absl::Now());
      }
      const absl::Time asked = absl::Now();
      const int status = client.Submit(options_.first + number);
      Note(status, absl::Now() - asked);
    }
  }

  void Note(int status, absl::Duration took) {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++(status == 0 ? broken_ : answered_);
    if (status == 0) return;
    accepted_ += status == 202 ? 1 : 0;
    refused_ += status == 429 || status == 503 ? 1 : 0;
    took_.push_back(absl::ToDoubleMilliseconds(took));
  }

  void Print() {
    std::sort(took_.begin(), took_.end());
    const double middle = took_.empty() ? 0 : took_[took_.size() / 2];
    const double late = took_.empty() ? 0 : took_[took_.size() * 99 / 100];
    const double seconds = absl::ToDoubleSeconds(absl::Now() - begin_);
    std::printf(
        "{\"offered\": %llu, \"answered\": %llu, \"accepted\": %llu, \"refused\": %llu, \"broken\": %llu, "
        "\"seconds\": %.3f, "
        "\"p50_ms\": %.2f, \"p99_ms\": %.2f}\n",
        static_cast<unsigned long long>(next_), static_cast<unsigned long long>(answered_),
        static_cast<unsigned long long>(accepted_), static_cast<unsigned long long>(refused_),
        static_cast<unsigned long long>(broken_), seconds, middle, late);
  }

  const Options options_;
  const absl::Time begin_;
  std::atomic<uint64_t> next_ = 0;
  std::mutex mutex_;
  uint64_t answered_ = 0;
  uint64_t broken_ = 0;  // Connections that ended instead of an answer.
  uint64_t accepted_ = 0;
  uint64_t refused_ = 0;
  std::vector<double> took_;
};

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (argc != 6 || !absl::SimpleAtoi(argv[1], &options.port) ||
      !absl::SimpleAtod(argv[3], &options.seconds) || !absl::SimpleAtod(argv[4], &options.rate) ||
      !absl::SimpleAtoi(argv[5], &options.first)) {
    std::fprintf(stderr, "usage: seaworthy_open_loop PORT TOKEN SECONDS RATE FIRST\n");
    return 2;
  }
  options.token = argv[2];
  Load(options).Run();
}
