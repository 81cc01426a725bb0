#include "services/reviewer/policy/repair_hint.h"

#include <algorithm>

#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

bool IsBad(const v1::Mark& mark) {
  return mark.support() == v1::Claim::UNSUPPORTED || mark.support() == v1::Claim::CONTRADICTED;
}

// One line without markup, at most `most` bytes, cut between characters.
std::string Tame(std::string_view words, size_t most) {
  std::string tame(words.substr(0, most));
  if (words.size() > most) {
    while (!tame.empty() && (static_cast<unsigned char>(words[tame.size()]) & 0xC0U) == 0x80U)
      tame.pop_back();
  }
  for (char& c : tame) {
    if (static_cast<unsigned char>(c) < 0x20 || c == '<' || c == '>' || c == 0x7F) c = ' ';
  }
  return tame;
}

}  // namespace

std::string RepairHint(LlmOutcome outcome, std::string_view reason) {
  if (outcome == LlmOutcome::kTruncated) {
    return "Your last answer was cut off at the token limit. Answer again in the same schema and be brief: "
           "a quote of at most 120 words and at most 6 claims.";
  }
  const std::string_view what = outcome == LlmOutcome::kInvalidJson ? "Your last answer was no JSON: "
                                                                    : "Your last answer broke the schema: ";
  constexpr std::string_view kThen = ". Answer again with one JSON object in the schema and nothing else.";
  return text::Cat(what, Tame(reason, kMaxHintBytes - what.size() - kThen.size()), kThen);
}

std::string MarksHint(const std::vector<v1::Mark>& marks) {
  if (CountBad(marks) == 0) return "";
  constexpr std::string_view kThen = " Answer again without them, or say what the announcement says.";
  std::string hint = "Neither announcement nor facts bear out these words of your quote:";
  for (const v1::Mark& mark : marks) {
    if (!IsBad(mark)) continue;
    const std::string next = text::Cat(" `", Tame(mark.text(), 60), "` (", Tame(mark.reason(), 90), ");");
    if (hint.size() + next.size() + kThen.size() > kMaxHintBytes) break;
    hint += next;
  }
  return text::Cat(hint, kThen);
}

int CountBad(const std::vector<v1::Mark>& marks) {
  return static_cast<int>(std::count_if(marks.begin(), marks.end(), IsBad));
}

}  // namespace seaworthy
