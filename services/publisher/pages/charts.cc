#include "services/publisher/pages/charts.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/page_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

// The float chart, in units of its viewBox: a column a vote.
constexpr int kColumn = 46;
constexpr int kLine = 50;   // The water line.
constexpr int kNear = 15;   // A mark of no confidence stands this far off.
constexpr int kReach = 22;  // … and of full confidence this much further.

// The plots: a square of 200 at (44, 12).
constexpr double kLeft = 44;
constexpr double kTop = 12;
constexpr double kSide = 200;

double Share(double value) { return std::isfinite(value) ? std::clamp(value, 0.0, 1.0) : 0.0; }

std::string Number(double value) { return absl::StrFormat("%.1f", value); }

double Across(double share) { return kLeft + kSide * Share(share); }
double Up(double share) { return kTop + kSide * (1 - Share(share)); }

std::string WavePath(int width) {
  std::string path = absl::StrCat("M0 ", kLine);
  for (int x = 0; x < width; x += kColumn / 2) {
    absl::StrAppend(&path, x == 0 ? "q5.75-5 11.5 0" : "t11.5 0", "t11.5 0");
  }
  return path;
}

std::string VoteSentence(const v1::PersonaVote& vote, const std::vector<v1::Persona>& personas) {
  return absl::StrCat(PersonaTitle(personas, vote.persona_id()), ": ",
                      vote.vote() == v1::SHIP ? "ship" : "skip", ", ", PercentText(Share(vote.confidence())),
                      " confident.");
}

}  // namespace

json FloatChart(const std::vector<v1::PersonaVote>& votes, const std::string& id,
                const std::string& tool_name, const std::vector<v1::Persona>& personas) {
  json marks = json::array();
  std::string desc;
  int ships = 0;
  for (const v1::PersonaVote& vote : votes) {
    const bool ship = vote.vote() == v1::SHIP;
    const int off = kNear + static_cast<int>(std::lround(kReach * Share(vote.confidence())));
    marks.push_back({{"x", kColumn / 2 + kColumn * static_cast<int>(marks.size())},
                     {"y", ship ? kLine - off : kLine + off},
                     {"line", kLine},
                     {"ship", ship}});
    ships += ship ? 1 : 0;
    if (!id.empty()) absl::StrAppend(&desc, desc.empty() ? "" : " ", VoteSentence(vote, personas));
  }
  const int width = kColumn * static_cast<int>(votes.size());
  return {{"chart_id", id},
          {"title", absl::StrCat(tool_name, ": ", ships, " of ", votes.size(), " ship")},
          {"desc", desc},
          {"any", !votes.empty()},
          {"width", width},
          {"line", kLine},
          {"wave", WavePath(width)},
          {"marks", std::move(marks)}};
}

std::vector<v1::PersonaVote> VotesOf(const v1::ToolView& tool) {
  std::vector<v1::PersonaVote> votes;
  for (const v1::Verdict& verdict : tool.verdicts()) {
    v1::PersonaVote& vote = votes.emplace_back();
    vote.set_persona_id(verdict.persona_id());
    vote.set_vote(verdict.vote());
    vote.set_confidence(verdict.confidence());
  }
  return votes;
}

json CalibrationChart(const v1::Calibration& calibration) {
  json dots = json::array();
  json rows = json::array();
  std::string line;
  for (const v1::CalibrationBin& bin : calibration.bins()) {
    if (bin.count() == 0) continue;
    const double count = static_cast<double>(bin.count());
    const double said = bin.probability_sum() / count;
    const double came = static_cast<double>(bin.came_true()) / count;
    const std::string x = Number(Across(said));
    const std::string y = Number(Up(came));
    dots.push_back({{"x", x}, {"y", y}, {"r", Number(std::min(12.0, 3 + std::sqrt(count)))}});
    rows.push_back({{"said", PercentText(said)}, {"came", PercentText(came)}, {"count", bin.count()}});
    absl::StrAppend(&line, line.empty() ? "M" : "L", x, " ", y);
  }
  if (dots.empty()) return nullptr;
  return {{"title", "Stated probability and what came true"},
          {"desc", absl::StrCat(calibration.came_true(), " of ", calibration.resolved(),
                                " predictions with a stated probability came true; the table beside the "
                                "drawing gives each group.")},
          {"dots", std::move(dots)},
          {"rows", std::move(rows)},
          {"line", line}};
}

json RevisionChart(const std::vector<RevisionShare>& shares) {
  if (shares.size() < 2) return nullptr;
  json dots = json::array();
  std::string line;
  std::string desc;
  for (size_t i = 0; i < shares.size(); ++i) {
    const std::string x =
        Number(kLeft + 380.0 * static_cast<double>(i) / static_cast<double>(shares.size() - 1));
    const std::string y = Number(20 + 100 * (1 - Share(shares[i].ship_percent / 100.0)));
    const std::string value = absl::StrCat(shares[i].ship_percent, "%");
    dots.push_back({{"x", x}, {"y", y}, {"label", absl::StrCat(shares[i].revision)}, {"value", value}});
    absl::StrAppend(&line, line.empty() ? "M" : "L", x, " ", y);
    absl::StrAppend(&desc, desc.empty() ? "" : " ", "Revision ", shares[i].revision, ": ", value, ".");
  }
  return {{"title", "Panel ship by revision"}, {"desc", desc}, {"dots", std::move(dots)}, {"line", line}};
}

int MeterWidth(double confidence) { return static_cast<int>(std::lround(40 * Share(confidence))); }

}  // namespace seaworthy
