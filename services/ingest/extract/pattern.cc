#include "services/ingest/extract/pattern.h"

#include <re2/re2.h>

#include <cstdlib>
#include <iostream>

namespace seaworthy {

Pattern::Pattern(std::string_view expression, bool ignore_case) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_case_sensitive(!ignore_case);
  options.set_max_mem(16 << 20);
  re_ = std::make_unique<re2::RE2>(re2::StringPiece(expression.data(), expression.size()), options);
  if (!re_->ok()) {
    std::cerr << "bad pattern " << expression << ": " << re_->error() << "\n";
    std::abort();
  }
}

Pattern::~Pattern() = default;
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;

bool Pattern::Matches(std::string_view text) const {
  return re_->Match(re2::StringPiece(text.data(), text.size()), 0, text.size(), re2::RE2::UNANCHORED, nullptr,
                    0);
}

std::optional<Match> Pattern::Find(std::string_view text, size_t from) const {
  const int groups = 1 + re_->NumberOfCapturingGroups();
  std::vector<re2::StringPiece> pieces(static_cast<size_t>(groups));
  if (from > text.size() || !re_->Match(re2::StringPiece(text.data(), text.size()), from, text.size(),
                                        re2::RE2::UNANCHORED, pieces.data(), groups)) {
    return std::nullopt;
  }
  Match match;
  for (const re2::StringPiece& piece : pieces) {
    const bool set = piece.data() != nullptr;
    const size_t begin = set ? static_cast<size_t>(piece.data() - text.data()) : 0;
    match.groups.push_back({begin, begin + piece.size()});
    match.set.push_back(set);
  }
  return match;
}

std::vector<Match> Pattern::FindAll(std::string_view text, size_t max) const {
  std::vector<Match> matches;
  size_t at = 0;
  while (matches.size() < max) {
    auto match = Find(text, at);
    if (!match) break;
    at = match->all().empty() ? match->all().end + 1 : match->all().end;
    matches.push_back(*std::move(match));
  }
  return matches;
}

}  // namespace seaworthy
