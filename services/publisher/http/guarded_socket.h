// A TCP socket for RESTinio that answers before it hangs up.
#pragma once

#include <chrono>
#include <memory>
#include <restinio/asio_include.hpp>
#include <string>
#include <utility>

namespace restinio::impl {
class tls_socket_t;
}

namespace seaworthy {

// What a connection has to know of its server, set before it listens.
class ServerFacts : public restinio::asio_ns::io_context::service {
 public:
  static restinio::asio_ns::io_context::id id;
  explicit ServerFacts(restinio::asio_ns::io_context& io) : service(io) {}
  bool https = false;

 private:
  void shutdown() override {}
};

// RESTinio closes a connection without a word when a request is malformed, too
// slow or over its limits. This socket notices that a request came in and no
// answer went out, and then says why (400, 408 or 413) before it closes: the
// answer is written, and further input is read and dropped for up to kLinger
// and kLingerBytes, so that the client gets to see it. It also answers
// `Expect: 100-continue`. Used by one connection, in its strand.
class GuardedSocket {
 public:
  using Tcp = restinio::asio_ns::ip::tcp;
  using executor_type = restinio::default_asio_executor;
  static constexpr auto kLinger = std::chrono::seconds(5);
  static constexpr size_t kLingerBytes = 64 << 20;

  explicit GuardedSocket(restinio::asio_ns::io_context& io) : state_(std::make_shared<State>(io)), io_(&io) {}
  // Moved from, it is a new closed socket: RESTinio accepts on it again. That
  // takes memory, so moving may throw.
  GuardedSocket(GuardedSocket&& other)  // NOLINT(performance-noexcept-move-constructor)
      : state_(std::exchange(other.state_, std::make_shared<State>(*other.io_))), io_(other.io_) {}
  GuardedSocket& operator=(GuardedSocket&& other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }

  Tcp::socket& lowest_layer() { return state_->socket; }
  const Tcp::socket& lowest_layer() const { return state_->socket; }
  executor_type get_executor() { return state_->socket.get_executor(); }
  Tcp::endpoint remote_endpoint() const { return state_->socket.remote_endpoint(); }
  bool is_open() const { return state_->socket.is_open(); }

  template <typename... Args>
  void cancel(Args&&... args) {
    state_->socket.cancel(std::forward<Args>(args)...);
  }
  template <typename Buffers, typename Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    const auto executor = restinio::asio_ns::get_associated_executor(handler);
    state_->socket.async_read_some(
        buffers, restinio::asio_ns::bind_executor(
                     executor, [state = state_, buffers, handler = std::forward<Handler>(handler)](
                                   const restinio::asio_ns::error_code& error, size_t bytes) mutable {
                       if (!error) state->Received(static_cast<const char*>(buffers.data()), bytes);
                       handler(error, bytes);
                     }));
  }
  template <typename Buffers, typename Handler>
  auto async_write_some(const Buffers& buffers, Handler&& handler) {
    state_->Answered();
    return state_->socket.async_write_some(buffers, std::forward<Handler>(handler));
  }
  // Closing does both, once what has to be said is said.
  template <typename... Args>
  void shutdown(Args&&...) {}
  template <typename... Args>
  void close(Args&&...) {
    State::Close(state_);
  }

 private:
  struct State {
    explicit State(restinio::asio_ns::io_context& io) : socket(io), timer(io), io(&io) {}
    void Received(const char* data, size_t bytes);
    void Answered();
    void AnswerExpect();
    static void Close(const std::shared_ptr<State>& state);
    static void Drain(const std::shared_ptr<State>& state);
    std::string LastWords() const;
    bool BodyTooLarge() const;

    Tcp::socket socket;
    restinio::asio_ns::steady_timer timer;
    restinio::asio_ns::io_context* io;
    // Of the request not answered yet: its first bytes, its length so far,
    // when it began.
    std::string head;
    size_t unanswered = 0;
    std::chrono::steady_clock::time_point begun;
    size_t drained = 0;
    char sink[16384];
  };

  std::shared_ptr<State> state_;
  restinio::asio_ns::io_context* io_;
};

// What RESTinio asks of a socket that is no plain one; found by its argument.
template <typename Connection, typename StartRead, typename Failed>
void prepare_connection_and_start_read(GuardedSocket&, Connection&, StartRead start_read, Failed) {
  start_read();
}
inline restinio::impl::tls_socket_t* make_tls_socket_pointer_for_state_listener(GuardedSocket&) noexcept {
  return nullptr;
}

}  // namespace seaworthy
