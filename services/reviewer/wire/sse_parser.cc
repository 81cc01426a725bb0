#include "services/reviewer/wire/sse_parser.h"

#include <algorithm>

namespace seaworthy {
namespace {

// As find_first_of("\r\n"), at the speed of memchr.
size_t FindLineEnd(std::string_view bytes) {
  const size_t feed = bytes.find('\n');
  return std::min(feed, bytes.substr(0, feed).find('\r'));
}

}  // namespace

bool SseParser::Feed(std::string_view bytes, absl::FunctionRef<bool(std::string_view data)> event) {
  while (!bytes.empty()) {
    if (after_return_ && bytes.front() == '\n') bytes.remove_prefix(1);
    after_return_ = false;
    const size_t end = FindLineEnd(bytes);
    if (line_.size() + data_.size() + std::min(end, bytes.size()) > kMaxEvent) return false;
    if (end == std::string_view::npos) {
      line_.append(bytes);
      return true;
    }
    after_return_ = bytes[end] == '\r';
    const std::string_view piece = bytes.substr(0, end);
    bytes.remove_prefix(end + 1);
    bool fine = false;
    if (line_.empty()) {
      fine = TakeLine(piece, event);
    } else {
      line_.append(piece);
      fine = TakeLine(line_, event);
      line_.clear();
    }
    if (!fine) return false;
  }
  return true;
}

bool SseParser::TakeLine(std::string_view line, absl::FunctionRef<bool(std::string_view data)> event) {
  constexpr std::string_view kData = "data:";
  if (line.empty()) {
    const bool fine = !has_data_ || event(data_);
    data_.clear();
    has_data_ = false;
    return fine;
  }
  if (!line.starts_with(kData)) return true;
  line.remove_prefix(kData.size());
  if (line.starts_with(' ')) line.remove_prefix(1);
  if (has_data_) data_.push_back('\n');
  data_.append(line);
  has_data_ = true;
  return true;
}

bool WhitespaceWatch::Feed(std::string_view text) {
  for (const char c : text) {
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      escaped_ = false;
      if (++run_ > (depth_ == 0 ? kMaxOutside : kMaxInside)) return false;
      continue;
    }
    run_ = 0;
    if (quoted_) {
      quoted_ = escaped_ || c != '"';
      escaped_ = !escaped_ && c == '\\';
    } else if (c == '"') {
      quoted_ = depth_ > 0;
    } else if (c == '{' || c == '[') {
      ++depth_;
      begun_ = true;
    } else if ((c == '}' || c == ']') && depth_ > 0) {
      --depth_;
    }
  }
  return true;
}

}  // namespace seaworthy
