#include "services/reviewer/prompt/answer_sanitizer.h"

#include <algorithm>
#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "services/reviewer/prompt/visible_text.h"

namespace seaworthy {
namespace {

bool IsLetter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool IsWord(char c) { return IsLetter(c) || (c >= '0' && c <= '9'); }

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return lower;
}

absl::Status Found(const char* what, size_t at) {
  return absl::InvalidArgumentError(
      absl::StrCat("holds ", what, " at byte ", at, "; write plain words without links or markup"));
}

absl::Status CheckCharacters(std::string_view text) {
  for (size_t at = 0; at < text.size();) {
    const Character character = CharacterAt(text, at);
    if (IsInvisible(character.code)) {
      char name[40];
      std::snprintf(name, sizeof name, "the invisible character U+%04X",
                    static_cast<unsigned>(character.code));
      return Found(name, at);
    }
    at += character.bytes;
  }
  return absl::OkStatus();
}

struct Sign {
  const char* text;
  const char* what;
};

// Found anywhere, in lower case.
constexpr Sign kSigns[] = {
    {"://", "an address"},          {"javascript:", "an address"}, {"vbscript:", "an address"},
    {"mailto:", "an address"},      {"data:text/", "an address"},  {"data:image/", "an address"},
    {"](", "a Markdown link"},      {"![", "a Markdown image"},    {"]:", "a Markdown reference"},
    {"][", "a Markdown reference"}, {"{{", "a template's braces"}, {"}}", "a template's braces"},
    {"${", "a template's braces"},  {"<%", "a template's braces"}, {"&#", "an HTML entity"},
    {"```", "a code fence"}};

// `//host`, where no word stands before it.
bool IsBareAddress(std::string_view lower, size_t at) {
  return lower.substr(at, 2) == "//" && at + 2 < lower.size() && IsWord(lower[at + 2]) &&
         (at == 0 || (!IsWord(lower[at - 1]) && lower[at - 1] != '/'));
}

bool IsEntity(std::string_view lower, size_t at) {
  size_t end = at + 1;
  while (end < lower.size() && end - at < 12 && IsWord(lower[end])) ++end;
  return end > at + 1 && end < lower.size() && lower[end] == ';';
}

absl::Status CheckMarkup(std::string_view lower) {
  for (const Sign& sign : kSigns) {
    const size_t at = lower.find(sign.text);
    if (at != lower.npos) return Found(sign.what, at);
  }
  for (size_t at = 0; at < lower.size(); ++at) {
    const char next = at + 1 < lower.size() ? lower[at + 1] : ' ';
    if (lower[at] == '<' && (IsLetter(next) || next == '/' || next == '!' || next == '?')) {
      return Found("an HTML tag", at);
    }
    if (lower[at] == '&' && IsEntity(lower, at)) return Found("an HTML entity", at);
    if (IsBareAddress(lower, at)) return Found("an address", at);
    if (lower.substr(at, 4) == "www." && (at == 0 || !IsWord(lower[at - 1]))) return Found("an address", at);
  }
  return absl::OkStatus();
}

// Keeps the first error with the place it stands in.
class Checker {
 public:
  void Check(const std::string& path, std::string_view text) {
    if (!status_.ok()) return;
    const absl::Status found = CheckPlainWords(text);
    if (found.ok()) return;
    status_ = absl::InvalidArgumentError(absl::StrCat("answer: `", path, "` ", found.message()));
  }
  absl::Status status() const { return status_; }

 private:
  absl::Status status_;
};

}  // namespace

absl::Status CheckPlainWords(std::string_view text) {
  absl::Status status = CheckCharacters(text);
  if (status.ok()) status = CheckMarkup(Lower(text));
  return status;
}

absl::Status CheckPlainVerdict(const v1::Verdict& verdict) {
  Checker checker;
  checker.Check("quote", verdict.quote());
  for (int i = 0; i < verdict.claims_size(); ++i) {
    const std::string path = absl::StrCat("claims[", i, "].");
    checker.Check(path + "text", verdict.claims(i).text());
    checker.Check(path + "decided_by", verdict.claims(i).decided_by());
    for (const std::string& field : verdict.claims(i).fact_fields()) checker.Check(path + "fields", field);
  }
  for (int i = 0; i < verdict.competitors_size(); ++i) {
    checker.Check(absl::StrCat("competitors[", i, "]"), verdict.competitors(i));
  }
  checker.Check("flip", verdict.flip());
  return checker.status();
}

}  // namespace seaworthy
