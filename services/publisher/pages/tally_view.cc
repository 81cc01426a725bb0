#include "services/publisher/pages/tally_view.h"

#include <nlohmann/json.hpp>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/publisher/pages/page_text.h"

namespace seaworthy {
namespace {

std::string ReasonText(const std::string& reason) {
  if (reason == "replaced") return "replaced by a later vote of the same reader";
  if (reason == "address") return "one too many from an address";
  if (reason == "network") return "one too many from a network";
  if (reason == "burst") return "part of a sudden rush";
  return reason;
}

}  // namespace

std::string DiscardedText(const v1::VoteTally& tally) {
  uint64_t all = 0;
  std::vector<std::string> parts;
  // In the order of their names, so that a page is the same each time.
  const std::map<std::string, uint64_t> discarded(tally.discarded().begin(), tally.discarded().end());
  for (const auto& [reason, count] : discarded) {
    if (count == 0) continue;
    all += count;
    parts.push_back(absl::StrCat(GroupedText(count), " ", ReasonText(reason)));
  }
  if (all == 0) return "";
  return absl::StrCat(GroupedText(all), all == 1 ? " vote does not count: " : " votes do not count: ",
                      absl::StrJoin(parts, "; "), ".");
}

nlohmann::json TallyView(const v1::VoteTally& tally, bool open) {
  const uint64_t n = tally.ship() + tally.skip();
  const bool shown = n >= kShownVotes;
  return {{"percent", shown ? absl::StrCat((100 * tally.ship() + n / 2) / n, "%") : "—"},
          {"note", shown ? absl::StrCat("of ", GroupedText(n), " readers say ship")
                         : absl::StrCat("shown from ", kShownVotes, " votes")},
          {"open", open},
          {"discarded", DiscardedText(tally)}};
}

}  // namespace seaworthy
