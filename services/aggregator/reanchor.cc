#include "services/aggregator/reanchor.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace seaworthy {
namespace {

struct Span {
  size_t begin = 0;
  size_t end = 0;
};

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

// Two quotes as what they begin with alike, what differs, what they end with
// alike; cut between characters.
class Change {
 public:
  Change(std::string_view before, std::string_view after) : before_(before), after_(after) {
    const size_t shorter = std::min(before.size(), after.size());
    while (head_ < shorter && before[head_] == after[head_]) ++head_;
    while (head_ > 0 && head_ < before.size() && IsContinuation(before[head_])) --head_;
    while (head_ > 0 && head_ < after.size() && IsContinuation(after[head_])) --head_;
    while (tail_ < shorter - head_ && before[before.size() - 1 - tail_] == after[after.size() - 1 - tail_]) {
      ++tail_;
    }
    while (tail_ > 0 && IsContinuation(before[before.size() - tail_])) --tail_;
  }

  // Where words of the old quote stand now; nothing where none of them is left.
  std::optional<Span> Map(Span old) const {
    if (old.end <= head_) return old;
    const size_t old_tail = before_.size() - tail_;
    if (old.begin >= old_tail) return Span{Shift(old.begin), Shift(old.end)};
    if (Replaced(old)) return std::nullopt;
    return Trimmed(
        {old.begin < head_ ? old.begin : head_, old.end > old_tail ? Shift(old.end) : after_.size() - tail_});
  }
  // Whether all of these words were replaced.
  bool Replaced(Span old) const {
    return old.begin >= head_ && old.end <= before_.size() - tail_ && old.begin < old.end;
  }
  // What came in their place.
  std::optional<Span> NewWords() const { return Trimmed({head_, after_.size() - tail_}); }

 private:
  size_t Shift(size_t place) const { return place + after_.size() - before_.size(); }
  std::optional<Span> Trimmed(Span span) const {
    while (span.begin < span.end && absl::ascii_isspace(static_cast<unsigned char>(after_[span.begin]))) {
      ++span.begin;
    }
    while (span.end > span.begin && absl::ascii_isspace(static_cast<unsigned char>(after_[span.end - 1]))) {
      --span.end;
    }
    if (span.begin >= span.end) return std::nullopt;
    return span;
  }

  const std::string_view before_;
  const std::string_view after_;
  size_t head_ = 0;
  size_t tail_ = 0;
};

bool StandsAt(std::string_view quote, Span span, std::string_view text) {
  return span.begin < span.end && span.end <= quote.size() &&
         quote.substr(span.begin, span.end - span.begin) == text;
}

// Where each beat stands now: those that stand there word for word first, so
// that what the change left of others cannot take their place.
std::vector<std::optional<Span>> PlaceBeats(const v1::Verdict& verdict, const Change& change,
                                            std::string_view quote) {
  std::vector<std::optional<Span>> places(verdict.beats_size());
  std::vector<Span> taken;
  const auto is_free = [&taken](Span span) {
    return std::none_of(taken.begin(), taken.end(),
                        [span](Span other) { return other.begin < span.end && span.begin < other.end; });
  };
  const auto take = [&](int i, std::optional<Span> span) {
    if (!span.has_value() || places[i].has_value() || !is_free(*span)) return;
    places[i] = span;
    taken.push_back(*span);
  };
  for (const bool word_for_word : {true, false}) {
    for (int i = 0; i < verdict.beats_size(); ++i) {
      const v1::Beat& beat = verdict.beats(i);
      const Span old{beat.begin(), beat.end()};
      if (!StandsAt(verdict.quote(), old, beat.text())) continue;
      if (word_for_word) {
        const size_t begin = quote.find(beat.text());
        if (begin != std::string_view::npos) take(i, Span{begin, begin + beat.text().size()});
      } else {
        take(i, change.Replaced(old) ? change.NewWords() : change.Map(old));
      }
    }
  }
  return places;
}

void ReanchorBeats(const v1::Verdict& verdict, const Change& change, v1::Amendment& amendment) {
  const auto places = PlaceBeats(verdict, change, amendment.quote());
  for (int i = 0; i < verdict.beats_size(); ++i) {
    if (!places[i].has_value()) continue;
    v1::Beat& kept = *amendment.add_beats();
    kept = verdict.beats(i);
    kept.set_begin(static_cast<uint32_t>(places[i]->begin));
    kept.set_end(static_cast<uint32_t>(places[i]->end));
    kept.set_text(amendment.quote().substr(places[i]->begin, places[i]->end - places[i]->begin));
  }
}

void ReanchorClaims(const v1::Verdict& verdict, const Change& change, v1::Amendment& amendment) {
  for (const v1::Claim& claim : verdict.claims()) {
    if (amendment.quote().find(claim.text()) != std::string::npos) {
      *amendment.add_claims() = claim;
      continue;
    }
    const size_t begin = verdict.quote().find(claim.text());
    if (begin == std::string::npos || claim.text().empty()) continue;
    const std::optional<Span> now = change.Map({begin, begin + claim.text().size()});
    // Less than half of it left is another statement.
    if (!now.has_value() || 2 * (now->end - now->begin) < claim.text().size()) continue;
    v1::Claim& kept = *amendment.add_claims();
    kept = claim;
    kept.set_text(amendment.quote().substr(now->begin, now->end - now->begin));
  }
}

bool Overlaps(const google::protobuf::RepeatedPtrField<v1::Mark>& marks, Span span) {
  return std::any_of(marks.begin(), marks.end(), [span](const v1::Mark& mark) {
    return mark.begin() < span.end && span.begin < mark.end();
  });
}

}  // namespace

void Reanchor(const v1::Verdict& verdict, v1::Amendment& amendment) {
  const Change change(verdict.quote(), amendment.quote());
  amendment.clear_beats();
  amendment.clear_claims();
  ReanchorBeats(verdict, change, amendment);
  ReanchorClaims(verdict, change, amendment);
}

void CarryMarks(const v1::Verdict& verdict, std::string_view quote,
                google::protobuf::RepeatedPtrField<v1::Mark>& marks) {
  for (const v1::Mark& old : verdict.marks()) {
    if (old.kind() != v1::Mark::EVIDENCE || old.text().empty()) continue;
    const size_t begin = quote.find(old.text());
    if (begin == std::string_view::npos || Overlaps(marks, {begin, begin + old.text().size()})) continue;
    v1::Mark& kept = *marks.Add();
    kept = old;
    kept.set_begin(static_cast<uint32_t>(begin));
    kept.set_end(static_cast<uint32_t>(begin + old.text().size()));
  }
  for (v1::Mark& mark : marks) {
    for (const v1::Mark& old : verdict.marks()) {
      if (old.accepted_by().empty() || old.text() != mark.text() || old.kind() != mark.kind() ||
          old.support() != mark.support()) {
        continue;
      }
      mark.set_accepted_by(old.accepted_by());
      mark.set_accepted_reason(old.accepted_reason());
    }
  }
  std::sort(marks.begin(), marks.end(),
            [](const v1::Mark& a, const v1::Mark& b) { return a.begin() < b.begin(); });
}

}  // namespace seaworthy
