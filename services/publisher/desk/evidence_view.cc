#include "services/publisher/desk/evidence_view.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "services/publisher/http/url_codec.h"
#include "services/publisher/pages/mark_view.h"
#include "services/publisher/pages/page_text.h"
#include "services/publisher/pages/source_view.h"

namespace seaworthy {
namespace {

using nlohmann::json;

// How a claim looks and what it is called: sign and line style, never colour
// alone.
struct Look {
  const char* style;
  const char* sign;
  const char* said;
};

Look LookOf(const v1::Claim& claim) {
  if (claim.support() == v1::Claim::CONTRADICTED) return {"claim-contradicted", "≠", "contradicted"};
  if (claim.support() == v1::Claim::UNSUPPORTED && claim.kind() == v1::Claim::FACT) {
    return {"claim-unsupported", "?", "unsupported"};
  }
  if (claim.kind() == v1::Claim::PREDICTION) return {"claim-prediction", "◷", "a prediction"};
  if (claim.support() == v1::Claim::SUPPORTED) return {"claim-supported", "✓", "supported"};
  if (claim.support() == v1::Claim::UNSUPPORTED) return {"claim-unsupported", "?", "unsupported"};
  return {"claim-unchecked", "", "not checked"};
}

const char* KindText(v1::Claim::Kind kind) {
  if (kind == v1::Claim::FACT) return "Fact";
  if (kind == v1::Claim::JUDGMENT) return "Judgment";
  return kind == v1::Claim::PREDICTION ? "Prediction" : "Claim";
}

std::string AnnouncementPath(const std::string& id) {
  return id.empty() ? "" : absl::StrCat("/desk/announcements/", PercentEncode(id));
}

// Where each placed claim stands: begin, end, index; in order, apart.
struct Place {
  size_t begin;
  size_t end;
  int index;
};

std::vector<Place> PlacesOf(const v1::Verdict& verdict) {
  std::vector<Place> found;
  for (int i = 0; i < verdict.claims_size(); ++i) {
    const std::string& text = verdict.claims(i).text();
    const size_t at = text.empty() ? std::string::npos : verdict.quote().find(text);
    if (at != std::string::npos) found.push_back({at, at + text.size(), i});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Place& a, const Place& b) { return a.begin < b.begin; });
  std::vector<Place> apart;
  for (const Place& place : found) {
    if (apart.empty() || place.begin >= apart.back().end) apart.push_back(place);
  }
  return apart;
}

json SpanOf(const v1::Claim* claim) {
  json span = {{"claimed", claim != nullptr}, {"style", ""}, {"sign", ""}, {"said", ""}, {"claim_due", ""},
               {"pieces", json::array()}};
  if (claim == nullptr) return span;
  const Look look = LookOf(*claim);
  span["style"] = look.style;
  span["sign"] = look.sign;
  span["said"] = look.said;
  span["claim_due"] = claim->kind() == v1::Claim::PREDICTION ? claim->due_date() : "";
  return span;
}

// Cuts pieces where claims begin and end; a marked piece stays whole.
class Spans {
 public:
  explicit Spans(const v1::Verdict& verdict) : verdict_(verdict), places_(PlacesOf(verdict)) {}

  json Cut(const json& pieces) {
    for (const json& piece : pieces) Take(piece);
    return std::move(spans_);
  }

 private:
  void Take(const json& piece) {
    std::string text = piece["text"].get<std::string>();
    while (!text.empty()) {
      while (next_ < places_.size() && places_[next_].end <= at_) ++next_;
      const bool inside = next_ < places_.size() && places_[next_].begin <= at_;
      const size_t border = next_ == places_.size() ? std::string::npos
                            : inside                ? places_[next_].end
                                                    : places_[next_].begin;
      const bool whole = piece["marked"].get<bool>() || border == std::string::npos;
      const size_t length = whole ? text.size() : std::min(text.size(), border - at_);
      json part = piece;
      part["text"] = text.substr(0, length);
      Add(inside ? places_[next_].index : -1, std::move(part));
      at_ += length;
      text.erase(0, length);
    }
  }
  void Add(int claim, json part) {
    if (spans_.empty() || claim != last_) {
      spans_.push_back(SpanOf(claim < 0 ? nullptr : &verdict_.claims(claim)));
      last_ = claim;
    }
    spans_.back()["pieces"].push_back(std::move(part));
  }

