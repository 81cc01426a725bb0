#include "services/reviewer/offline/rubric.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <set>

#include "absl/status/status.h"
#include "services/reviewer/text.h"

namespace seaworthy::offline {
namespace {

constexpr size_t kMaxSignals = 300;
constexpr size_t kMaxCachedRubrics = 64;

class Reader {
 public:
  explicit Reader(const v1::Persona& persona) : persona_(persona) {}

  absl::StatusOr<Rubric> Run() {
    const YAML::Node root = YAML::Load(persona_.rubric());
    if (!root.IsMap()) return Wrong("", "must be a map");
    ReadNumber(root, "threshold", "", &rubric_.threshold);
    ReadNumber(root, "scale", "", &rubric_.scale);
    if (rubric_.scale <= 0) Fail("scale", "must be above 0");
    ReadWords(root["words"]);
    ReadSets(root["sets"]);
    ReadKnows(root["knows"]);
    ReadGaps(root["gaps"]);
    ReadHorizon(root["horizon"]);
    ReadSignals(root["signals"]);
    if (!error_.ok()) return error_;
    return rubric_;
  }

 private:
  absl::Status Wrong(const std::string& where, const std::string& what) const {
    return absl::InvalidArgumentError(text::Cat("persona `", persona_.persona_id(), "`: `rubric",
                                                where.empty() ? "" : ".", where, "` ", what,
                                                "; docs/personas.md describes it"));
  }
  void Fail(const std::string& where, const std::string& what) {
    if (error_.ok()) error_ = Wrong(where, what);
  }

  void ReadNumber(const YAML::Node& node, const char* key, const std::string& where, double* out) {
    const YAML::Node value = node[key];
    if (value && !YAML::convert<double>::decode(value, *out)) Fail(where + key, "must be a number");
  }

  void ReadWords(const YAML::Node& node) {
    if (!node) return;
    std::vector<size_t> target;
    const bool read = YAML::convert<std::vector<size_t>>::decode(node, target);
    if (!read || target.size() != 2 || target[0] < 60 || target[1] > 160 || target[0] > target[1]) {
      return Fail("words", "must be [least, most] between 60 and 160");
    }
    rubric_.target_words_min = target[0];
    rubric_.target_words_max = target[1];
  }

  void ReadSets(const YAML::Node& node) {
    if (!node) return;
    if (!node.IsMap()) return Fail("sets", "must be a map of names to lists");
    for (const auto& set : node) {
      std::vector<std::string> values;
      if (!set.second.IsSequence() || !YAML::convert<std::vector<std::string>>::decode(set.second, values)) {
        return Fail("sets." + set.first.Scalar(), "must be a list of values");
      }
      sets_[set.first.Scalar()] = std::move(values);
    }
  }

  void ReadKnows(const YAML::Node& node) {
    if (node && !YAML::convert<std::vector<std::string>>::decode(node, rubric_.knows)) {
      Fail("knows", "must be a list of fields");
    }
  }

  void ReadGaps(const YAML::Node& node) {
    if (!node) return;
    if (!node.IsMap()) return Fail("gaps", "must be a map of fields to what they are called");
    for (const auto& gap : node) rubric_.gaps.emplace_back(gap.first.Scalar(), gap.second.Scalar());
  }

  void ReadHorizon(const YAML::Node& node) {
    if (!node) return;
    Horizon& horizon = rubric_.horizon;
    const bool read = YAML::convert<int>::decode(node["months"], horizon.months) &&
                      YAML::convert<std::string>::decode(node["not_before"], horizon.not_before) &&
                      YAML::convert<int>::decode(node["spread"], horizon.spread);
    if (!read || horizon.not_before.size() != 10 || horizon.months < 1 || horizon.spread < 0) {
      Fail("horizon", "must hold months, not_before (YYYY-MM-DD) and spread (quarters)");
    }
  }

  void ReadSignals(const YAML::Node& node) {
    if (!node || !node.IsSequence() || node.size() == 0 || node.size() > kMaxSignals) {
      return Fail("signals", text::Cat("must list 1 to ", kMaxSignals, " signals"));
    }
    for (size_t i = 0; i < node.size() && error_.ok(); ++i)
      ReadSignal(node[i], text::Cat("signals[", i, "]"));
  }

  void ReadSignal(const YAML::Node& node, std::string where) {
    if (!node.IsMap() || !node["id"]) return Fail(where, "must be a map with an `id`");
    Signal signal;
    signal.id = node["id"].Scalar();
    where = text::Cat("signals.", signal.id);
    if (!ids_.insert(signal.id).second) return Fail(where, "stands twice");
    CheckKeys(node, where);
    ReadBeat(node["beat"], where, &signal);
    if (node["when"]) {
      auto when = Condition::Parse(node["when"].Scalar(), sets_);
      if (!when.ok()) return Fail(where + ".when", std::string(when.status().message()));
      signal.when = *std::move(when);
    }
    ReadNumber(node, "weight", where + ".", &signal.weight);
    if (signal.weight != 0 && signal.when.asks_vote()) Fail(where, "cannot weigh and ask for the vote");
    double priority = 0;
    ReadNumber(node, "priority", where + ".", &priority);
    signal.priority = static_cast<int>(priority);
    if (node["group"]) signal.group = node["group"].Scalar();
    if (node["fallback"]) signal.fallback = node["fallback"].Scalar() == "true";
    ReadKind(node["kind"], where, &signal);
    ReadPlace(node["place"], where, &signal);
    ReadPhrases(node["say"], where + ".say", &signal.say);
    ReadPhrases(node["because"], where + ".because", &signal.because);
    ReadPhrases(node["flip"], where + ".flip", &signal.flip);
    ReadPhrases(node["decided_by"], where + ".decided_by", &signal.decided_by);
    if (!signal.say.empty() && signal.beat < 0) Fail(where, "says something and names no `beat`");
    if (node["probability"]) {
      double probability = 0;
      ReadNumber(node, "probability", where + ".", &probability);
      if (probability <= 0 || probability >= 1) Fail(where + ".probability", "must lie between 0 and 1");
      signal.probability = probability;
    }
    if (signal.kind == v1::Claim::PREDICTION && (!signal.probability || signal.decided_by.empty())) {
      Fail(where, "predicts, so it needs `probability` and `decided_by`");
    }
    rubric_.signals.push_back(std::move(signal));
  }

