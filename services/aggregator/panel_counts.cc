#include "services/aggregator/panel_counts.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/likeness.h"
#include "services/aggregator/resolutions.h"

namespace seaworthy {
namespace {

constexpr char kCountsPrefix[] = "s";
constexpr char kDayPrefix[] = "d";
constexpr char kFailurePrefix[] = "f";
constexpr char kAgreementKey[] = "a";
// Names come from outside; the rows they make stay small.
constexpr size_t kMaxNameBytes = 100;
constexpr size_t kNewestVerdicts = 100;

std::string Bounded(const std::string& name) { return name.substr(0, kMaxNameBytes); }

std::string DayKey(absl::Time time) {
  return absl::StrCat(kDayPrefix, absl::FormatTime("%Y-%m-%d", time, absl::UTCTimeZone()));
}

// The model as configured: what one calls itself is not ours to bound.
const std::string& ModelOf(const v1::Provenance& provenance) {
  return provenance.model_asked().empty() ? provenance.model() : provenance.model_asked();
}

template <typename Message>
absl::StatusOr<Message> LoadOrEmpty(const StateReader& state, const std::string& key) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto found, state.Load<Message>(Table::kHealth, key));
  return std::move(found).value_or(Message());
}

void AddUsage(const v1::Usage& usage, v1::Spend& spend) {
  if (usage.input_tokens() == 0 && usage.output_tokens() == 0 && usage.cost_micro_usd() == 0) return;
  spend.set_verdicts(spend.verdicts() + 1);
  spend.set_input_tokens(spend.input_tokens() + usage.input_tokens());
  spend.set_cached_input_tokens(spend.cached_input_tokens() + usage.cached_input_tokens());
  spend.set_output_tokens(spend.output_tokens() + usage.output_tokens());
  spend.set_cost_micro_usd(spend.cost_micro_usd() + usage.cost_micro_usd());
  if (!usage.has_cost_micro_usd()) spend.set_unpriced(spend.unpriced() + 1);
}

void AddSpend(const v1::Spend& more, v1::Spend& sum) {
  sum.set_verdicts(sum.verdicts() + more.verdicts());
  sum.set_input_tokens(sum.input_tokens() + more.input_tokens());
  sum.set_cached_input_tokens(sum.cached_input_tokens() + more.cached_input_tokens());
  sum.set_output_tokens(sum.output_tokens() + more.output_tokens());
  sum.set_cost_micro_usd(sum.cost_micro_usd() + more.cost_micro_usd());
  sum.set_unpriced(sum.unpriced() + more.unpriced());
}

// Who answered through what: the end of a key.
std::string Through(const v1::Verdict& verdict) {
  const v1::Provenance& from = verdict.provenance();
  return absl::StrCat(Terminated(verdict.persona_id()), Terminated(Bounded(from.endpoint())),
                      Bounded(ModelOf(from)));
}

void SetNames(const v1::Verdict& verdict, v1::PanelCounts& counts) {
  counts.set_persona_id(verdict.persona_id());
  counts.set_endpoint(Bounded(verdict.provenance().endpoint()));
  counts.set_model(Bounded(ModelOf(verdict.provenance())));
}

void AddVerdict(const v1::Verdict& verdict, v1::PanelCounts& counts) {
  const v1::Provenance& from = verdict.provenance();
  SetNames(verdict, counts);
  counts.set_verdicts(counts.verdicts() + 1);
  if (verdict.vote() == v1::SHIP) counts.set_ship(counts.ship() + 1);
  if (from.rule_based()) counts.set_rule_based(counts.rule_based() + 1);
  if (from.from_cache()) counts.set_from_cache(counts.from_cache() + 1);
  if (from.repaired()) counts.set_repaired(counts.repaired() + 1);
  counts.set_marks(counts.marks() + verdict.marks_size());
  for (const v1::Mark& mark : verdict.marks()) {
    if (mark.support() == v1::Claim::UNSUPPORTED)
      counts.set_marks_unsupported(counts.marks_unsupported() + 1);
    if (mark.support() == v1::Claim::CONTRADICTED) {
      counts.set_marks_contradicted(counts.marks_contradicted() + 1);
    }
  }
  AddUsage(from.usage(), *counts.mutable_spend());
}

// Every message under a prefix.
template <typename Message>
absl::StatusOr<std::vector<Message>> ReadAll(const StateReader& state, const std::string& prefix) {
  std::vector<Message> rows;
  bool damaged = false;
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kHealth, prefix, "", [&](std::string_view, std::string_view value) {
        damaged |= !rows.emplace_back().ParseFromArray(value.data(), static_cast<int>(value.size()));
        return !damaged;
      }));
  if (damaged) return absl::DataLossError("the store holds damaged counts; run `seaworthy rebuild`");
  return rows;
}

// The quotes of a persona's newest verdicts.
absl::StatusOr<std::vector<std::string>> NewestQuotes(const StateReader& state, const std::string& persona) {
  std::vector<std::string> keys;
  SEAWORTHY_RETURN_IF_ERROR(state.Scan(Table::kVerdictsByTime, Terminated(persona), "",
                                       [&keys](std::string_view, std::string_view value) {
                                         keys.emplace_back(value);
                                         return keys.size() < kNewestVerdicts;
                                       }));
  std::vector<std::string> quotes;
  for (const std::string& key : keys) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto verdict, state.Load<v1::Verdict>(Table::kVerdicts, key));
    if (verdict.has_value()) quotes.push_back(verdict->quote());
  }
  return quotes;
}

