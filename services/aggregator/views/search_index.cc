#include "services/aggregator/views/search_index.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"
#include "common/status_macros.h"
#include "services/aggregator/keys.h"
#include "services/aggregator/queries.h"
#include "services/aggregator/summaries.h"
#include "services/aggregator/times.h"
#include "services/aggregator/views/words.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxWords = 100;
constexpr size_t kMaxWordBytes = 60;

struct Weight {
  uint32_t name = 16;
  uint32_t alias = 12;
  uint32_t vendor = 8;
  uint32_t category = 6;
  uint32_t kind = 4;
  uint32_t license = 4;
  uint32_t tagline = 2;
};
constexpr Weight kWeight;

std::string DocumentKey(SearchScope scope, std::string_view tool) {
  return std::string("d") + static_cast<char>(scope) + std::string(tool);
}

std::string PlaceKey(SearchScope scope, const v1::SearchWord& word, const std::string& tool) {
  return Terminated(SearchWordPrefix(scope, word.text())) + static_cast<char>(255 - word.weight()) + tool;
}

// Words, each with its best weight.
class WordBag {
 public:
  void Add(std::string_view text, uint32_t weight) {
    for (const std::string& word : SplitWords(FoldText(text))) {
      AddWord(word, weight);
      for (const std::string& part : WordParts(word)) AddWord(part, weight);
    }
  }
  void MoveTo(v1::SearchDocument& document) const {
    for (const auto& [text, weight] : words_) {
      v1::SearchWord* word = document.add_words();
      word->set_text(text);
      word->set_weight(weight);
    }
  }

 private:
  void AddWord(const std::string& word, uint32_t weight) {
    if (word.size() > kMaxWordBytes) return;
    const auto known = words_.find(word);
    if (known != words_.end()) {
      known->second = std::max(known->second, weight);
    } else if (words_.size() < kMaxWords) {
      words_.emplace(word, weight);
    }
  }
  std::map<std::string, uint32_t> words_;
};

v1::SearchDocument MakeDocument(const v1::ToolView& view) {
  const v1::Revision& revision = view.revision();
  v1::SearchDocument document;
  *document.mutable_summary() = SummarizeTool(view);
  document.set_name(FoldText(revision.name()));
  WordBag words;
  words.Add(revision.name(), kWeight.name);
  words.Add(revision.tool_id(), kWeight.alias);
  for (const std::string& alias : revision.aliases()) words.Add(alias, kWeight.alias);
  words.Add(revision.vendor(), kWeight.vendor);
  words.Add(revision.category(), kWeight.category);
  words.Add(absl::StrReplaceAll(absl::AsciiStrToLower(v1::ToolKind_Name(revision.kind())), {{"_", " "}}),
            kWeight.kind);
  words.Add(revision.license(), kWeight.license);
  words.Add(revision.tagline(), kWeight.tagline);
  words.MoveTo(document);
  return document;
}

absl::Status Store(StateTransaction& state, SearchScope scope, const std::string& tool,
                   const std::optional<v1::SearchDocument>& document) {
  const std::string key = DocumentKey(scope, tool);
  SEAWORTHY_ASSIGN_OR_RETURN(const v1::SearchDocument before, LoadSearchDocument(state, scope, tool));
  const v1::SearchDocument after = document.value_or(v1::SearchDocument());
  if (SerializeDeterministically(before) == SerializeDeterministically(after)) return absl::OkStatus();
  for (const v1::SearchWord& word : before.words()) {
    state.Delete(Table::kSearch, PlaceKey(scope, word, tool));
  }
  for (const v1::SearchWord& word : after.words()) {
    state.Put(Table::kSearch, PlaceKey(scope, word, tool), "");
  }
  if (document.has_value()) {
    state.Store(Table::kSearch, key, after);
  } else {
    state.Delete(Table::kSearch, key);
  }
  return absl::OkStatus();
}

