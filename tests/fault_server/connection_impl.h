// The connection itself, over TCP or TLS. Heavy: include it in one source.
#pragma once

#include <algorithm>
#include <array>
#include <asio.hpp>
#include <asio/ssl.hpp>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>
#include "absl/strings/string_view.h"

#include "absl/time/time.h"
#include "tests/fault_server/connection.h"

namespace seaworthy {

using PlainStream = asio::ip::tcp::socket;
using TlsStream = asio::ssl::stream<asio::ip::tcp::socket>;

// Lives as long as something is under way on it; runs on the one thread of its
// io_context. Its buffers are bounded by the reader's bounds, and all of them
// by kMaxBuffered.
template <typename Stream>
class Connection : public std::enable_shared_from_this<Connection<Stream>> {
 public:
  Connection(Stream stream, ConnectionHost* host)
      : stream_(std::move(stream)), timer_(stream_.get_executor()), host_(*host), reader_(host->max_body()) {
    ++host_.counters().connections;
    ++host_.counters().open;
  }
  ~Connection() {
    if (in_flight_) --host_.counters().in_flight;
    host_.counters().buffered -= buffered_;
    --host_.counters().open;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void Start() {
    asio::error_code ignored;
    stream_.lowest_layer().set_option(asio::ip::tcp::no_delay(true), ignored);
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      stream_.async_handshake(TlsStream::server, [self = this->shared_from_this()](asio::error_code error) {
        if (!error) self->Read();
      });
    } else {
      Read();
    }
  }

 private:
  using State = HttpRequestReader::State;
  using End = WireReply::End;
  static constexpr int64_t kMaxBuffered = 256LL << 20;

  void Read() {
    stream_.async_read_some(asio::buffer(input_),
                            [self = this->shared_from_this()](asio::error_code error, size_t size) {
                              if (!error) self->OnRead(size);
                            });
  }

  void OnRead(size_t size) {
    host_.counters().bytes_in += size;
    const State state = reader_.Feed(absl::string_view(input_.data(), size));
    const auto held = static_cast<int64_t>(reader_.buffered());
    const int64_t all = host_.counters().buffered += held - buffered_;
    buffered_ = held;
    if (all > kMaxBuffered) return Refuse(503);
    On(state);
  }

  void On(State state) {
    if (state == State::kMore && reader_.TakeExpectContinue()) return Continue();
    if (state == State::kMore) return Read();
    if (state == State::kMalformed) return Refuse(400);
    if (state == State::kTooLarge) return Refuse(413);
    Answer();
  }

  void Continue() {
    reply_.bytes = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(stream_, asio::buffer(reply_.bytes),
                      [self = this->shared_from_this()](asio::error_code error, size_t) {
                        if (!error) self->Read();
                      });
  }

  void Refuse(int status) {
    reply_ =
        SizedReply(status, "text/plain", "The request is malformed or too large.\n", "connection: close\r\n");
    reply_.end = End::kClose;
    Send();
  }

  void Answer() {
    FaultCounters& counters = host_.counters();
    ++counters.requests;
    const int64_t now = ++counters.in_flight;
    in_flight_ = true;
    int64_t most = counters.most_in_flight;
    while (now > most && !counters.most_in_flight.compare_exchange_weak(most, now)) {
    }
    reply_ = host_.Answer(reader_.request());
    ++(reply_.status == 200 ? counters.ok : counters.errors);
    const absl::Duration latency = host_.latency();
    if (latency <= absl::ZeroDuration()) return Send();
    timer_.expires_after(absl::ToChronoMicroseconds(latency));
    timer_.async_wait([self = this->shared_from_this()](asio::error_code error) {
      if (!error) self->Send();
    });
  }

  void Send() {
    if (reply_.bytes.empty()) return SendBlocks();
    Write(reply_.bytes, [](Connection* self) { self->SendBlocks(); });
  }

  void SendBlocks() {
    if (reply_.blocks == 0) return SendLast();
    if (reply_.blocks != WireReply::kEndless) --reply_.blocks;
    Write(*reply_.block, [](Connection* self) { self->SendBlocks(); });
  }

  void SendLast() {
    if (reply_.last.empty()) return Drip();
    Write(reply_.last, [](Connection* self) { self->Drip(); });
  }

  void Drip() {
    if (dripped_ == reply_.drip.size()) return Finish();
    timer_.expires_after(absl::ToChronoMicroseconds(host_.drip_interval()));
    timer_.async_wait([self = this->shared_from_this()](asio::error_code error) {
      if (error) return;
      const absl::string_view byte = absl::string_view(self->reply_.drip).substr(self->dripped_++, 1);
      self->Write(byte, [](Connection* then) { then->Drip(); });
    });
  }

  void Write(absl::string_view bytes, void (*then)(Connection*)) {
    asio::async_write(stream_, asio::buffer(bytes.data(), bytes.size()),
                      [self = this->shared_from_this(), then](asio::error_code error, size_t size) {
                        self->host_.counters().bytes_out += size;
                        if (!error) then(self.get());
                      });
  }

  void Finish() {
    if (in_flight_) --host_.counters().in_flight;
    in_flight_ = false;
    dripped_ = 0;
    switch (reply_.end) {
      case End::kKeepAlive:
        if (reader_.request().keep_alive) return On(reader_.Next());
        return Close();
      case End::kClose:
        return Close();
      case End::kReset:
        return Reset();
      case End::kHang:
        return Ignore();
    }
  }

  // Says that nothing more comes, then waits for the client to go: closing at
  // once could reset what it has not read.
  void Close() {
    asio::error_code ignored;
    if constexpr (std::is_same_v<Stream, TlsStream>) {
      stream_.async_shutdown([self = this->shared_from_this()](asio::error_code) {});
    } else {
      stream_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
      Ignore();
    }
  }

  void Reset() {
    asio::error_code ignored;
    stream_.lowest_layer().set_option(asio::socket_base::linger(true, 0), ignored);
    stream_.lowest_layer().close(ignored);
  }

  // Reads on, to hear when the client goes.
  void Ignore() {
    stream_.async_read_some(asio::buffer(input_),
                            [self = this->shared_from_this()](asio::error_code error, size_t) {
                              if (!error) self->Ignore();
                            });
  }

  Stream stream_;
  asio::steady_timer timer_;
  ConnectionHost& host_;
  HttpRequestReader reader_;
  WireReply reply_;
  size_t dripped_ = 0;
  int64_t buffered_ = 0;
  bool in_flight_ = false;
  std::array<char, 16384> input_;
};

}  // namespace seaworthy
