// Names the checker knows: licences, formats, benchmarks, hardware, vendors
// and products, and words that look like names and are none. The data is
// gazetteer.txt, compiled in.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "common/claims/words.h"
#include "seaworthy/v1/verdict.pb.h"

namespace seaworthy::claims {

extern const char* const kGazetteerText;

struct GazetteerEntry {
  std::string name;
  v1::Mark::Kind kind = v1::Mark::NAME;
  // Hashes of all its spellings.
  std::vector<uint64_t> forms;
  // Of its largest form; 0 for unknown.
  double memory_gb = 0;
  // Its name begins with a capital: small letters are another word.
  bool capital = false;
};

// Immutable, one for the process.
class Gazetteer {
 public:
  static const Gazetteer& Get();

  // A spelling can begin with this word.
  bool Opens(const Word& word) const {
    return opens_.Has(word.hash) || (word.Plural() && opens_.Has(word.stem));
  }
  // The entry with this spelling, or null.
  const GazetteerEntry* Find(uint64_t hash) const;
  // A word for a kind of thing: GPU, SDK, German.
  bool IsClass(uint64_t hash) const { return classes_.Has(hash); }
  // A word that opens sentences.
  bool IsCommon(uint64_t hash) const { return common_.Has(hash); }
  // The most words a spelling has.
  size_t max_words() const { return max_words_; }

 private:
  explicit Gazetteer(std::string_view text);
  void AddLine(std::string_view line);

  std::string section_;
  std::vector<GazetteerEntry> entries_;
  absl::flat_hash_map<uint64_t, uint32_t> by_form_;
  HashSet opens_{2048};
  HashSet classes_{1024};
  HashSet common_{2048};
  size_t max_words_ = 1;
};

}  // namespace seaworthy::claims
