#include "tests/fault_server/http_request.h"

#include <charconv>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxHead = 64U << 10;

bool ParseNumber(absl::string_view text, int base, size_t* number) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, *number, base);
  return error == std::errc() && stop == end;
}

}  // namespace

absl::string_view HttpRequest::Header(absl::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return "";
}

HttpRequestReader::State HttpRequestReader::Feed(absl::string_view bytes) {
  buffer_.append(bytes.data(), bytes.size());
  return Read();
}

HttpRequestReader::State HttpRequestReader::Next() {
  request_ = HttpRequest();
  in_body_ = false;
  return Read();
}

bool HttpRequestReader::TakeExpectContinue() {
  const bool expects = in_body_ && expects_continue_;
  if (in_body_) expects_continue_ = false;
  return expects;
}

HttpRequestReader::State HttpRequestReader::Read() {
  if (!in_body_) {
    const State head = ReadHead();
    if (head != State::kDone) return head;
    in_body_ = true;
  }
  return chunked_ ? ReadChunks() : ReadSized();
}

HttpRequestReader::State HttpRequestReader::ReadHead() {
  const size_t end = buffer_.find("\r\n\r\n");
  if (end > kMaxHead) return buffer_.size() > kMaxHead ? State::kTooLarge : State::kMore;
  if (!ParseHead(absl::string_view(buffer_).substr(0, end + 2))) return State::kMalformed;
  buffer_.erase(0, end + 4);
  return content_length_ > max_body_ ? State::kTooLarge : State::kDone;
}

bool HttpRequestReader::ParseHead(absl::string_view head) {
  const size_t line_end = head.find("\r\n");
  const std::vector<absl::string_view> parts = absl::StrSplit(head.substr(0, line_end), ' ');
  if (parts.size() != 3 || parts[0].empty() || !absl::StartsWith(parts[1], "/")) return false;
  if (parts[2] != "HTTP/1.1" && parts[2] != "HTTP/1.0") return false;
  request_.method = std::string(parts[0]);
  request_.target = std::string(parts[1].substr(0, parts[1].find('?')));
  request_.keep_alive = parts[2] == "HTTP/1.1";
  content_length_ = 0;
  chunked_ = false;
  expects_continue_ = false;
  return ParseHeaders(head.substr(line_end + 2));
}

bool HttpRequestReader::ParseHeaders(absl::string_view lines) {
  for (absl::string_view line : absl::StrSplit(lines, "\r\n", absl::SkipEmpty())) {
    const size_t colon = line.find(':');
    if (colon == absl::string_view::npos || colon == 0) return false;
    std::string name = absl::AsciiStrToLower(line.substr(0, colon));
    const absl::string_view value = absl::StripAsciiWhitespace(line.substr(colon + 1));
    if (name == "content-length" && !ParseNumber(value, 10, &content_length_)) return false;
    if (name == "transfer-encoding") {
      if (!absl::EqualsIgnoreCase(value, "chunked")) return false;
      chunked_ = true;
    }
    if (name == "connection" && absl::EqualsIgnoreCase(value, "close")) request_.keep_alive = false;
    if (name == "expect" && absl::EqualsIgnoreCase(value, "100-continue")) expects_continue_ = true;
    request_.headers.emplace_back(std::move(name), std::string(value));
  }
  return true;
}

HttpRequestReader::State HttpRequestReader::ReadSized() {
  if (buffer_.size() < content_length_) return State::kMore;
  if (buffer_.size() == content_length_) {
    request_.body.swap(buffer_);
    buffer_.clear();
  } else {
    request_.body.assign(buffer_, 0, content_length_);
    buffer_.erase(0, content_length_);
  }
  return State::kDone;
}

HttpRequestReader::State HttpRequestReader::ReadChunks() {
  while (true) {
    const size_t line_end = buffer_.find("\r\n");
    if (line_end == std::string::npos) return buffer_.size() > kMaxHead ? State::kMalformed : State::kMore;
    const absl::string_view line = absl::string_view(buffer_).substr(0, line_end);
    size_t size = 0;
    if (!ParseNumber(line.substr(0, line.find(';')), 16, &size)) return State::kMalformed;
    if (size > max_body_ || request_.body.size() + size > max_body_) return State::kTooLarge;
    if (buffer_.size() < line_end + 2 + size + 2) return State::kMore;
    if (buffer_.compare(line_end + 2 + size, 2, "\r\n") != 0) return State::kMalformed;
    request_.body.append(buffer_, line_end + 2, size);
    buffer_.erase(0, line_end + 2 + size + 2);
    if (size == 0) return State::kDone;
  }
}

}  // namespace seaworthy
