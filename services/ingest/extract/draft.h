// What is known so far about one tool: facts with the bytes they stand in.
#pragma once

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "services/ingest/extract/source.h"

namespace seaworthy {

inline constexpr size_t kMaxFactsPerField = 12;
inline constexpr size_t kMaxValueBytes = 200;
inline constexpr size_t kMaxSaidBytes = 160;

struct FoundFact {
  std::string field;
  std::string value;
  Span raw;
};

// Not thread-safe. Refers to its source, which must outlive it.
class Draft {
 public:
  explicit Draft(const Source* source) : source_(source) {}

  // Adds a fact that stands in the raw bytes `raw`. Refused (false): an empty
  // or overlong value, a value the field has already, a 13th, no place.
  bool Add(std::string_view field, std::string_view value, Span raw);
  // The same for a place in the visible text.
  bool AddText(std::string_view field, std::string_view value, Span text);
  // Adds the announcement's own words, on one line, cut to 160 bytes at a word.
  bool AddSaid(std::string_view field, Span text);

  const FoundFact* First(std::string_view field) const;
  bool Has(std::string_view field) const { return First(field) != nullptr; }
  std::vector<std::string> Values(std::string_view field) const;
  size_t Count(std::string_view field) const;
  const std::deque<FoundFact>& facts() const { return facts_; }
  const Source& source() const { return *source_; }

  // Sets `name`; the forms by which MentionedIn finds it follow from it.
  void SetName(std::string_view value);
  // Whether text in lower case names the tool, with or without its version.
  bool MentionedIn(std::string_view lower) const;
  // The name, its parts and the name without version; lower case.
  const std::vector<std::string>& forms() const { return forms_; }
  // The NameKey of every alias and form that has three letters.
  void SetAliases(std::vector<std::string> aliases);
  const std::vector<std::string>& name_keys() const { return name_keys_; }

  std::string name;
  std::vector<std::string> aliases;  // By SetAliases.
  std::string tagline;
  std::string description;
  std::string category;
  std::string price_unit;

 private:
  void FindForms();

  const Source* source_;
  std::vector<std::string> forms_;           // Lower case.
  std::vector<std::vector<size_t>> places_;  // Of each form in the source's lower text.
  std::vector<std::string> name_keys_;
  std::deque<FoundFact> facts_;  // First() hands out places in it while it grows.
};

// The name's letters and digits in lower case: `Falcon 3` and `falcon-3` are
// one. Other than ASCII stays as it is.
std::string NameKey(std::string_view name);

}  // namespace seaworthy
