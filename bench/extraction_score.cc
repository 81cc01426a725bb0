#include "bench/extraction_score.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <set>
#include <sstream>
#include <utility>

#include "services/aggregator/identity/matcher.h"
#include "services/ingest/feed/feed.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

using nlohmann::json;

struct Score {
  int right = 0;       // Said and right.
  int wrong = 0;       // Said and wrong.
  int missed = 0;      // Labelled, not said.
  int right_null = 0;  // Not labelled, not said.
  int invented = 0;    // Not labelled, said.
};

constexpr const char* kFields[] = {"is_release",   "name",    "vendor",         "kind",    "license",
                                   "parameters_b", "formats", "context_tokens", "pricing", "entry_price_usd",
                                   "release_date", "modality"};

std::string ReadFile(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream out;
  out << in.rdbuf();
  return out.str();
}

// Case, hyphens U+2010..U+2015 and white space do not count.
std::string Fold(std::string text) {
  for (const char* hyphen : {"\u2010", "\u2011", "\u2012", "\u2013", "\u2014", "\u2015"}) {
    text = ReplaceAll(text, hyphen, "-");
  }
  return Lower(OneLine(text));
}

std::string FoldName(const std::string& text) { return Fold(text); }

json Numbers(const json& value) {
  json list = value.is_array() ? value : json::array({value});
  std::sort(list.begin(), list.end());
  return list;
}

bool SameNumbers(const json& a, const json& b, double tolerance) {
  const json x = Numbers(a);
  const json y = Numbers(b);
  if (x.size() != y.size()) return false;
  for (size_t i = 0; i < x.size(); ++i) {
    if (!x[i].is_number() || !y[i].is_number()) return false;
    if (std::abs(x[i].get<double>() - y[i].get<double>()) > tolerance * std::abs(y[i].get<double>()))
      return false;
  }
  return true;
}

bool SameSet(const json& a, const json& b) {
  std::set<std::string> x;
  std::set<std::string> y;
  for (const auto& one : a) x.insert(Fold(one.get<std::string>()));
  for (const auto& one : b) y.insert(Fold(one.get<std::string>()));
  return x == y;
}

bool IsNull(const json& value) { return value.is_null() || (value.is_array() && value.empty()); }

bool Same(const std::string& field, const json& said, const json& label) {
  if (IsNull(said) || IsNull(label)) return IsNull(said) && IsNull(label);
  if (field == "parameters_b") return SameNumbers(said, label, 0.001);
  if (field == "context_tokens") return SameNumbers(said, label, 0.05);
  if (field == "entry_price_usd") return SameNumbers(said, label, 0.0001);
  if (field == "formats" || field == "modality") return SameSet(said, label);
  if (!said.is_string() || !label.is_string()) return said == label;
  return FoldName(said.get<std::string>()) == FoldName(label.get<std::string>());
}

json SaidOf(const v1::Revision& tool) {
  static constexpr const char* kKinds[] = {nullptr,   "model",   "library", "application",
                                           "service", "dataset", "other"};
  const auto text = [](const std::string& value) { return value.empty() ? json() : json(value); };
  json said;
  said["name"] = text(tool.name());
  said["vendor"] = text(tool.vendor());
  said["kind"] = tool.kind() == v1::TOOL_KIND_UNSPECIFIED ? json() : json(kKinds[tool.kind()]);
  said["license"] = text(tool.license());
  said["parameters_b"] = std::vector<double>(tool.parameters_b().begin(), tool.parameters_b().end());
  said["formats"] = std::vector<std::string>(tool.formats().begin(), tool.formats().end());
  said["modality"] = std::vector<std::string>(tool.modality().begin(), tool.modality().end());
  said["context_tokens"] = tool.has_context_tokens() ? json(tool.context_tokens()) : json();
  said["pricing"] = text(tool.pricing());
  said["entry_price_usd"] = tool.has_entry_price_usd() ? json(tool.entry_price_usd()) : json();
  said["release_date"] = text(tool.release_date());
  return said;
}

// Every value that counts as right, the label first.
std::vector<json> Accepted(const std::string& field, const json& label) {
  std::vector<json> values = {label.value(field, json())};
  if (field == "pricing" && values[0] == "unknown") values[0] = json();
  if (field == "name") {
    for (const auto& alias : label.value("aliases", json::array())) values.push_back(alias);
  }
  if (label.contains("accept") && label["accept"].contains(field)) {
    for (const auto& value : label["accept"][field]) values.push_back(value == "unknown" ? json() : value);
  }
  return values;
}

class Fields {
 public:
  explicit Fields(bool misses) : misses_(misses) {}

