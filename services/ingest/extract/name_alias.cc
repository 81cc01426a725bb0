#include <algorithm>
#include <utility>

#include "services/ingest/extract/draft.h"
#include "services/ingest/extract/name.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// Forms of `word` that go on after a hyphen or point: `Foo-7B-Instruct`.
void AddAliases(const Source& source, const std::string& word, std::string_view name,
                std::vector<std::string>* aliases) {
  const std::string& lower = source.lower();
  for (size_t at = 0; aliases->size() < 16 && (at = lower.find(word, at)) != lower.npos; at += word.size()) {
    if (at > 0 && (IsAlnum(lower[at - 1]) || lower[at - 1] == '-')) continue;
    size_t end = at + word.size();
    while (end < lower.size() &&
           (IsAlnum(lower[end]) || ((lower[end] == '-' || lower[end] == '.' || lower[end] == '_') &&
                                    end + 1 < lower.size() && IsAlnum(lower[end + 1])))) {
      ++end;
    }
    if (end == at + word.size() || !source.TrustedAt(at) || IsAlnum(lower[at + word.size()])) continue;
    std::string alias(source.Text({at, end}));
    if (alias.size() > 60 || NameKey(alias) == NameKey(name)) continue;
    const bool known = std::any_of(aliases->begin(), aliases->end(), [&](const std::string& other) {
      return NameKey(other) == NameKey(alias);
    });
    if (!known) aliases->push_back(std::move(alias));
  }
}

// "Lantern-2-7B-Chat-V2.0" for "Lantern Chat V2.0": its words in their order,
// and others between.
void AddSpread(const Source& source, std::string_view name, std::vector<std::string>* aliases) {
  const auto words = Split(name, ' ');
  if (words.size() < 2 || words[0].size() < 3) return;
  const std::string first = Lower(words[0]);
  const std::string& lower = source.lower();
  for (size_t at = 0, seen = 0; seen < 60 && (at = lower.find(first, at)) != lower.npos;
       at += first.size(), ++seen) {
    if (at > 0 && (IsAlnum(lower[at - 1]) || lower[at - 1] == '-' || lower[at - 1] == '/')) continue;
    size_t end = at;
    while (end < lower.size() && (IsAlnum(lower[end]) || lower[end] == '-' || lower[end] == '.')) ++end;
    const std::string_view form = std::string_view(lower).substr(at, end - at);
    size_t from = 0;
    for (std::string_view word : words) {
      from = from == form.npos ? from : form.find(Lower(word), from);
      if (from != form.npos) from += word.size();
    }
    if (from == form.npos || form.size() <= name.size() || form.size() > 60 || !source.TrustedAt(at))
      continue;
    std::string alias(source.Text({at, end}));
    while (!alias.empty() && alias.back() == '.') alias.pop_back();
    if (std::find(aliases->begin(), aliases->end(), alias) == aliases->end() && aliases->size() < 16)
      aliases->push_back(std::move(alias));
  }
}

}  // namespace

std::vector<std::string> FindAliases(const Source& source, std::string_view name) {
  std::vector<std::string> aliases;
  const std::string lower_name = Lower(name);
  AddAliases(source, lower_name, name, &aliases);
  // "DeepSeek Coder" is "DeepSeek-Coder" in its variants.
  if (Contains(lower_name, " ")) AddAliases(source, ReplaceAll(lower_name, " ", "-"), name, &aliases);
  AddSpread(source, name, &aliases);
  for (std::string_view with : {" and ", " & ", " 和 "}) {
    if (const size_t both = lower_name.find(with); both != lower_name.npos) {
      AddAliases(source, lower_name.substr(0, both), name, &aliases);
      AddAliases(source, lower_name.substr(both + with.size()), name, &aliases);
      aliases.insert(aliases.begin(),
                     {std::string(name.substr(0, both)), std::string(name.substr(both + with.size()))});
    }
  }
  return aliases;
}

std::string WithoutSize(std::string_view name) {
  static const Pattern kVariant(
      R"((?:[-_ (]+(?:a?\d+(?:\.\d+)?[bm]|\d+x\d+b|instruct|base|chat|it|preview|pro|mini|nano|small|medium|large|lite|fast|turbo|flash|max|plus|ultra|thinking|gguf|fp8|bf16|int[48]|awq|gptq)\)?)+$)",
      true);
  const auto variant = kVariant.Find(name);
  return NameKey(variant && variant->all().begin > 1 ? name.substr(0, variant->all().begin) : name);
}

}  // namespace seaworthy
