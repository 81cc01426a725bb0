#include "services/aggregator/carry.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/ascii.h"
#include "services/aggregator/fields.h"
#include "services/aggregator/state_changes.h"

namespace seaworthy {
namespace {

constexpr int kLargeMove = 50;

// Fields whose words a mark of this kind can be.
std::vector<std::string> FieldsOfKind(v1::Mark::Kind kind) {
  switch (kind) {
    case v1::Mark::PRICE:
      return {"pricing", "entry_price_usd"};
    case v1::Mark::DATE:
      return {"release_date"};
    case v1::Mark::LICENSE:
      return {"license"};
    case v1::Mark::FORMAT:
      return {"formats", "quantized"};
    case v1::Mark::COMMAND:
      return {"install_command"};
    case v1::Mark::HARDWARE:
      return {"hardware"};
    case v1::Mark::BENCHMARK:
      return {"benchmark"};
    case v1::Mark::NAME:
      return {"name", "vendor", "competitor", "runtime", "base"};
    case v1::Mark::NUMBER:
      return {"parameters_b", "context_tokens", "benchmark", "hardware", "adoption", "entry_price_usd"};
    default:
      return {};
  }
}

// Digits and letters in small letters, so that `24 GB` is in `24GB card`.
std::string Folded(const std::string& text) {
  std::string folded;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' ||
        (static_cast<unsigned char>(c) & 0x80U) != 0) {
      folded.push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
    }
  }
  return folded;
}

std::string NumberIn(const std::string& text) {
  const size_t begin = text.find_first_of("0123456789");
  if (begin == std::string::npos) return "";
  std::string number;
  for (size_t i = begin; i < text.size(); ++i) {
    if (absl::ascii_isdigit(static_cast<unsigned char>(text[i])) || text[i] == '.') {
      number.push_back(text[i]);
    } else if (text[i] != ',') {
      break;
    }
  }
  while (!number.empty() && number.back() == '.') number.pop_back();
  return number;
}

bool HoldsWords(const v1::Revision& revision, const std::string& field, const std::string& words) {
  const std::vector<std::string> values = ValuesOf(revision, field);
  return !words.empty() && std::any_of(values.begin(), values.end(), [&](const std::string& value) {
    const std::string folded = Folded(value);
    return folded.find(words) != std::string::npos || words.find(folded) != std::string::npos;
  });
}

void AddMark(const v1::Mark& mark, const v1::Revision& revision, std::set<std::string>* fields) {
  const std::vector<std::string> of_kind = FieldsOfKind(mark.kind());
  const bool picks = mark.kind() == v1::Mark::NAME || mark.kind() == v1::Mark::NUMBER;
  if (!picks) {
    fields->insert(of_kind.begin(), of_kind.end());
    return;
  }
  const std::string words = mark.kind() == v1::Mark::NUMBER ? NumberIn(mark.text()) : Folded(mark.text());
  bool found = false;
  for (const std::string& field : of_kind) {
    if (!HoldsWords(revision, field, words)) continue;
    fields->insert(field);
    found = true;
  }
  if (!found && mark.kind() == v1::Mark::NUMBER) fields->insert({"parameters_b", "context_tokens"});
}

bool Overlap(const v1::Evidence& a, const v1::Evidence& b) {
  return a.announcement_id() == b.announcement_id() && a.begin() < b.end() && b.begin() < a.end();
}

void AddClaim(const v1::Claim& claim, const v1::Revision& revision, std::set<std::string>* fields) {
  fields->insert(claim.fact_fields().begin(), claim.fact_fields().end());
  for (const v1::Evidence& evidence : claim.evidence()) {
    for (const v1::Fact& fact : revision.facts()) {
      if (Overlap(evidence, fact.evidence())) fields->insert(fact.field());
    }
  }
}

}  // namespace

std::set<std::string> FieldsOf(const v1::Verdict& verdict, const v1::Revision& revision) {
  if (verdict.claims().empty() && verdict.marks().empty()) return {"*"};
  std::set<std::string> fields = {"kind", "category"};
  for (const v1::Claim& claim : verdict.claims()) AddClaim(claim, revision, &fields);
  for (const v1::Mark& mark : verdict.marks()) AddMark(mark, revision, &fields);
  return fields;
}

bool Stands(const v1::Verdict& verdict, const v1::Revision& revision,
            const std::vector<std::string>& changed) {
  const std::set<std::string> fields = FieldsOf(verdict, revision);
  if (fields.contains("*")) return changed.empty();
  return std::none_of(changed.begin(), changed.end(),
                      [&](const std::string& field) { return fields.contains(field); });
}

v1::Drift MakeDrift(const v1::Revision& before, const v1::Panel& panel_before, const v1::Revision& after,
                    const v1::Panel& panel_after) {
  v1::Drift drift;
  drift.set_tool_id(after.tool_id());
  drift.set_revision(after.number());
  drift.set_previous(before.number());
  for (std::string& field : ChangedFields(before, after)) drift.add_changed_fields(std::move(field));
  for (const std::string& persona : panel_after.given_personas()) {
    if (!Holds(panel_before.given_personas(), persona)) continue;
    const bool shipped = Holds(panel_before.ship_personas(), persona);
    if (shipped != Holds(panel_after.ship_personas(), persona)) drift.add_flipped_personas(persona);
  }
  if (panel_before.full() && panel_after.full()) {
    drift.set_panel_moved(static_cast<int>(panel_after.ship_percent()) -
                          static_cast<int>(panel_before.ship_percent()));
  }
  drift.set_is_large(drift.flipped_personas_size() > 0 || std::abs(drift.panel_moved()) >= kLargeMove);
  return drift;
}

}  // namespace seaworthy
