#include "services/reviewer/wire/json_walker.h"

#include <array>

#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

void AppendUtf8(uint32_t code, std::string* out) {
  if (code < 0x80) {
    out->push_back(static_cast<char>(code));
  } else if (code < 0x800) {
    out->push_back(static_cast<char>(0xC0 | (code >> 6)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else if (code < 0x10000) {
    out->push_back(static_cast<char>(0xE0 | (code >> 12)));
    out->push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xF0 | (code >> 18)));
    out->push_back(static_cast<char>(0x80 | ((code >> 12) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | ((code >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (code & 0x3F)));
  }
}

constexpr uint32_t kReplacement = 0xFFFD;

// Length of the UTF-8 sequence at the front, 0 where it is none.
size_t SequenceLength(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text.front());
  const size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  return length <= text.size() && (text.front() == '\0' || text::IsUtf8(text.substr(0, length))) ? length : 0;
}

}  // namespace

bool JsonWalker::Fail() {
  failed_ = true;
  at_ = text_.size();
  return false;
}

void JsonWalker::SkipSpace() {
  while (at_ < text_.size() &&
         (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\r' || text_[at_] == '\t'))
    ++at_;
}

char JsonWalker::Peek() {
  SkipSpace();
  return at_ < text_.size() ? text_[at_] : '\0';
}

bool JsonWalker::Take(char c) {
  if (Peek() != c || at_ >= text_.size()) return Fail();
  ++at_;
  return true;
}

bool JsonWalker::AtEnd() {
  SkipSpace();
  return !failed_ && at_ == text_.size();
}

bool JsonWalker::Word(std::string_view word) {
  if (!text_.substr(at_).starts_with(word)) return Fail();
  at_ += word.size();
  return true;
}

bool JsonWalker::Digits() {
  if (at_ >= text_.size() || !IsDigit(text_[at_])) return Fail();
  while (at_ < text_.size() && IsDigit(text_[at_])) ++at_;
  return true;
}

bool JsonWalker::Number() {
  if (text_[at_] == '-') ++at_;
  if (at_ < text_.size() && text_[at_] == '0') {
    ++at_;
  } else if (!Digits()) {
    return false;
  }
  if (at_ < text_.size() && text_[at_] == '.') {
    ++at_;
    if (!Digits()) return false;
  }
  if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
    ++at_;
    if (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) ++at_;
    if (!Digits()) return false;
  }
  return true;
}

bool JsonWalker::Skip(std::string_view* raw) {
  const char first = Peek();
  const size_t begin = at_;
  bool fine = false;
  switch (first) {
    case '{':
      fine = Object([this](std::string_view) { return Skip(); });
      break;
    case '[':
      fine = Array([this] { return Skip(); });
      break;
    case '"':
      fine = String(nullptr);
      break;
    case 't':
      fine = Word("true");
      break;
    case 'f':
      fine = Word("false");
      break;
    case 'n':
      fine = Word("null");
      break;
    default:
      fine = (first == '-' || IsDigit(first)) ? Number() : Fail();
  }
  if (fine && raw != nullptr) *raw = text_.substr(begin, at_ - begin);
  return fine;
}

bool JsonWalker::Object(absl::FunctionRef<bool(std::string_view key)> member) {
  if (!Take('{') || ++depth_ > kMaxDepth) return Fail();
  std::string key;
  while (Peek() != '}') {
    key.clear();
    if (!String(&key) || !Take(':') || !member(key) || failed_) return Fail();
    if (Peek() == '}') break;
    if (!Take(',') || Peek() == '}') return Fail();
  }
  --depth_;
  return Take('}');
}

bool JsonWalker::Array(absl::FunctionRef<bool()> element) {
  if (!Take('[') || ++depth_ > kMaxDepth) return Fail();
  while (Peek() != ']') {
    if (!element() || failed_) return Fail();
    if (Peek() == ']') break;
    if (!Take(',') || Peek() == ']') return Fail();
  }
  --depth_;
  return Take(']');
}

bool JsonWalker::String(std::string* out) {
  if (!Take('"')) return false;
  size_t begin = at_;
  for (; at_ < text_.size(); ++at_) {
    const char c = text_[at_];
    if (static_cast<unsigned char>(c) < 0x20) return Fail();
    if (c != '"' && c != '\\') continue;
    if (out != nullptr) out->append(text_.substr(begin, at_ - begin));
    if (c == '"') {
      ++at_;
      return true;
    }
    ++at_;
    if (!Escape(out)) return Fail();
    begin = at_--;
  }
  return Fail();
}

bool JsonWalker::Hex4(uint32_t* out) {
  *out = 0;
  for (int i = 0; i < 4; ++i, ++at_) {
    if (at_ >= text_.size()) return false;
    const char c = text_[at_];
    const char lower = static_cast<char>(c | 0x20);
    if (!IsDigit(c) && (lower < 'a' || lower > 'f')) return false;
    *out = *out * 16 + static_cast<uint32_t>(IsDigit(c) ? c - '0' : lower - 'a' + 10);
  }
  return true;
}

// Behind the backslash.
bool JsonWalker::Escape(std::string* out) {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeans = "\"\\/\b\f\n\r\t";
  if (at_ >= text_.size()) return false;
  const char c = text_[at_++];
  if (c != 'u') {
    const size_t which = kNames.find(c);
    if (which == std::string_view::npos) return false;
    if (out != nullptr) out->push_back(kMeans[which]);
    return true;
  }
  uint32_t code = 0;
  if (!Hex4(&code)) return false;
  if (code >= 0xD800 && code < 0xDC00 && text_.substr(at_).starts_with("\\u")) {
    const size_t back = at_;
    uint32_t low = 0;
    at_ += 2;
    if (!Hex4(&low)) return false;
    if (low >= 0xDC00 && low < 0xE000) {
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else {
      at_ = back;
    }
  }
  if (code >= 0xD800 && code < 0xE000) code = kReplacement;
  if (out != nullptr) AppendUtf8(code, out);
  return true;
}

bool JsonWalker::StringOrSkip(std::string* out) {
  if (Peek() != '"') return Skip();
  out->clear();
  return String(out);
}

bool JsonWalker::CountOrSkip(uint64_t* out) {
  std::string_view raw;
  if (!Skip(&raw)) return false;
  uint64_t value = 0;
  if (raw.size() > 18) return true;
  for (const char c : raw) {
    if (!IsDigit(c)) return true;
    value = value * 10 + static_cast<uint64_t>(c - '0');
  }
  *out = value;
  return true;
}

bool IsJsonDocument(std::string_view text) {
  JsonWalker walker(text);
  return walker.Skip() && walker.AtEnd();
}

void AppendJsonEscaped(std::string_view text, std::string* out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::string_view kNamed = "\"\\\n\r\t";
  constexpr std::string_view kNames = "\"\\nrt";
  size_t begin = 0;
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x20 && c < 0x80 && c != '"' && c != '\\') {
      ++i;
      continue;
    }
    const size_t length = SequenceLength(text.substr(i));
    if (c >= 0x80 && length > 0) {
      i += length;
      continue;
    }
    out->append(text.substr(begin, i - begin));
    const size_t named = kNamed.find(static_cast<char>(c));
    if (named != std::string_view::npos) {
      out->push_back('\\');
      out->push_back(kNames[named]);
    } else if (c < 0x20) {
      out->append({'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 15]});
    } else {
      AppendUtf8(kReplacement, out);
    }
    begin = ++i;
  }
  out->append(text.substr(begin));
}

std::string JsonQuoted(std::string_view text) {
  std::string out = "\"";
  AppendJsonEscaped(text, &out);
  out.push_back('"');
  return out;
}

}  // namespace seaworthy
