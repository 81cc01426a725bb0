#include "services/reviewer/verdict_parser.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "common/ids.h"
#include "services/reviewer/evidence_finder.h"
#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxTextBytes = 2000;
constexpr size_t kMaxItems = 64;

// Depth before parsing: brackets outside strings, no recursion.
int Depth(std::string_view raw) {
  int depth = 0;
  int deepest = 0;
  bool quoted = false;
  for (size_t i = 0; i < raw.size(); ++i) {
    const char c = raw[i];
    if (quoted && c == '\\') {
      ++i;
    } else if (c == '"') {
      quoted = !quoted;
    } else if (!quoted && (c == '{' || c == '[')) {
      deepest = std::max(deepest, ++depth);
    } else if (!quoted && (c == '}' || c == ']')) {
      --depth;
    }
  }
  return deepest;
}

class VerdictReader {
 public:
  VerdictReader(const Json& root, const LlmRequest& request)
      : root_(root), request_(request), finder_(request) {}

  absl::StatusOr<v1::Verdict> Run() {
    if (!root_.is_object()) return Wrong("", "is no JSON object");
    ReadIds();
    ReadVote();
    ReadConfidence();
    verdict_.set_quote(Text(root_, "quote", "quote", kMaxQuoteBytes, true));
    ReadList("beats", [this](const Json& beat, const std::string& path) { ReadBeat(beat, path); });
    OrderBeats();
    ReadList("claims", [this](const Json& claim, const std::string& path) { ReadClaim(claim, path); });
    ReadList("competitors", [this](const Json& name, const std::string& path) {
      if (!name.is_string() || !IsText(name.get_ref<const std::string&>(), 200))
        return Fail(path, "must be a name");
      verdict_.add_competitors(name.get<std::string>());
    });
    verdict_.set_flip(Text(root_, "flip", "flip", kMaxTextBytes, false));
    if (!error_.ok()) return error_;
    return std::move(verdict_);
  }

 private:
  static absl::Status Wrong(const std::string& path, const std::string& what) {
    return absl::InvalidArgumentError(text::Cat("answer", path.empty() ? "" : ": `", path,
                                                path.empty() ? "" : "`", " ", what,
                                                "; docs/verdict-schema.md has the schema"));
  }
  void Fail(const std::string& path, const std::string& what) {
    if (error_.ok()) error_ = Wrong(path, what);
  }

  static bool IsText(const std::string& text, size_t max) {
    return !text::Strip(text).empty() && text.size() <= max && text::IsUtf8(text);
  }

  std::string Text(const Json& node, const char* key, const std::string& path, size_t max, bool required) {
    const auto it = node.find(key);
    if (it == node.end() || it->is_null()) {
      if (required) Fail(path, "is missing");
      return "";
    }
    if (!it->is_string()) {
      Fail(path, text::Cat("is ", it->type_name(), ", expected text"));
      return "";
    }
    const std::string& value = it->get_ref<const std::string&>();
    if (value.empty() && !required) return "";
    if (!IsText(value, max)) Fail(path, text::Cat("must be 1 to ", max, " bytes of UTF-8"));
    return value;
  }

  template <typename F>
  void ReadList(const char* key, F read) {
    const auto it = root_.find(key);
    if (it == root_.end() || it->is_null() || !error_.ok()) return;
    if (!it->is_array() || it->size() > kMaxItems) {
      return Fail(key, text::Cat("must be a list of at most ", kMaxItems));
    }
    for (size_t i = 0; i < it->size() && error_.ok(); ++i) read((*it)[i], text::Cat(key, "[", i, "]"));
  }

  void ReadIds() {
    const v1::Revision& revision = request_.revision;
    const RevisionId id{ToolId(revision.tool_id()), revision.number()};
    verdict_.set_verdict_id(MakeVerdictId(id, PersonaId(request_.persona->persona_id())).value());
    verdict_.set_tool_id(revision.tool_id());
    verdict_.set_revision(revision.number());
    verdict_.set_persona_id(request_.persona->persona_id());
  }

  void ReadVote() {
    const std::string vote = Text(root_, "vote", "vote", 16, true);
    if (vote == "ship") {
      verdict_.set_vote(v1::SHIP);
    } else if (vote == "skip") {
      verdict_.set_vote(v1::SKIP);
    } else {
      Fail("vote", text::Cat("is `", vote, "`, expected `ship` or `skip`"));
    }
  }

