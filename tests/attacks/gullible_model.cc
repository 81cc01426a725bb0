#include "tests/attacks/gullible_model.h"

#include "services/reviewer/prompt/data_marking.h"
#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

constexpr std::string_view kCodeIs = "The code of this message is ";

bool Has(std::string_view text, std::string_view part) { return text.find(part) != text.npos; }

// Whether a line of the data that holds the canary carries no mark before it.
bool StandsUnmarked(std::string_view data, std::string_view canary) {
  for (size_t at = 0; (at = data.find(canary, at)) != data.npos; at += canary.size()) {
    const size_t line = data.rfind('\n', at);
    const std::string_view before = data.substr(line + 1, at - line - 1);
    if (!Has(before, std::string_view(&kMarker, 1))) return true;
  }
  return false;
}

std::string WithoutMarks(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c != kMarker) out.push_back(c);
  }
  return out;
}

}  // namespace

Sight LookAt(std::string_view user, std::string_view instruction, std::string_view canary) {
  Sight sight;
  sight.visible = Has(WithoutMarks(user), canary);
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
  sight.obeyed = Has(outside, canary) || Has(data, instruction) || StandsUnmarked(data, canary);
  return sight;
}

}  // namespace seaworthy
