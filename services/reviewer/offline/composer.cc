#include "services/reviewer/offline/composer.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "services/reviewer/offline/as_said.h"
#include "services/reviewer/offline/names.h"
#include "services/reviewer/offline/say.h"
#include "services/reviewer/text.h"

namespace seaworthy::offline {
namespace {

constexpr size_t kMaxSentencesPerBeat = 3;
constexpr size_t kMaxGaps = 3;

template <typename T>
void AddNew(std::vector<T>* to, const std::vector<T>& from) {
  for (const T& value : from) {
    if (std::find(to->begin(), to->end(), value) == to->end()) to->push_back(value);
  }
}

// Deterministic composition of one quote.
class Composer {
 public:
  Composer(const LlmRequest& request, const Rubric& rubric, FactTable* facts)
      : request_(request), rubric_(rubric), facts_(*facts) {}

  absl::StatusOr<Composition> Run() {
    AddGaps();
    AddHorizon();
    Weigh();
    AddReasons();
    FireVoteSignals();
    if (absl::Status status = ChooseLeads(); !status.ok()) return status;
    ChooseMore();
    Shorten();
    Arrange();
    out_.competitors = NamedCompetitors();
    return std::move(out_);
  }

 private:
  uint64_t Seed(std::string_view what, std::string_view more = "") const {
    return StableHash({facts_.seed(), what, more});
  }

  // What the announcement leaves out, among what this persona asks for.
  void AddGaps() {
    std::vector<std::pair<std::string, std::string>> missing;
    for (const auto& gap : rubric_.gaps) {
      if (facts_.Missing(gap.first)) missing.push_back(gap);
    }
    if (missing.empty()) return;
    const size_t turn = Seed("gaps") % missing.size();
    std::rotate(missing.begin(), missing.begin() + static_cast<std::ptrdiff_t>(turn), missing.end());
    SlotValue either;
    std::vector<std::string> names;
    for (size_t i = 0; i < std::min(missing.size(), kMaxGaps); ++i) {
      SlotValue one;
      one.text = missing[i].second;
      one.absent = {missing[i].first};
      facts_.Set(text::Cat("gap", i + 1), one);
      either.absent.push_back(missing[i].first);
      names.push_back(missing[i].second);
    }
    SlotValue both = either;
    either.text = text::JoinList(names, "or");
    both.text = text::JoinList(names, "and");
    facts_.Set("gaps", either);
    facts_.Set("gaps_and", both);
  }

  void AddHorizon() {
    due_ = DueDate(rubric_.horizon, facts_.newest_date(), Seed("due"));
    SlotValue due;
    due.text = SayDate(due_);
    facts_.Set("due", std::move(due));
  }

  void Weigh() {
    for (const Signal& signal : rubric_.signals) {
      if (signal.when.asks_vote() || !signal.when.Holds(facts_)) continue;
      fired_.push_back(&signal);
      out_.score += signal.weight;
    }
    out_.ship = out_.score >= rubric_.threshold;
    facts_.SetVote(out_.ship);
    size_t known = 0;
    for (const std::string& field : rubric_.knows) known += facts_.Has(field) ? 1 : 0;
    const double share =
        rubric_.knows.empty() ? 1 : static_cast<double>(known) / static_cast<double>(rubric_.knows.size());
    const double margin = std::tanh(std::abs(out_.score - rubric_.threshold) / rubric_.scale);
    out_.confidence = std::round((0.5 + 0.45 * margin * (0.4 + 0.6 * share)) * 100) / 100;
  }

  // The strongest reasons either way, and what would undo them, as slots.
  void AddReasons() {
    std::vector<const Signal*> by_weight = fired_;
    std::stable_sort(by_weight.begin(), by_weight.end(), [](const Signal* a, const Signal* b) {
      return std::abs(a->weight) > std::abs(b->weight);
    });
    int best = 0;
    int worst = 0;
    int flip = 0;
    for (const Signal* signal : by_weight) {
      if (signal->weight == 0) continue;
      const bool positive = signal->weight > 0;
      int& count = positive ? best : worst;
      if (count < 2 && SetPhrase(text::Cat(positive ? "best" : "worst", count + 1), *signal, signal->because))
        ++count;
      if (positive == out_.ship && flip < 2 && SetPhrase(text::Cat("flip", flip + 1), *signal, signal->flip))
        ++flip;
    }
    if (const SlotValue* value = facts_.Find("flip1")) out_.flip = value->text;
  }

