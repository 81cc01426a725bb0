#include "services/publisher/http/guarded_socket.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "services/publisher/http/http_message.h"
#include "services/publisher/http/http_server.h"

namespace seaworthy {
namespace {

namespace asio = restinio::asio_ns;

constexpr size_t kMaxHead = 16 << 10;
constexpr char kHeadEnd[] = "\r\n\r\n";
// What took this long was closed for being slow.
constexpr auto kSlow = std::chrono::seconds(20);

// The value of a header in a lower-case head; empty where it is absent.
std::string HeaderIn(const std::string& head, const std::string& name) {
  const std::string key = absl::StrCat("\r\n", name, ":");
  const size_t at = head.find(key);
  if (at == std::string::npos) return "";
  const size_t begin = at + key.size();
  const std::string value = head.substr(begin, head.find("\r\n", begin) - begin);
  return std::string(absl::StripAsciiWhitespace(value));
}

std::string Serialise(const HttpResponse& response) {
  std::string out = absl::StrCat("HTTP/1.1 ", response.status, " ", ReasonPhrase(response.status), "\r\n");
  for (const auto& [name, value] : response.headers) absl::StrAppend(&out, name, ": ", value, "\r\n");
  absl::StrAppend(&out, "Connection: close\r\nContent-Length: ", response.body.size(), "\r\n\r\n",
                  response.body);
  return out;
}

}  // namespace

asio::io_context::id ServerFacts::id;

void GuardedSocket::State::Received(const char* data, size_t bytes) {
  if (unanswered == 0) {
    begun = std::chrono::steady_clock::now();
    head.clear();
  }
  unanswered += bytes;
  if (absl::EndsWith(head, kHeadEnd) || head.size() >= kMaxHead) return;
  const size_t before = head.size();
  head.append(data, std::min(bytes, kMaxHead - before));
  const size_t end = head.find(kHeadEnd, before < 3 ? 0 : before - 3);
  if (end == std::string::npos) return;
  head.resize(end + 4);
  AnswerExpect();
}

void GuardedSocket::State::Answered() {
  unanswered = 0;
  head.clear();
}

void GuardedSocket::State::AnswerExpect() {
  // What has no body expects nothing: not worth a copy of each head.
  if (absl::StartsWith(head, "GET ")) return;
  const std::string lower = absl::AsciiStrToLower(head);
  if (HeaderIn(lower, "expect") != "100-continue" || BodyTooLarge()) return;
  const std::string go_on = absl::StrCat("HTTP/1.1 100 Continue", kHeadEnd);
  asio::error_code ignored;
  socket.write_some(asio::buffer(go_on), ignored);
}

bool GuardedSocket::State::BodyTooLarge() const {
  uint64_t length = 0;
  const bool announced = absl::SimpleAtoi(HeaderIn(absl::AsciiStrToLower(head), "content-length"), &length);
  return (announced && length > kMaxHttpBodyBytes) || unanswered > kMaxHttpBodyBytes;
}

std::string GuardedSocket::State::LastWords() const {
  HttpResponse response;
  if (BodyTooLarge()) {
    response = JsonError(413, "too_large",
                         absl::StrCat("the body is larger than ", kMaxHttpBodyBytes,
                                      " bytes and was not read; an announcement may have 2 MiB: send its "
                                      "text only"));
  } else if (std::chrono::steady_clock::now() - begun >= kSlow) {
    response = JsonError(408, "timeout", "the request took too long; send it again");
  } else {
    response = JsonError(400, "invalid_argument",
                         "the request is malformed, or its headers or address are too long");
  }
  AddSecurityHeaders(response, asio::use_service<ServerFacts>(*io).https);
  return Serialise(response);
}

void GuardedSocket::State::Close(const std::shared_ptr<State>& state) {
  asio::error_code ignored;
  if (!state->socket.is_open()) return;
  if (state->unanswered == 0) {
    state->socket.shutdown(Tcp::socket::shutdown_both, ignored);
    state->socket.close(ignored);
    return;
  }
  const auto words = std::make_shared<std::string>(state->LastWords());
  state->Answered();
  state->socket.cancel(ignored);
  state->timer.expires_after(kLinger);
  state->timer.async_wait([state](const asio::error_code&) {
    asio::error_code closing;
    state->socket.close(closing);
  });
  asio::async_write(state->socket, asio::buffer(*words),
                    [state, words](const asio::error_code& error, size_t) {
                      asio::error_code half_closing;
                      if (!error) state->socket.shutdown(Tcp::socket::shutdown_send, half_closing);
                      Drain(state);
                    });
}

void GuardedSocket::State::Drain(const std::shared_ptr<State>& state) {
  state->socket.async_read_some(asio::buffer(state->sink),
                                [state](const asio::error_code& error, size_t bytes) {
                                  state->drained += bytes;
                                  if (error || state->drained > kLingerBytes) {
                                    state->timer.cancel();
                                    return;
                                  }
                                  Drain(state);
                                });
}

}  // namespace seaworthy
