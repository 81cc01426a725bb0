#include "services/ingest/extract/draft.h"

#include <algorithm>
#include <functional>
#include <utility>

#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {

std::string NameKey(std::string_view name) {
  std::string key;
  for (char c : Lower(name)) {
    if (IsAlnum(c) || static_cast<unsigned char>(c) >= 0x80 || c == '+') key.push_back(c);
  }
  return key;
}

void Draft::SetName(std::string_view value) {
  static const Pattern kVersion(R"([ -]v?\d+(?:\.\d+)*[a-z]?$|[ -]v\d\S*$| \[[a-z]+\]$| \(.*\)$)");
  name = value;
  forms_ = {Lower(value)};
  for (size_t i = 0; i < forms_.size() && forms_.size() < 8; ++i) {
    const std::string form = forms_[i];
    if (const auto version = kVersion.Find(form); version && version->all().begin >= 2) {
      forms_.push_back(form.substr(0, version->all().begin));
    }
    for (std::string_view with : {" and ", " & ", " 和 ", " und ", " et "}) {
      const size_t both = form.find(with);
      if (both == form.npos) continue;
      forms_.push_back(form.substr(0, both));
      forms_.push_back(form.substr(both + with.size()));
    }
  }
  // "OpenAI Agents SDK" is "the Agents SDK" in its own text.
  const size_t space = forms_[0].find(' ');
  if (space != std::string::npos && forms_[0].find(' ', space + 1) != std::string::npos &&
      KnownVendor(forms_[0].substr(0, space)))
    forms_.push_back(forms_[0].substr(space + 1));
  FindForms();
}

void Draft::SetAliases(std::vector<std::string> values) {
  aliases = std::move(values);
  name_keys_.clear();
  std::vector<std::string> names = aliases;
  names.insert(names.end(), forms_.begin(), forms_.end());
  for (const std::string& one : names) {
    if (std::string key = NameKey(one); key.size() >= 3) name_keys_.push_back(std::move(key));
  }
}

void Draft::FindForms() {
  const std::string& text = source_->lower();
  places_.assign(forms_.size(), {});
  for (size_t i = 0; i < forms_.size(); ++i) {
    for (size_t at = 0; (at = text.find(forms_[i], at)) != text.npos; ++at) places_[i].push_back(at);
  }
}

bool Draft::MentionedIn(std::string_view lower) const {
  const std::string& text = source_->lower();
  const bool part = std::less_equal<>()(text.data(), lower.data()) &&
                    std::less_equal<>()(lower.data() + lower.size(), text.data() + text.size());
  const size_t begin = part ? static_cast<size_t>(lower.data() - text.data()) : 0;
  for (size_t i = 0; i < forms_.size(); ++i) {
    if (!part) {
      if (FindWord(lower, forms_[i]) != lower.npos) return true;
      continue;
    }
    auto at = std::lower_bound(places_[i].begin(), places_[i].end(), begin);
    for (; at != places_[i].end() && *at + forms_[i].size() <= begin + lower.size(); ++at) {
      if (IsWholeWord(lower, *at - begin, forms_[i].size())) return true;
    }
  }
  return false;
}

bool Draft::Add(std::string_view field, std::string_view value, Span raw) {
  const std::string line = OneLine(value);
  const std::string& bytes = source_->document().bytes;
  const size_t longest = field == "links" ? 2000 : kMaxValueBytes;
  if (line.empty() || line.size() > longest || raw.empty() || raw.end > bytes.size()) return false;
  size_t count = 0;
  for (const FoundFact& fact : facts_) {
    if (fact.field != field) continue;
    if (fact.value == line || ++count >= kMaxFactsPerField) return false;
  }
  const std::string_view quoted =
      Utf8Prefix(std::string_view(bytes).substr(raw.begin, raw.size()), kMaxEvidenceBytes);
  facts_.push_back({std::string(field), line, {raw.begin, raw.begin + quoted.size()}});
  return true;
}

bool Draft::AddText(std::string_view field, std::string_view value, Span text) {
  const auto raw = source_->Raw(text);
  return raw && Add(field, value, *raw);
}

bool Draft::AddSaid(std::string_view field, Span text) {
  std::string said = OneLine(source_->Text(text));
  if (said.size() > kMaxSaidBytes) {
    said = std::string(Utf8Prefix(said, kMaxSaidBytes - 3));
    if (const size_t space = said.rfind(' '); space != said.npos && space > kMaxSaidBytes / 2)
      said.resize(space);
    while (!said.empty() && (said.back() == ',' || said.back() == ';' || said.back() == ':')) said.pop_back();
    said += "...";
  }
  while (!said.empty() && (said.back() == '.' || said.back() == ':' || said.back() == ';') &&
         !EndsWith(said, "...")) {
    said.pop_back();
  }
  return AddText(field, said, text);
}

const FoundFact* Draft::First(std::string_view field) const {
  for (const FoundFact& fact : facts_) {
    if (fact.field == field) return &fact;
  }
  return nullptr;
}

std::vector<std::string> Draft::Values(std::string_view field) const {
  std::vector<std::string> values;
  for (const FoundFact& fact : facts_) {
    if (fact.field == field) values.push_back(fact.value);
  }
  return values;
}

size_t Draft::Count(std::string_view field) const { return Values(field).size(); }

}  // namespace seaworthy