  std::optional<double> Share(const Json& node, const char* key, const std::string& path) {
    const auto it = node.find(key);
    if (it == node.end() || it->is_null()) return std::nullopt;
    const double value = it->is_number() ? it->get<double>() : -1;
    if (!(value >= 0 && value <= 1)) {
      Fail(path, "must be a number from 0 to 1");
      return std::nullopt;
    }
    return value;
  }

  void ReadConfidence() { verdict_.set_confidence(Share(root_, "confidence", "confidence").value_or(0)); }

  void ReadBeat(const Json& node, const std::string& path) {
    if (!node.is_object()) return Fail(path, "must hold `id` and `text`");
    const std::string id = Text(node, "id", path + ".id", 100, true);
    const std::string text = Text(node, "text", path + ".text", kMaxQuoteBytes, true);
    if (!error_.ok()) return;
    const auto& specs = request_.persona->beats();
    const auto spec =
        std::find_if(specs.begin(), specs.end(), [&id](const auto& s) { return s.beat_id() == id; });
    if (spec == specs.end()) {
      return Fail(path + ".id",
                  text::Cat("is `", id, "`, no beat of `", request_.persona->persona_id(), "`"));
    }
    if (!beat_ids_.insert(id).second) return Fail(path + ".id", text::Cat("is `", id, "` a second time"));
    size_t begin = verdict_.quote().find(text, beat_search_from_);
    if (begin == std::string::npos) begin = verdict_.quote().find(text);
    if (begin == std::string::npos) return Fail(path + ".text", "does not stand in `quote`, word for word");
    beat_search_from_ = begin + text.size();
    v1::Beat* beat = verdict_.add_beats();
    beat->set_beat_id(id);
    beat->set_title(spec->title());
    beat->set_text(text);
    beat->set_begin(static_cast<uint32_t>(begin));
    beat->set_end(static_cast<uint32_t>(begin + text.size()));
  }

  void OrderBeats() {
    const auto place = [this](const v1::Beat& beat) {
      const auto& specs = request_.persona->beats();
      return std::find_if(specs.begin(), specs.end(),
                          [&beat](const auto& s) { return s.beat_id() == beat.beat_id(); }) -
             specs.begin();
    };
    std::sort(verdict_.mutable_beats()->begin(), verdict_.mutable_beats()->end(),
              [&place](const v1::Beat& a, const v1::Beat& b) { return place(a) < place(b); });
  }

  void ReadClaim(const Json& node, const std::string& path) {
    if (!node.is_object()) return Fail(path, "must hold `text`, `kind` and `evidence`");
    v1::Claim* claim = verdict_.add_claims();
    claim->set_text(Text(node, "text", path + ".text", kMaxTextBytes, true));
    if (error_.ok() && verdict_.quote().find(claim->text()) == std::string::npos) {
      return Fail(path + ".text", "does not stand in `quote`, word for word");
    }
    ReadKind(node, path, claim);
    for (const std::string& field : Names(node, "fields", path)) claim->add_fact_fields(field);
    ReadSupport(node, path, claim);
    claim->set_decided_by(Text(node, "decided_by", path + ".decided_by", kMaxTextBytes, false));
    if (const auto probability = Share(node, "probability", path + ".probability")) {
      claim->set_probability(*probability);
    }
    ReadDueDate(node, path, claim);
  }

  void ReadKind(const Json& node, const std::string& path, v1::Claim* claim) {
    static const std::map<std::string, v1::Claim::Kind> kinds = {
        {"fact", v1::Claim::FACT}, {"judgment", v1::Claim::JUDGMENT}, {"prediction", v1::Claim::PREDICTION}};
    const std::string kind = Text(node, "kind", path + ".kind", 16, true);
    const auto it = kinds.find(kind);
    if (it == kinds.end()) {
      return Fail(path + ".kind", text::Cat("is `", kind, "`, expected `fact`, `judgment` or `prediction`"));
    }
    claim->set_kind(it->second);
  }

  void ReadDueDate(const Json& node, const std::string& path, v1::Claim* claim) {
    const std::string date = Text(node, "due_date", path + ".due_date", 10, false);
    bool fits = date.empty() || date.size() == 10;
    for (size_t i = 0; i < date.size() && fits; ++i) {
      fits = i == 4 || i == 7 ? date[i] == '-' : date[i] >= '0' && date[i] <= '9';
    }
    if (!fits) Fail(path + ".due_date", "must be YYYY-MM-DD");
    claim->set_due_date(date);
  }