  bool SetPhrase(const std::string& slot, const Signal& signal, const std::vector<Phrase>& phrases) {
    const auto rendered = RenderOne(phrases, Seed(signal.id, slot), 0, Phrase::Use::kWithin);
    if (!rendered.has_value()) return false;
    SlotValue value;
    value.text = rendered->text;
    for (const SlotValue* used : rendered->used) Rest(*used, &value.facts, &value.fields, &value.absent);
    RestOnCondition(signal, &value.facts, &value.fields, &value.absent);
    facts_.Set(slot, std::move(value));
    return true;
  }

  void FireVoteSignals() {
    for (const Signal& signal : rubric_.signals) {
      if (signal.when.asks_vote() && signal.when.Holds(facts_)) fired_.push_back(&signal);
    }
  }

  // One of the phrasings that can be rendered, from the `skip`th on.
  std::optional<Rendered> RenderOne(const std::vector<Phrase>& phrases, uint64_t seed, size_t skip,
                                    Phrase::Use use = Phrase::Use::kSentence) const {
    for (size_t i = 0; i < phrases.size(); ++i) {
      const size_t at = (seed + skip + i) % phrases.size();
      auto rendered = phrases[at].Render(facts_, StableHash({text::Cat(seed), text::Cat(at)}), use);
      if (rendered.has_value() && !Repeats(*rendered)) return rendered;
    }
    return std::nullopt;
  }

  // The announcement's words are quoted once in a verdict.
  bool Repeats(const Rendered& rendered) const {
    return std::any_of(rendered.used.begin(), rendered.used.end(), [this](const SlotValue* used) {
      return used->quoted && quoted_.count(used->text) > 0;
    });
  }

  static void Rest(const SlotValue& value, std::vector<const v1::Fact*>* facts,
                   std::vector<std::string>* fields, std::vector<std::string>* absent) {
    AddNew(facts, value.facts);
    AddNew(fields, value.fields);
    AddNew(absent, value.absent);
  }

  // What the condition asked for carries the sentence too.
  void RestOnCondition(const Signal& signal, std::vector<const v1::Fact*>* facts,
                       std::vector<std::string>* fields, std::vector<std::string>* absent) const {
    for (const std::string& wanted : signal.when.wants()) {
      const v1::Fact* fact = facts_.First(wanted);
      if (fact == nullptr) continue;
      AddNew(facts, {fact});
      AddNew(fields, {wanted});
    }
    for (const std::string& missing : signal.when.wants_missing()) {
      if (facts_.Missing(missing)) AddNew(absent, {missing});
    }
  }

  std::optional<Sentence> Speak(const Signal& signal, size_t skip = 0) {
    auto rendered = RenderOne(signal.say, Seed(signal.id), skip);
    if (!rendered.has_value()) return std::nullopt;
    Sentence sentence;
    sentence.signal = signal.id;
    sentence.beat = signal.beat;
    sentence.kind = signal.kind;
    for (const SlotValue* used : rendered->used) {
      Rest(*used, &sentence.facts, &sentence.fields, &sentence.absent);
      if (used->quoted) quoted_.insert(used->text);
    }
    RestOnCondition(signal, &sentence.facts, &sentence.fields, &sentence.absent);
    // Every sentence is about the tool the announcement names.
    if (const v1::Fact* name = facts_.First("name"); sentence.facts.empty() && name != nullptr) {
      sentence.facts = {name};
      AddNew<std::string>(&sentence.fields, {"name"});
    }
    sentence.text = std::move(rendered->text);
    if (signal.kind == v1::Claim::PREDICTION) {
      sentence.due_date = due_;
      sentence.probability = signal.probability;
      if (auto how = RenderOne(signal.decided_by, Seed(signal.id, "decided"), 0))
        sentence.decided_by = how->text;
    }
    return sentence;
  }