  const v1::Verdict& verdict_;
  const std::vector<Place> places_;
  json spans_ = json::array();
  size_t at_ = 0;
  size_t next_ = 0;
  int last_ = -1;
};

}  // namespace

std::string EvidencePath(const v1::Evidence& evidence) {
  if (evidence.announcement_id().empty() || evidence.end() <= evidence.begin()) return "";
  return absl::StrCat(AnnouncementPath(evidence.announcement_id()), "?words=", evidence.begin(), "-",
                      evidence.end(), "#words");
}

json FactRows(const v1::Revision& revision) {
  json rows = json::array();
  for (const v1::Fact& fact : revision.facts()) {
    std::vector<std::string> from;
    if (!TierText(fact.tier()).empty()) from.push_back(absl::StrCat("said by ", TierText(fact.tier())));
    if (!fact.checked_date().empty()) from.push_back(absl::StrCat("checked ", fact.checked_date()));
    if (fact.method() == "llm") from.emplace_back("read by a language model");
    rows.push_back({{"label", FieldLabel(fact.field())},
                    {"field", fact.field()},
                    {"value", fact.value()},
                    {"text", fact.evidence().text()},
                    {"path", EvidencePath(fact.evidence())},
                    {"from", absl::StrJoin(from, ", ")},
                    {"edited", fact.method() == "editor"},
                    {"anchor", absl::StrCat("fact-", PercentEncode(fact.field()))}});
  }
  return rows;
}

json ConflictRows(const v1::Revision& revision) {
  json rows = json::array();
  for (const v1::FactConflict& conflict : revision.conflicts()) {
    json versions = json::array();
    for (const v1::ConflictingValue& value : conflict.values()) {
      versions.push_back({{"value", value.value()},
                          {"text", value.quote()},
                          {"path", AnnouncementPath(value.announcement_id())},
                          {"announcement", value.announcement_id()}});
    }
    rows.push_back({{"label", FieldLabel(conflict.field())},
                    {"anchor", absl::StrCat("fact-", PercentEncode(conflict.field()))},
                    {"versions", std::move(versions)}});
  }
  return rows;
}

json ClaimRows(const v1::Verdict& verdict) {
  json rows = json::array();
  for (const v1::Claim& claim : verdict.claims()) {
    json evidence = json::array();
    for (const v1::Evidence& item : claim.evidence()) {
      evidence.push_back({{"text", item.text()}, {"path", EvidencePath(item)}});
    }
    std::vector<std::string> fields;
    for (const std::string& field : claim.fact_fields()) fields.push_back(FieldLabel(field));
    const Look look = LookOf(claim);
    rows.push_back(
        {{"text", claim.text()},
         {"kind", KindText(claim.kind())},
         {"support", look.said},
         {"sign", look.sign},
         {"style", look.style},
         {"weak", claim.support() == v1::Claim::UNSUPPORTED || claim.support() == v1::Claim::CONTRADICTED},
         {"due", claim.due_date()},
         {"probability", claim.has_probability() ? PercentText(claim.probability()) : ""},
         {"decided_by", claim.decided_by()},
         {"fields", absl::StrJoin(fields, ", ")},
         {"evidence", std::move(evidence)}});
  }
  return rows;
}

json ClaimSpans(const v1::Verdict& verdict) { return Spans(verdict).Cut(QuotePieces(verdict)); }

}  // namespace seaworthy