// A tool's publications, newest first.
std::string PublicationKey(const std::string& tool, std::string_view newest, const std::string& comparison) {
  return "n" + Terminated(tool) + std::string(newest) + comparison;
}

// Of the tool's newest publication; nothing where none is left.
absl::Status RemakePublished(StateTransaction& state, const std::string& tool) {
  std::string comparison;
  const std::string prefix = PublicationKey(tool, "", "");
  SEAWORTHY_RETURN_IF_ERROR(
      state.Scan(Table::kSearch, prefix, "", [&](std::string_view key, std::string_view) {
        comparison = std::string(key.substr(std::min(key.size(), prefix.size() + 8)));
        return false;
      }));
  std::optional<v1::SearchDocument> document;
  if (!comparison.empty()) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto published,
                               state.Load<v1::PublishedComparison>(Table::kPublished, comparison));
    if (published.has_value()) {
      const v1::ComparisonContent& content = published->content();
      document = MakeDocument(content.a().revision().tool_id() == tool ? content.a() : content.b());
    }
  }
  return Store(state, SearchScope::kPublished, tool, document);
}

}  // namespace

absl::StatusOr<v1::SearchDocument> LoadSearchDocument(const StateReader& state, SearchScope scope,
                                                      std::string_view tool) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto found,
                             state.Load<v1::SearchDocument>(Table::kSearch, DocumentKey(scope, tool)));
  return std::move(found).value_or(v1::SearchDocument());
}

absl::Status UpdateSearchTool(StateTransaction& state, const ToolId& id) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tool, LoadTool(state, id));
  std::optional<v1::SearchDocument> document;
  if (tool.has_value() && tool->latest_revision() > 0) {
    SEAWORTHY_ASSIGN_OR_RETURN(const v1::ToolView view, BuildToolView(state, {id, 0}));
    // What was merged away is found as what it is now.
    if (view.tool().tool_id() == id.value()) document = MakeDocument(view);
  }
  return Store(state, SearchScope::kAll, id.value(), document);
}

absl::Status UpdateSearchPublished(StateTransaction& state, const ComparisonId& id) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto tools, SplitComparisonId(id.value()));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto published,
                             state.Load<v1::PublishedComparison>(Table::kPublished, id.value()));
  const std::string key = "k" + id.value();
  SEAWORTHY_ASSIGN_OR_RETURN(const auto before, state.Get(Table::kSearch, key));
  if (published.has_value()) {
    const auto& time =
        published->has_publish_time() ? published->publish_time() : published->decision().decide_time();
    const std::string newest = BigEndian64(~static_cast<uint64_t>(ToMicros(time)));
    state.Put(Table::kSearch, key, newest);
  } else {
    state.Delete(Table::kSearch, key);
  }
  SEAWORTHY_ASSIGN_OR_RETURN(const auto after, state.Get(Table::kSearch, key));
  for (const std::string& tool : {tools.first.value(), tools.second.value()}) {
    if (before.has_value()) state.Delete(Table::kSearch, PublicationKey(tool, *before, id.value()));
    if (after.has_value()) state.Put(Table::kSearch, PublicationKey(tool, *after, id.value()), "");
    SEAWORTHY_RETURN_IF_ERROR(RemakePublished(state, tool));
  }
  return absl::OkStatus();
}

std::string SearchWordPrefix(SearchScope scope, std::string_view beginning) {
  return std::string("w") + static_cast<char>(scope) + std::string(beginning);
}

bool ParseSearchPlace(std::string_view key, SearchPlace& place) {
  const size_t end = key.find('\0');
  if (key.size() < 2 || end == std::string_view::npos || end + 2 > key.size()) return false;
  place.word = key.substr(2, end - 2);
  place.weight = 255 - static_cast<unsigned char>(key[end + 1]);
  place.tool = key.substr(end + 2);
  return true;
}

}  // namespace seaworthy
