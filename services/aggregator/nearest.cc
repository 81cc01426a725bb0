#include "services/aggregator/nearest.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <tuple>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/keys.h"

namespace seaworthy {
namespace {

// Neighbours looked at on each side of a tool and in each tier.
constexpr size_t kWindow = 16;
// What an unknown size, price or date counts as a difference.
constexpr double kUnknownDistance = 1.5;

char GroupOf(v1::ToolKind kind) {
  if (kind == v1::MODEL) return 'm';
  if (kind == v1::DATASET) return 'd';
  return 't';
}

// Sizes sort by their logarithm; unknown sorts first.
std::string SizeKey(const v1::Revision& revision) {
  if (revision.parameters_b().empty()) return BigEndian32(0);
  const double largest = *std::max_element(revision.parameters_b().begin(), revision.parameters_b().end());
  const double scaled = (std::log2(std::clamp(largest, 1e-6, 1e6)) + 32) * 1e6;
  return BigEndian32(static_cast<uint32_t>(scaled));
}

// The prefixes a tool is filed under, narrowest first.
std::vector<std::string> Shelves(const v1::Revision& revision) {
  const std::string kind = absl::StrCat(static_cast<int>(revision.kind()));
  return {Terminated(absl::StrCat("c", kind, "/", revision.category())), Terminated(absl::StrCat("k", kind)),
          Terminated(absl::StrCat("g", std::string(1, GroupOf(revision.kind()))))};
}

std::string PlaceOnShelf(const v1::Revision& revision) {
  return absl::StrCat(SizeKey(revision), revision.tool_id());
}

// What distances need, no more: the index is read in full rows.
v1::Revision Excerpt(const v1::Revision& revision) {
  v1::Revision row;
  row.set_tool_id(revision.tool_id());
  row.set_name(revision.name());
  row.set_vendor(revision.vendor());
  row.set_kind(revision.kind());
  row.set_category(revision.category());
  *row.mutable_modality() = revision.modality();
  *row.mutable_parameters_b() = revision.parameters_b();
  row.set_license(revision.license());
  if (revision.has_entry_price_usd()) row.set_entry_price_usd(revision.entry_price_usd());
  row.set_pricing(revision.pricing());
  row.set_release_date(revision.release_date());
  return row;
}

double SizeDistance(const v1::Revision& a, const v1::Revision& b) {
  if (a.parameters_b().empty() && b.parameters_b().empty()) return 0;
  if (a.parameters_b().empty() || b.parameters_b().empty()) return kUnknownDistance;
  double least = 1e9;
  for (double x : a.parameters_b()) {
    for (double y : b.parameters_b()) {
      least = std::min(least, std::abs(std::log2(std::max(x, 1e-6) / std::max(y, 1e-6))));
    }
  }
  return least;
}

double ModalityDistance(const v1::Revision& a, const v1::Revision& b) {
  const std::set<std::string> left(a.modality().begin(), a.modality().end());
  const std::set<std::string> right(b.modality().begin(), b.modality().end());
  if (left.empty() && right.empty()) return 0;
  size_t shared = 0;
  for (const std::string& modality : left) shared += right.count(modality);
  return 2.0 * (1.0 - static_cast<double>(shared) / static_cast<double>(left.size() + right.size() - shared));
}

double PriceDistance(const v1::Revision& a, const v1::Revision& b) {
  if (a.pricing().empty() && b.pricing().empty()) return 0;
  return a.pricing() == b.pricing() ? 0 : 0.5;
}

// Months since year 0 of `YYYY-MM…`, -1 for unknown.
int Months(const std::string& date) {
  int year = 0;
  int month = 0;
  if (date.size() < 7 || !absl::SimpleAtoi(date.substr(0, 4), &year) ||
      !absl::SimpleAtoi(date.substr(5, 2), &month)) {
    return -1;
  }
  return year * 12 + month;
}

double DateDistance(const v1::Revision& a, const v1::Revision& b) {
  const int left = Months(a.release_date());
  const int right = Months(b.release_date());
  if (left < 0 && right < 0) return 0;
  if (left < 0 || right < 0) return 0.5;
  return std::min(std::abs(left - right) / 24.0, kUnknownDistance);
}

// The tools that stand next to `place` on a shelf, both sides.
absl::Status CollectNeighbours(const StateReader& state, const std::string& shelf, const std::string& place,
                               const std::string& self, std::map<std::string, v1::Revision>& found) {
  bool damaged = false;
  size_t left = kWindow;
  const StateReader::Visitor visit = [&](std::string_view, std::string_view value) {
    v1::Revision row;
    if (!row.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
      damaged = true;
      return false;
    }
    if (row.tool_id() != self) found.emplace(row.tool_id(), std::move(row));
    return --left > 0;
  };
  SEAWORTHY_RETURN_IF_ERROR(state.Scan(Table::kNearest, shelf, shelf + place, visit));
  left = kWindow;
  SEAWORTHY_RETURN_IF_ERROR(state.ScanDown(Table::kNearest, shelf, shelf + place, visit));
  if (damaged)
    return absl::DataLossError("the index of near tools holds damaged rows; run `seaworthy rebuild`");
  return absl::OkStatus();
}

}  // namespace

void RemoveNearest(StateTransaction& state, const v1::Revision& revision) {
  for (const std::string& shelf : Shelves(revision)) {
    state.Delete(Table::kNearest, shelf + PlaceOnShelf(revision));
  }
}

void UpdateNearest(StateTransaction& state, const v1::Revision* before, const v1::Revision& after) {
  if (before != nullptr) RemoveNearest(state, *before);
  const v1::Revision row = Excerpt(after);
  for (const std::string& shelf : Shelves(after)) {
    state.Store(Table::kNearest, shelf + PlaceOnShelf(after), row);
  }
}

double Distance(const v1::Revision& a, const v1::Revision& b) {
  return SizeDistance(a, b) + ModalityDistance(a, b) + PriceDistance(a, b) + DateDistance(a, b);
}

absl::StatusOr<std::vector<v1::Revision>> FindNearest(const StateReader& state, const v1::Revision& revision,
                                                      size_t count) {
  std::vector<v1::Revision> nearest;
  std::set<std::string> taken;
  const std::string place = PlaceOnShelf(revision);
  for (const std::string& shelf : Shelves(revision)) {
    if (nearest.size() >= count) break;
    std::map<std::string, v1::Revision> found;
    SEAWORTHY_RETURN_IF_ERROR(CollectNeighbours(state, shelf, place, revision.tool_id(), found));
    std::vector<std::pair<double, v1::Revision>> ranked;
    for (auto& [id, row] : found) {
      if (taken.insert(id).second) ranked.emplace_back(Distance(revision, row), std::move(row));
    }
    // `found` is in order of ids, so a stable sort breaks ties by id.
    std::stable_sort(ranked.begin(), ranked.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
    for (auto& [distance, row] : ranked) {
      if (nearest.size() < count) nearest.push_back(std::move(row));
    }
  }
  return nearest;
}

v1::KnownCompetitor ToCompetitor(const v1::Revision& revision) {
  v1::KnownCompetitor competitor;
  competitor.set_tool_id(revision.tool_id());
  competitor.set_name(revision.name());
  competitor.set_vendor(revision.vendor());
  competitor.set_license(revision.license());
  *competitor.mutable_parameters_b() = revision.parameters_b();
  if (revision.has_entry_price_usd()) competitor.set_entry_price_usd(revision.entry_price_usd());
  competitor.set_release_date(revision.release_date());
  return competitor;
}

}  // namespace seaworthy
