#include "common/claims/gazetteer.h"

#include <algorithm>

#include "absl/strings/numbers.h"

namespace seaworthy::claims {
namespace {

v1::Mark::Kind KindOf(std::string_view section) {
  if (section == "license") return v1::Mark::LICENSE;
  if (section == "format") return v1::Mark::FORMAT;
  if (section == "benchmark") return v1::Mark::BENCHMARK;
  if (section == "hardware") return v1::Mark::HARDWARE;
  return v1::Mark::NAME;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

// Takes what stands before `separator` off `rest`.
std::string_view Take(std::string_view& rest, char separator) {
  const size_t end = rest.find(separator);
  const std::string_view part = Trim(rest.substr(0, end));
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return part;
}

}  // namespace

const Gazetteer& Gazetteer::Get() {
  static const auto* const kGazetteer = new Gazetteer(kGazetteerText);
  return *kGazetteer;
}

Gazetteer::Gazetteer(std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = Take(text, '\n');
    if (line.empty() || line.front() == '#') continue;
    if (line.front() == '[') {
      section_ = std::string(line.substr(1, line.size() - 2));
    } else {
      AddLine(line);
    }
  }
}

void Gazetteer::AddLine(std::string_view line) {
  if (section_ == "class" || section_ == "common") {
    HashSet& set = section_ == "class" ? classes_ : common_;
    for (const Word& word : SplitWords(line)) set.Add(word.hash);
    return;
  }
  GazetteerEntry entry;
  entry.kind = KindOf(section_);
  std::string_view forms = Take(line, '@');
  if (!absl::SimpleAtod(std::string(Trim(line)), &entry.memory_gb)) entry.memory_gb = 0;
  while (!forms.empty()) {
    const std::string_view form = Take(forms, '|');
    if (entry.name.empty()) {
      entry.name = std::string(form);
      entry.capital = IsUpper(form.front());
    }
    const std::vector<Word> words = SplitWords(form);
    uint64_t hash = 0;
    for (const Word& word : words) hash = Join(hash, word);
    entry.forms.push_back(hash);
    if (!words.empty()) opens_.Add(words[0].hash);
    opens_.Add(hash);
    max_words_ = std::max(max_words_, words.size());
  }
  for (uint64_t form : entry.forms) by_form_.emplace(form, static_cast<uint32_t>(entries_.size()));
  entries_.push_back(std::move(entry));
}

const GazetteerEntry* Gazetteer::Find(uint64_t hash) const {
  const auto found = by_form_.find(hash);
  return found == by_form_.end() ? nullptr : &entries_[found->second];
}

}  // namespace seaworthy::claims