  void Judge(const std::string& file, const json& label, const std::vector<v1::Revision>& tools,
             bool rejected) {
    const bool borderline = label.value("borderline", false);
    Count("is_release", file, borderline, !rejected, label["is_release"].get<bool>(),
          label["is_release"] == !rejected);
    if (rejected || !label["is_release"].get<bool>()) return;
    const json* primary = nullptr;
    for (const auto& tool : label["tools"]) {
      if (tool.value("primary", true) && primary == nullptr) primary = &tool;
    }
    if (primary == nullptr || tools.empty()) return;
    const json said = SaidOf(tools[0]);
    for (const char* field : kFields) {
      if (std::string_view(field) == "is_release") continue;
      const std::string kind = primary->value("kind", "");
      if (std::string_view(field) == "modality" && kind != "model" && kind != "dataset") continue;
      const std::vector<json> accepted = Accepted(field, *primary);
      const json& value = said[field];
      const bool right = std::any_of(accepted.begin(), accepted.end(),
                                     [&](const json& one) { return Same(field, value, one); });
      // Where silence and an answer both count, what was said decides.
      const json expected = right ? value : accepted[0];
      Count(field, file, borderline, value, expected, right);
    }
    for (const auto& tool : label["tools"]) {
      if (&tool == primary || !tool.value("primary", true)) continue;
      ++other_tools_;
      const std::vector<json> names = Accepted("name", tool);
      for (size_t i = 1; i < tools.size(); ++i) {
        if (std::any_of(names.begin(), names.end(),
                        [&](const json& one) { return Same("name", json(tools[i].name()), one); }))
          ++other_found_;
      }
    }
    extra_tools_ += static_cast<int>(tools.size()) - 1;
  }

  void Print() const {
    for (const bool borderline : {false, true}) {
      std::printf("\n%s borderline labels\n%-16s %6s %6s %6s %6s %6s  %9s %7s %9s\n",
                  borderline ? "with" : "without", "field", "right", "wrong", "missed", "null", "extra",
                  "precision", "recall", "all right");
      for (const char* field : kFields) {
        Score score = scores_[0].count(field) != 0 ? scores_[0].at(field) : Score();
        if (borderline && scores_[1].count(field) != 0) {
          const Score& more = scores_[1].at(field);
          score.right += more.right;
          score.wrong += more.wrong;
          score.missed += more.missed;
          score.right_null += more.right_null;
          score.invented += more.invented;
        }
        const double said = score.right + score.wrong + score.invented;
        const double labelled = score.right + score.wrong + score.missed;
        const double all = said + score.missed + score.right_null;
        std::printf("%-16s %6d %6d %6d %6d %6d  %8.1f%% %6.1f%% %8.1f%%\n", field, score.right, score.wrong,
                    score.missed, score.right_null, score.invented,
                    said > 0 ? 100 * score.right / said : 100.0,
                    labelled > 0 ? 100 * score.right / labelled : 100.0,
                    all > 0 ? 100 * (score.right + score.right_null) / all : 100.0);
      }
    }
    std::printf("\nfurther tools: %d of %d found, %d said\n", other_found_, other_tools_, extra_tools_);
  }

 private:
  void Count(const std::string& field, const std::string& file, bool borderline, const json& said,
             const json& expected, bool right) {
    Score& score = scores_[borderline ? 1 : 0][field];
    if (right) {
      ++(IsNull(said) ? score.right_null : score.right);
      return;
    }
    ++(IsNull(said) ? score.missed : IsNull(expected) ? score.invented : score.wrong);
    if (misses_)
      std::printf("MISS %-14s %-34s said %s, labelled %s\n", field.c_str(), file.c_str(), said.dump().c_str(),
                  expected.dump().c_str());
  }

  bool misses_;
  std::map<std::string, Score> scores_[2];
  int other_tools_ = 0;
  int other_found_ = 0;
  int extra_tools_ = 0;
};

bool IsFeed(const json& label) {
  const std::string format = label.value("format", "");
  return format == "atom" || format == "rss" || format == "jsonfeed";
}

// By its key as labelled, else by its place.
const FeedEntry* EntryOf(const Feed& feed, const json& label) {
  const json& id = label.value("entry_id", json());
  const std::string key = id.is_string() ? id.get<std::string>() : id.dump();
  for (const FeedEntry& entry : feed.entries) {
    if (entry.key == key) return &entry;
  }
  const size_t index = label.value("entry_index", feed.entries.size());
  return index < feed.entries.size() ? &feed.entries[index] : nullptr;
}