  void CheckKeys(const YAML::Node& node, const std::string& where) {
    static const auto* keys = new std::set<std::string>{
        "id",   "beat",  "when", "weight",  "priority", "group",       "fallback",
        "kind", "place", "say",  "because", "flip",     "probability", "decided_by"};
    for (const auto& entry : node) {
      if (keys->count(entry.first.Scalar()) == 0)
        Fail(where + "." + entry.first.Scalar(), "is no key of a signal");
    }
  }

  void ReadBeat(const YAML::Node& node, const std::string& where, Signal* signal) {
    if (!node) return;
    for (int i = 0; i < persona_.beats_size(); ++i) {
      if (persona_.beats(i).beat_id() == node.Scalar()) signal->beat = i;
    }
    if (signal->beat < 0)
      Fail(where + ".beat", text::Cat("is `", node.Scalar(), "`, no beat of this persona"));
  }

  void ReadKind(const YAML::Node& node, const std::string& where, Signal* signal) {
    if (!node) return;
    const std::string& kind = node.Scalar();
    if (kind == "fact") {
      signal->kind = v1::Claim::FACT;
    } else if (kind == "prediction") {
      signal->kind = v1::Claim::PREDICTION;
    } else if (kind != "judgment") {
      Fail(where + ".kind", "must be fact, judgment or prediction");
    }
  }

  void ReadPlace(const YAML::Node& node, const std::string& where, Signal* signal) {
    if (!node) return;
    if (node.Scalar() != "first" && node.Scalar() != "last")
      return Fail(where + ".place", "must be first or last");
    signal->place = node.Scalar() == "first" ? Signal::Place::kFirst : Signal::Place::kLast;
  }

  void ReadPhrases(const YAML::Node& node, const std::string& where, std::vector<Phrase>* out) {
    if (!node) return;
    std::vector<std::string> texts;
    if (node.IsScalar()) {
      texts = {node.Scalar()};
    } else if (!YAML::convert<std::vector<std::string>>::decode(node, texts)) {
      return Fail(where, "must be a phrasing or a list of them");
    }
    for (const std::string& phrasing : texts) {
      auto phrase = Phrase::Parse(phrasing);
      if (!phrase.ok()) return Fail(where, std::string(phrase.status().message()));
      out->push_back(*std::move(phrase));
    }
  }

  const v1::Persona& persona_;
  ValueSets sets_;
  std::set<std::string> ids_;
  Rubric rubric_;
  absl::Status error_;
};

// Every beat needs something to say about a tool nothing is known of.
absl::Status CheckFallbacks(const v1::Persona& persona, const Rubric& rubric) {
  for (int i = 0; i < persona.beats_size(); ++i) {
    const bool found = std::any_of(rubric.signals.begin(), rubric.signals.end(), [i](const Signal& signal) {
      return signal.beat == i && signal.fallback && !signal.say.empty();
    });
    if (!found) {
      return absl::InvalidArgumentError(
          text::Cat("persona `", persona.persona_id(), "`: beat `", persona.beats(i).beat_id(),
                    "` has no signal with `fallback: true`, so it could stay silent"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Rubric> ParseRubric(const v1::Persona& persona) {
  try {
    auto rubric = Reader(persona).Run();
    if (!rubric.ok()) return rubric;
    const absl::Status fallbacks = CheckFallbacks(persona, *rubric);
    if (!fallbacks.ok()) return fallbacks;
    return rubric;
  } catch (const YAML::Exception& error) {
    return absl::InvalidArgumentError(
        text::Cat("persona `", persona.persona_id(), "`: rubric is no YAML (", error.what(), ")"));
  }
}

absl::StatusOr<std::shared_ptr<const Rubric>> RubricCache::Get(const v1::Persona& persona) {
  absl::MutexLock lock(&mutex_);
  const auto it = rubrics_.find(persona.prompt_hash());
  if (it != rubrics_.end()) return it->second;
  auto rubric = ParseRubric(persona);
  if (!rubric.ok()) return rubric.status();
  // Personas come from files: more than a few hashes means tests or reloads.
  if (rubrics_.size() >= kMaxCachedRubrics) rubrics_.clear();
  auto shared = std::make_shared<const Rubric>(*std::move(rubric));
  rubrics_[persona.prompt_hash()] = shared;
  return shared;
}

}  // namespace seaworthy::offline