v1::Agreement& PairOf(v1::Agreements& agreements, const std::string& a, const std::string& b) {
  for (v1::Agreement& pair : *agreements.mutable_pairs()) {
    if (pair.persona_a() == a && pair.persona_b() == b) return pair;
  }
  v1::Agreement& pair = *agreements.add_pairs();
  pair.set_persona_a(a);
  pair.set_persona_b(b);
  return pair;
}

}  // namespace

absl::Status CountVerdict(StateTransaction& state, const v1::Verdict& verdict, const Record& record) {
  const std::string key = kCountsPrefix + Through(verdict);
  SEAWORTHY_ASSIGN_OR_RETURN(auto counts, LoadOrEmpty<v1::PanelCounts>(state, key));
  AddVerdict(verdict, counts);
  state.Store(Table::kHealth, key, counts);
  state.Put(Table::kVerdictsByTime, Terminated(verdict.persona_id()) + BigEndian64(~record.sequence),
            VerdictKey({ToolId(verdict.tool_id()), verdict.revision()}, verdict.persona_id()));
  v1::PanelCounts spent;
  AddUsage(verdict.provenance().usage(), *spent.mutable_spend());
  if (spent.spend().verdicts() == 0) return absl::OkStatus();
  const std::string day_key = DayKey(record.time) + Through(verdict);
  SEAWORTHY_ASSIGN_OR_RETURN(auto day, LoadOrEmpty<v1::PanelCounts>(state, day_key));
  SetNames(verdict, day);
  AddSpend(spent.spend(), *day.mutable_spend());
  state.Store(Table::kHealth, day_key, day);
  return absl::OkStatus();
}

absl::Status CountAgreement(StateTransaction& state, const v1::Panel& panel) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto agreements, LoadOrEmpty<v1::Agreements>(state, kAgreementKey));
  const auto& given = panel.given_personas();
  const auto ships = [&panel](const std::string& persona) {
    return std::find(panel.ship_personas().begin(), panel.ship_personas().end(), persona) !=
           panel.ship_personas().end();
  };
  for (int i = 0; i < given.size(); ++i) {
    for (int j = i + 1; j < given.size(); ++j) {
      v1::Agreement& pair = PairOf(agreements, given[i], given[j]);
      pair.set_both(pair.both() + 1);
      if (ships(given[i]) == ships(given[j])) pair.set_same(pair.same() + 1);
    }
  }
  state.Store(Table::kHealth, kAgreementKey, agreements);
  return absl::OkStatus();
}

absl::Status CountFailure(StateTransaction& state, const std::string& persona, const std::string& outcome) {
  const std::string name = outcome.empty() ? "unknown" : Bounded(outcome);
  const std::string key = absl::StrCat(kFailurePrefix, Terminated(persona), name);
  SEAWORTHY_ASSIGN_OR_RETURN(auto failures, LoadOrEmpty<v1::FailureCount>(state, key));
  failures.set_persona_id(persona);
  failures.set_outcome(name);
  failures.set_count(failures.count() + 1);
  state.Store(Table::kHealth, key, failures);
  return absl::OkStatus();
}

absl::StatusOr<v1::PanelHealth> ReadPanelHealth(const StateReader& state) {
  v1::PanelHealth health;
  SEAWORTHY_ASSIGN_OR_RETURN(const auto counts, ReadAll<v1::PanelCounts>(state, kCountsPrefix));
  health.mutable_counts()->Assign(counts.begin(), counts.end());
  SEAWORTHY_ASSIGN_OR_RETURN(auto agreements, LoadOrEmpty<v1::Agreements>(state, kAgreementKey));
  *health.mutable_agreements() = std::move(*agreements.mutable_pairs());
  SEAWORTHY_ASSIGN_OR_RETURN(const auto failures, ReadAll<v1::FailureCount>(state, kFailurePrefix));
  health.mutable_failures()->Assign(failures.begin(), failures.end());
  std::string last;
  for (const v1::PanelCounts& row : counts) {
    if (row.persona_id() == last) continue;
    last = row.persona_id();
    SEAWORTHY_ASSIGN_OR_RETURN(const auto quotes, NewestQuotes(state, last));
    *health.add_likeness() = MeasureLikeness(last, quotes);
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const auto calibrations, ReadCalibrations(state));
  health.mutable_calibration()->Assign(calibrations.begin(), calibrations.end());
  return health;
}

absl::Status ReadSpend(const StateReader& state, absl::Time now, v1::AggregatorStatus& status) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto today, ReadAll<v1::PanelCounts>(state, DayKey(now)));
  status.mutable_spent_today_by()->Assign(today.begin(), today.end());
  status.mutable_spent_today();
  for (const v1::PanelCounts& row : today) AddSpend(row.spend(), *status.mutable_spent_today());
  SEAWORTHY_ASSIGN_OR_RETURN(const auto counts, ReadAll<v1::PanelCounts>(state, kCountsPrefix));
  status.mutable_spent_by()->Assign(counts.begin(), counts.end());
  for (const v1::PanelCounts& row : counts) AddSpend(row.spend(), *status.mutable_spent_total());
  return absl::OkStatus();
}

}  // namespace seaworthy