  void Add(const Signal& signal, Sentence sentence) {
    words_ += text::CountWords(sentence.text);
    if (!signal.group.empty()) groups_.insert(signal.group);
    spoken_.emplace_back(&signal, std::move(sentence));
  }

  // What could be said in a beat, the weightiest first.
  std::vector<const Signal*> Candidates(int beat) const {
    std::vector<const Signal*> candidates;
    for (const Signal* signal : fired_) {
      if (signal->beat == beat && !signal->say.empty()) candidates.push_back(signal);
    }
    std::stable_sort(candidates.begin(), candidates.end(), [this](const Signal* a, const Signal* b) {
      const auto rank = [this](const Signal* s) {
        return std::tuple(s->fallback, -s->priority, -std::abs(s->weight), Seed(s->id, "rank"));
      };
      return rank(a) < rank(b);
    });
    return candidates;
  }

  bool TrySpeak(const Signal& signal, size_t room) {
    if (!signal.group.empty() && groups_.count(signal.group) > 0) return false;
    const std::set<std::string> before = quoted_;
    auto sentence = Speak(signal);
    if (sentence.has_value() && text::CountWords(sentence->text) <= room) {
      Add(signal, *std::move(sentence));
      return true;
    }
    quoted_ = before;
    return false;
  }

  absl::Status ChooseLeads() {
    for (int beat = 0; beat < request_.persona->beats_size(); ++beat) {
      const auto candidates = Candidates(beat);
      const bool spoke = std::any_of(candidates.begin(), candidates.end(), [this](const Signal* signal) {
        return TrySpeak(*signal, kMaxQuoteWords);
      });
      if (!spoke) {
        return absl::InternalError(text::Cat("persona `", request_.persona->persona_id(),
                                             "` has nothing to say in `",
                                             request_.persona->beats(beat).beat_id(),
                                             "`; give that beat a fallback whose slots are always there"));
      }
    }
    return absl::OkStatus();
  }

  bool Spoken(const Signal* signal) const {
    return std::any_of(spoken_.begin(), spoken_.end(),
                       [signal](const auto& spoken) { return spoken.first == signal; });
  }

  size_t InBeat(int beat) const {
    return std::count_if(spoken_.begin(), spoken_.end(),
                         [beat](const auto& spoken) { return spoken.second.beat == beat; });
  }

  // Further signals, the weightiest of all beats first, while there is room.
  void ChooseMore() {
    const size_t span = rubric_.target_words_max - rubric_.target_words_min + 1;
    const size_t target = rubric_.target_words_min + Seed("length") % span;
    std::vector<const Signal*> rest;
    for (const Signal* signal : fired_) {
      const bool speaks = signal->beat >= 0 && !signal->say.empty() && !signal->fallback;
      if (speaks && !Spoken(signal)) rest.push_back(signal);
    }
    std::stable_sort(rest.begin(), rest.end(), [this](const Signal* a, const Signal* b) {
      const auto rank = [this](const Signal* s) {
        return std::tuple(-std::abs(s->weight), -s->priority, Seed(s->id, "more"));
      };
      return rank(a) < rank(b);
    });
    for (const Signal* signal : rest) {
      if (words_ >= target || InBeat(signal->beat) >= kMaxSentencesPerBeat) continue;
      TrySpeak(*signal, target + 8 > words_ ? target + 8 - words_ : 0);
    }
  }

  // Long facts can make even the leads too long: say the longest shorter.
  void Shorten() {
    for (size_t round = 0; round < 4 && words_ > kMaxQuoteWords; ++round) {
      auto longest = std::max_element(spoken_.begin(), spoken_.end(), [](const auto& a, const auto& b) {
        return text::CountWords(a.second.text) < text::CountWords(b.second.text);
      });
      const size_t before = text::CountWords(longest->second.text);
      for (size_t skip = 1; skip < longest->first->say.size(); ++skip) {
        auto other = Speak(*longest->first, skip);
        if (!other.has_value() || text::CountWords(other->text) >= text::CountWords(longest->second.text))
          continue;
        longest->second = *std::move(other);
      }
      words_ -= before - text::CountWords(longest->second.text);
    }
  }