// Which units end at one tool, against the labels' groups and look-alikes.
class Duplicates {
 public:
  void Add(const LabelledUnit& unit, const std::vector<v1::Revision>& tools) {
    if (!unit.label.value("is_release", false)) return;
    Unit added{unit.id, unit.label.value("file", ""), {}, {}};
    if (const json entry = unit.label.value("entry_id", json()); entry.is_string())
      added.label_id = added.file + "#" + entry.get<std::string>();
    else
      added.label_id = added.file;
    for (const identity::Found& found : matcher_.ResolveAll(tools, unit.feed))
      added.releases.insert(found.release_id);
    const auto text = [&](const char* key) {
      const json value = unit.label.value(key, json());
      return value.is_string() ? value.get<std::string>() : std::string();
    };
    if (!text("duplicate_of").empty()) parent_[Root(added.label_id)] = Root(text("duplicate_of"));
    if (!text("dup_group").empty()) parent_[Root(added.label_id)] = Root("group " + text("dup_group"));
    for (const json& other : unit.label.value("not_duplicate_of", json::array())) {
      if (other.is_string()) look_alikes_.insert({added.label_id, other.get<std::string>()});
    }
    units_.push_back(std::move(added));
  }

  void Print(bool misses) {
    int right = 0;
    int found = 0;
    int wanted = 0;
    int fooled = 0;
    for (size_t i = 0; i < units_.size(); ++i) {
      for (size_t j = i + 1; j < units_.size(); ++j) {
        const bool same = Meet(units_[i], units_[j]);
        const bool should = Root(units_[i].label_id) == Root(units_[j].label_id);
        right += static_cast<int>(same && should);
        found += static_cast<int>(same);
        wanted += static_cast<int>(should);
        if (same && LookAlike(units_[i], units_[j])) ++fooled;
        if (misses && same != should)
          std::printf("MISS duplicates     %s %s | %s\n", same ? "wrong" : "missed", units_[i].id.c_str(),
                      units_[j].id.c_str());
      }
    }
    std::printf(
        "duplicates, as extracted: %d pairs labelled, precision %.3f, recall %.3f; look-alikes taken for "
        "one: %d of %zu\n",
        wanted, found == 0 ? 1.0 : static_cast<double>(right) / found,
        wanted == 0 ? 1.0 : static_cast<double>(right) / wanted, fooled, look_alikes_.size());
  }

 private:
  struct Unit {
    std::string id, file, label_id;
    std::set<std::string> releases;
  };

  static bool Meet(const Unit& a, const Unit& b) {
    return std::any_of(a.releases.begin(), a.releases.end(),
                       [&](const std::string& id) { return b.releases.contains(id); });
  }
  bool LookAlike(const Unit& a, const Unit& b) const {
    return look_alikes_.contains({a.label_id, b.label_id}) || look_alikes_.contains({b.label_id, a.label_id});
  }
  std::string Root(const std::string& id) {
    const auto at = parent_.find(id);
    return at == parent_.end() || at->second == id ? id : Root(at->second);
  }

  identity::ToolMatcher matcher_;
  std::vector<Unit> units_;
  std::map<std::string, std::string> parent_;
  std::set<std::pair<std::string, std::string>> look_alikes_;
};

}  // namespace

std::vector<LabelledUnit> ReadLabelled(const std::filesystem::path& dir) {
  std::vector<LabelledUnit> units;
  std::map<std::string, absl::StatusOr<Feed>> feeds;
  std::ifstream labels(dir / "labels.jsonl");
  for (std::string line; std::getline(labels, line);) {
    if (Strip(line).empty()) continue;
    LabelledUnit unit;
    unit.label = json::parse(line);
    const std::string file = unit.label["file"];
    unit.id = unit.file_name = file;
    if (!IsFeed(unit.label)) {
      unit.bytes = ReadFile(dir / file);
      units.push_back(std::move(unit));
      continue;
    }
    unit.feed = file;
    unit.id = Cat(file, "#", unit.label.value("entry_index", 0));
    unit.file_name.clear();
    unit.media_type = "text/html";
    auto [feed, fresh] = feeds.try_emplace(file, absl::UnknownError("not read"));
    if (fresh) feed->second = ReadFeed(ReadFile(dir / file), "");
    if (!feed->second.ok()) {
      std::cerr << file << ": " << feed->second.status().message() << "\n";
    } else if (const FeedEntry* entry = EntryOf(*feed->second, unit.label)) {
      unit.bytes = EntryDocument(*feed->second, *entry);
    }
    units.push_back(std::move(unit));
  }
  return units;
}

class ExtractionScore::Impl {
 public:
  explicit Impl(bool misses) : misses(misses), fields(misses) {}
  const bool misses;
  Fields fields;
  Duplicates duplicates;
};

ExtractionScore::ExtractionScore(bool misses) : impl_(std::make_unique<Impl>(misses)) {}
ExtractionScore::~ExtractionScore() = default;

void ExtractionScore::Judge(const LabelledUnit& unit, const std::vector<v1::Revision>& tools) {
  impl_->fields.Judge(unit.id, unit.label, tools, tools.empty());
  impl_->duplicates.Add(unit, tools);
}

void ExtractionScore::Print() const {
  impl_->fields.Print();
  impl_->duplicates.Print(impl_->misses);
}

}  // namespace seaworthy
