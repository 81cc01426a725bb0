#include "services/ingest/fetch/robots.h"

#include <cstring>

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/strings/numbers.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kLongestDelay = absl::Hours(24);

int HexValue(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool IsUnreserved(char c) { return IsAlnum(c) || std::string_view("-._~").find(c) != std::string_view::npos; }

void AppendEscaped(char c, std::string* out) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out->push_back('%');
  out->push_back(kDigits[byte >> 4]);
  out->push_back(kDigits[byte & 15]);
}

// One spelling for all octets (RFC 9309 2.2.2): escapes of unreserved ones are
// undone, the others upper case, octets beyond ASCII escaped.
std::string Normalised(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool escape =
        c == '%' && i + 2 < text.size() && HexValue(text[i + 1]) >= 0 && HexValue(text[i + 2]) >= 0;
    if (escape) {
      const auto octet = static_cast<char>(HexValue(text[i + 1]) * 16 + HexValue(text[i + 2]));
      if (IsUnreserved(octet)) {
        out.push_back(octet);
      } else {
        AppendEscaped(octet, &out);
      }
      i += 2;
    } else if (static_cast<unsigned char>(c) > 0x7e || static_cast<unsigned char>(c) <= 0x20) {
      AppendEscaped(c, &out);
    } else {
      out.push_back(c);
    }
  }
  return out;
}

// Where `part` is in `text` from `from` on; memmem is linear in the worst case.
size_t Find(std::string_view text, std::string_view part, size_t from) {
  if (part.empty()) return from;
  const void* found = memmem(text.data() + from, text.size() - from, part.data(), part.size());
  return found == nullptr ? std::string_view::npos : static_cast<const char*>(found) - text.data();
}

// `*` matches any run of octets. The leftmost place for each part between
// stars is enough, except for the last part of an anchored pattern, which must
// be the end.
bool Matches(std::string_view pattern, bool anchored, std::string_view path) {
  size_t at = 0;
  bool first = true;
  while (true) {
    const size_t star = pattern.find('*');
    const bool last = star == std::string_view::npos;
    const std::string_view part = pattern.substr(0, star);
    if (first && !path.starts_with(part)) return false;
    if (last && anchored) {
      if (first) return path.size() == part.size();
      return path.size() - at >= part.size() && path.ends_with(part);
    }
    const size_t found = first ? 0 : Find(path, part, at);
    if (found == std::string_view::npos) return false;
    if (last) return true;
    at = found + part.size();
    pattern.remove_prefix(star + 1);
    first = false;
  }
}

// The token a user-agent line begins with: `Seaworthy` of `Seaworthy/1.0`.
std::string_view Token(std::string_view value) {
  if (value.starts_with('*')) return "*";
  size_t end = 0;
  while (end < value.size() && (IsAlpha(value[end]) || value[end] == '_' || value[end] == '-')) ++end;
  return value.substr(0, end);
}

}  // namespace

// Reads lines one after the other. A group is some user-agent lines and the
// rules up to the next user-agent line.
class RobotsReader {
 public:
  explicit RobotsReader(std::string_view token) : token_(Lower(token)) {}

  void TakeLine(std::string_view line) {
    line = line.substr(0, line.find('#'));
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const std::string key = Lower(Strip(line.substr(0, colon)));
    const std::string_view value = Strip(line.substr(colon + 1));
    if (key == "user-agent") return TakeAgent(value);
    const bool allow = key == "allow";
    const bool delay = key == "crawl-delay";
    // Other lines, such as Sitemap, end no group.
    if (!allow && !delay && key != "disallow") return;
    in_agents_ = false;
    for (const auto& [wanted, robots] : {std::pair(in_ours_, &ours_), std::pair(in_any_, &any_)}) {
      if (!wanted) continue;
      if (delay) {
        TakeDelay(value, robots);
      } else {
        TakeRule(allow, value, robots);
      }
    }
  }

  Robots Take() { return has_ours_ ? std::move(ours_) : std::move(any_); }

 private:
  void TakeAgent(std::string_view value) {
    if (!in_agents_) in_ours_ = in_any_ = false;
    in_agents_ = true;
    const std::string_view token = Token(value);
    in_any_ |= token == "*";
    in_ours_ |= Lower(token) == token_;
    has_ours_ |= in_ours_;
  }

  static void TakeDelay(std::string_view value, Robots* robots) {
    double seconds = 0;
    if (!absl::SimpleAtod(std::string(value), &seconds) || !std::isfinite(seconds) || seconds < 0) return;
    robots->crawl_delay_ = std::min(absl::Seconds(seconds), kLongestDelay);
  }

  static void TakeRule(bool allow, std::string_view value, Robots* robots) {
    // An empty rule matches nothing.
    if (value.empty() || robots->rules_.size() >= Robots::kMaxRules) return;
    Robots::Rule rule;
    rule.allow = allow;
    rule.length = value.size();
    rule.anchored = value.ends_with('$');
    if (rule.anchored) value.remove_suffix(1);
    rule.pattern = Normalised(value);
    // Paths begin with a slash; many write the rule without.
    if (!rule.pattern.starts_with('/') && !rule.pattern.starts_with('*'))
      rule.pattern = Cat("/", rule.pattern);
    robots->rules_.push_back(std::move(rule));
  }

  const std::string token_;
  bool in_agents_ = false;
  bool in_ours_ = false;
  bool in_any_ = false;
  bool has_ours_ = false;
  Robots ours_;
  Robots any_;
};

Robots Robots::Parse(std::string_view bytes, std::string_view product_token) {
  // A rule that is cut short would mean more than it says.
  if (bytes.size() > kMaxBytes) bytes = bytes.substr(0, bytes.find_last_of("\r\n", kMaxBytes) + 1);
  if (bytes.starts_with("\xef\xbb\xbf")) bytes.remove_prefix(3);
  RobotsReader reader(product_token);
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find_first_of("\r\n"), bytes.size());
    reader.TakeLine(bytes.substr(0, end));
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
  }
  return reader.Take();
}

bool Robots::Allows(std::string_view path_and_query) const {
  if (path_and_query == "/robots.txt") return true;
  const std::string path = Normalised(path_and_query);
  bool allowed = true;
  size_t longest = 0;
  for (const Rule& rule : rules_) {
    if (rule.length < longest || (rule.length == longest && (allowed || !rule.allow))) continue;
    if (!Matches(rule.pattern, rule.anchored, path)) continue;
    longest = rule.length;
    allowed = rule.allow;
  }
  return allowed;
}

}  // namespace seaworthy
