#include "services/publisher/pages/mark_view.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/ascii.h"

namespace seaworthy {
namespace {

using nlohmann::json;

// How a mark looks and what it is called. Signs and line styles say it without
// colour.
struct Look {
  const char* style;
  const char* sign;
  const char* said;
};

Look LookOf(const v1::Mark& mark) {
  if (mark.support() == v1::Claim::SUPPORTED) return {"mark-supported", "", "supported"};
  if (!mark.accepted_by().empty()) return {"mark-accepted", "✓", "accepted"};
  if (mark.support() == v1::Claim::CONTRADICTED) return {"mark-contradicted", "≠", "contradicted"};
  return {"mark-unsupported", "?", "unsupported"};
}

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0U) == 0x80; }

bool Fits(const v1::Mark& mark, std::string_view quote) {
  if (mark.begin() >= mark.end() || mark.end() > quote.size()) return false;
  if (IsContinuation(quote[mark.begin()])) return false;
  if (mark.end() < quote.size() && IsContinuation(quote[mark.end()])) return false;
  return quote.substr(mark.begin(), mark.end() - mark.begin()) == mark.text();
}

bool IsShown(const v1::Mark& mark) { return mark.support() != v1::Claim::SUPPORT_UNSPECIFIED; }
bool IsListed(const v1::Mark& mark) { return IsShown(mark) && mark.support() != v1::Claim::SUPPORTED; }

json Piece(std::string_view text) {
  return {{"text", std::string(text)},
          {"marked", false},
          {"style", ""},
          {"sign", ""},
          {"said", ""},
          {"number", ""}};
}

// Index into the verdict's marks, in the order they stand in the quote.
std::vector<int> Placed(const v1::Verdict& verdict) {
  std::vector<int> placed;
  for (int i = 0; i < verdict.marks_size(); ++i) {
    if (IsShown(verdict.marks(i)) && Fits(verdict.marks(i), verdict.quote())) placed.push_back(i);
  }
  std::stable_sort(placed.begin(), placed.end(),
                   [&](int a, int b) { return verdict.marks(a).begin() < verdict.marks(b).begin(); });
  return placed;
}

// Numbers of listed marks by their index, from 1; 0 for others.
std::vector<int> Numbers(const v1::Verdict& verdict) {
  std::vector<int> numbers;
  int next = 0;
  for (const v1::Mark& mark : verdict.marks()) numbers.push_back(IsListed(mark) ? ++next : 0);
  return numbers;
}

}  // namespace

bool IsOpenMark(const v1::Mark& mark) {
  return (mark.support() == v1::Claim::UNSUPPORTED || mark.support() == v1::Claim::CONTRADICTED) &&
         mark.accepted_by().empty();
}

int CountOpenMarks(const v1::Verdict& verdict) {
  return static_cast<int>(std::count_if(verdict.marks().begin(), verdict.marks().end(), IsOpenMark));
}

json QuotePieces(const v1::Verdict& verdict) {
  const std::string_view quote = verdict.quote();
  const std::vector<int> numbers = Numbers(verdict);
  json pieces = json::array();
  size_t at = 0;
  for (const int index : Placed(verdict)) {
    const v1::Mark& mark = verdict.marks(index);
    if (mark.begin() < at) continue;
    if (mark.begin() > at) pieces.push_back(Piece(quote.substr(at, mark.begin() - at)));
    const Look look = LookOf(mark);
    json piece = Piece(quote.substr(mark.begin(), mark.end() - mark.begin()));
    piece["marked"] = true;
    piece["style"] = look.style;
    piece["sign"] = look.sign;
    piece["said"] = look.said;
    piece["number"] = numbers[index] == 0 ? json("") : json(numbers[index]);
    pieces.push_back(std::move(piece));
    at = mark.end();
  }
  if (at < quote.size()) pieces.push_back(Piece(quote.substr(at)));
  return pieces;
}

json MarkViews(const v1::Verdict& verdict) {
  const std::vector<int> numbers = Numbers(verdict);
  json marks = json::array();
  for (int i = 0; i < verdict.marks_size(); ++i) {
    const v1::Mark& mark = verdict.marks(i);
    if (numbers[i] == 0) continue;
    const Look look = LookOf(mark);
    marks.push_back({{"number", numbers[i]},
                     {"text", mark.text()},
                     {"kind", absl::AsciiStrToLower(v1::Mark::Kind_Name(mark.kind()))},
                     {"style", look.style},
                     {"sign", look.sign},
                     {"said", look.said},
                     {"contradicted", mark.support() == v1::Claim::CONTRADICTED},
                     {"reason", mark.reason()},
                     {"open", IsOpenMark(mark)},
                     {"accepted_by", mark.accepted_by()},
                     {"accepted_reason", mark.accepted_reason()},
                     {"begin", mark.begin()},
                     {"end", mark.end()}});
  }
  return marks;
}

}  // namespace seaworthy
