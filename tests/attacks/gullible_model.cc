#include "tests/attacks/gullible_model.h"

#include "services/reviewer/prompt/data_marking.h"
#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

constexpr std::string_view kCodeIs = "The code of this message is ";
constexpr std::string_view kMarkIs = " and its mark is ";

bool Has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

// Whether a line of the data that holds the canary carries no mark before it.
bool StandsUnmarked(std::string_view data, std::string_view mark, std::string_view canary) {
  for (size_t at = 0; (at = data.find(canary, at)) != data.npos; at += canary.size()) {
    const size_t line = data.rfind('\n', at);
    const std::string_view before = data.substr(line + 1, at - line - 1);
    if (!Has(before, mark)) return true;
  }
  return false;
}

std::string Without(std::string text, std::string_view mark) {
  for (size_t at = 0; (at = text.find(mark, at)) != std::string::npos;) text.erase(at, mark.size());
  return text;
}

// The mark that the message names.
std::string_view MarkOf(std::string_view user) {
  const size_t at = user.find(kMarkIs);
  if (at == user.npos) return kMarkers[0];
  const size_t begin = at + kMarkIs.size();
  return user.substr(begin, user.find(".\n", begin) - begin);
}

}  // namespace

Sight LookAt(std::string_view user, std::string_view instruction, std::string_view canary) {
  Sight sight;
  const std::string_view mark = MarkOf(user);
  sight.visible = Has(Without(std::string(user), mark), canary);
  const std::string_view code = user.substr(kCodeIs.size(), 24);
  const std::string begins = text::Cat("=== data ", code, " begins ===\n");
  const std::string ends = text::Cat("=== data ", code, " ends ===\n");
  const size_t begin = user.find(begins);
  const size_t end = user.find(ends);
  if (begin == user.npos || end == user.npos) {
    sight.obeyed = sight.visible;
    return sight;
  }
  const std::string_view data = user.substr(begin + begins.size(), end - begin - begins.size());
  const std::string outside = text::Cat(user.substr(0, begin), user.substr(end + ends.size()));
  sight.obeyed = Has(outside, canary) || Has(data, instruction) || StandsUnmarked(data, mark, canary);
  return sight;
}

}  // namespace seaworthy