  std::vector<std::string> Names(const Json& node, const char* key, const std::string& path) {
    std::vector<std::string> names;
    const auto it = node.find(key);
    if (it == node.end() || it->is_null()) return names;
    const std::string where = text::Cat(path, ".", key);
    if (!it->is_array() || it->size() > kMaxItems) {
      Fail(where, "must be a list of field names");
      return names;
    }
    for (const Json& name : *it) {
      if (!name.is_string() || !IsText(name.get_ref<const std::string&>(), 60)) {
        Fail(where, "must be a list of field names");
        return names;
      }
      names.push_back(name.get<std::string>());
    }
    return names;
  }

  // Supported where every piece of evidence is found and every absence holds,
  // and there is one or the other.
  void ReadSupport(const Json& node, const std::string& path, v1::Claim* claim) {
    const std::vector<std::string> absent = Names(node, "absent", path);
    bool found = true;
    bool contradicted = false;
    for (const std::string& field : absent) {
      claim->add_fact_fields(field);
      contradicted = contradicted || finder_.HasField(field);
    }
    size_t pieces = 0;
    const auto it = node.find("evidence");
    if (it != node.end() && !it->is_null()) {
      if (!it->is_array() || it->size() > kMaxItems) return Fail(path + ".evidence", "must be a list");
      for (const Json& piece : *it) {
        found = ReadEvidence(piece, text::Cat(path, ".evidence[", pieces, "]"), claim) && found;
        ++pieces;
      }
    }
    if (contradicted) {
      claim->set_support(v1::Claim::CONTRADICTED);
    } else {
      const bool rests = pieces + absent.size() > 0;
      claim->set_support(found && rests ? v1::Claim::SUPPORTED : v1::Claim::UNSUPPORTED);
    }
  }

  bool ReadEvidence(const Json& node, const std::string& path, v1::Claim* claim) {
    if (!node.is_object()) {
      Fail(path, "must hold `quote`, and `field` where it is a fact's");
      return false;
    }
    const std::string field = Text(node, "field", path + ".field", 60, false);
    const std::string quote = Text(node, "quote", path + ".quote", 300, true);
    if (!error_.ok()) return false;
    auto evidence = finder_.Find(field, quote);
    if (!evidence.has_value()) return false;
    *claim->add_evidence() = *std::move(evidence);
    return true;
  }

  const Json& root_;
  const LlmRequest& request_;
  const EvidenceFinder finder_;
  std::set<std::string> beat_ids_;
  size_t beat_search_from_ = 0;
  v1::Verdict verdict_;
  absl::Status error_;
};

// A key said twice would let an answer say two things.
class DuplicateKeys {
 public:
  bool See(int depth, Json::parse_event_t event, const Json& parsed) {
    const auto level = static_cast<size_t>(depth);
    if (event == Json::parse_event_t::object_start) {
      if (keys_.size() <= level + 1) keys_.resize(level + 2);
      keys_[level + 1].clear();
    } else if (event == Json::parse_event_t::key && found_.empty()) {
      std::vector<std::string>& seen = keys_[level];
      const auto& key = parsed.get_ref<const std::string&>();
      if (std::find(seen.begin(), seen.end(), key) != seen.end()) found_ = key.substr(0, 100);
      if (seen.size() < kMostKeys) seen.push_back(key);
    }
    return true;
  }
  const std::string& found() const { return found_; }

 private:
  // Objects of ours have fewer; what an answer adds beyond is not read.
  static constexpr size_t kMostKeys = 64;
  std::vector<std::vector<std::string>> keys_;  // By depth.
  std::string found_;
};

}  // namespace

absl::StatusOr<v1::Verdict> ParseVerdict(std::string_view raw, const LlmRequest& request) {
  if (raw.size() > kMaxAnswerBytes) {
    return absl::InvalidArgumentError(
        text::Cat("answer is ", raw.size(), " bytes, at most ", kMaxAnswerBytes));
  }
  if (Depth(raw) > kMaxAnswerDepth) {
    return absl::InvalidArgumentError(text::Cat("answer is nested deeper than ", kMaxAnswerDepth));
  }
  Json root;
  DuplicateKeys duplicates;
  try {
    root = Json::parse(raw, [&](int depth, Json::parse_event_t event, Json& parsed) {
      return duplicates.See(depth, event, parsed);
    });
  } catch (const Json::exception& error) {
    return absl::InvalidArgumentError(text::Cat("answer is no JSON: ", error.what()));
  }
  if (!duplicates.found().empty()) {
    return absl::InvalidArgumentError(
        text::Cat("answer: `", duplicates.found(), "` stands twice in one object; each key once"));
  }
  return VerdictReader(root, request).Run();
}

}  // namespace seaworthy