  // Beats in the persona's order; within one, what belongs first or last
  // there, the rest as the tool's name has it.
  void Arrange() {
    std::stable_sort(spoken_.begin(), spoken_.end(), [this](const auto& a, const auto& b) {
      const auto rank = [this](const auto& spoken) {
        return std::tuple(spoken.second.beat, spoken.first->place, Seed(spoken.first->id, "order"));
      };
      return rank(a) < rank(b);
    });
    NameSayer names(facts_.Find("name")->text, facts_.Find("kind")->text);
    for (auto& [signal, sentence] : spoken_) {
      VaryOpening(*signal, &sentence);
      sentence.text = names.Say(sentence.text);
      out_.sentences.push_back(std::move(sentence));
    }
  }

  static std::string_view FirstWord(std::string_view sentence) {
    return sentence.substr(0, sentence.find(' '));
  }

  // No two sentences in a row begin with the same word where another phrasing
  // can help it.
  void VaryOpening(const Signal& signal, Sentence* sentence) {
    if (out_.sentences.empty()) return;
    const std::string before(FirstWord(out_.sentences.back().text));
    for (size_t skip = 1; skip < signal.say.size() && FirstWord(sentence->text) == before; ++skip) {
      auto other = Speak(signal, skip);
      if (!other.has_value() || FirstWord(other->text) == before) continue;
      const size_t words = words_ - text::CountWords(sentence->text) + text::CountWords(other->text);
      if (words > kMaxQuoteWords || words < kMinQuoteWords) continue;
      words_ = words;
      *sentence = *std::move(other);
    }
  }

  std::vector<std::string> NamedCompetitors() const {
    std::vector<std::string> names;
    for (const v1::KnownCompetitor& rival : request_.competitors) names.push_back(CleanName(rival.name()));
    for (std::string_view named : facts_.Values("competitor")) names.push_back(CleanName(named));
    std::vector<std::string> spoken;
    for (const std::string& name : names) {
      const bool said = !name.empty() && std::any_of(out_.sentences.begin(), out_.sentences.end(),
                                                     [&name](const Sentence& sentence) {
                                                       return sentence.text.find(name) != std::string::npos;
                                                     });
      if (said) AddNew<std::string>(&spoken, {name});
    }
    return spoken;
  }

  const LlmRequest& request_;
  const Rubric& rubric_;
  FactTable& facts_;
  std::string due_;
  std::vector<const Signal*> fired_;
  std::vector<std::pair<const Signal*, Sentence>> spoken_;
  std::set<std::string> groups_;
  std::set<std::string> quoted_;
  size_t words_ = 0;
  Composition out_;
};

}  // namespace

std::string DueDate(const Horizon& horizon, const std::string& newest_date, uint64_t seed) {
  const auto months_of = [](const std::string& date) {
    int year = 0;
    int month = 12;
    if (date.size() < 4 || !absl::SimpleAtoi(date.substr(0, 4), &year)) return 0;
    if (date.size() >= 7 && !absl::SimpleAtoi(date.substr(5, 2), &month)) return 0;
    return year * 12 + month - 1;
  };
  int due = months_of(newest_date);
  due = std::max(due == 0 ? 0 : due + horizon.months, months_of(horizon.not_before));
  due += 3 * static_cast<int>(seed % (static_cast<uint64_t>(horizon.spread) + 1));
  // To the end of its quarter.
  const int year = due / 12;
  const int quarter = due % 12 / 3;
  static constexpr std::string_view kEnds[] = {"-03-31", "-06-30", "-09-30", "-12-31"};
  return text::Cat(year, kEnds[quarter]);
}

absl::StatusOr<Composition> Compose(const LlmRequest& request, const Rubric& rubric, FactTable* facts) {
  return Composer(request, rubric, facts).Run();
}

}  // namespace seaworthy::offline
