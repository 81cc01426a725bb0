// What is known of one revision, ready for quick questions. Built once, then
// every quote on that revision is checked against it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/types/span.h"
#include "common/claims/quantities.h"
#include "common/claims/words.h"
#include "seaworthy/v1/event.pb.h"
#include "seaworthy/v1/revision.pb.h"

namespace seaworthy {

// Holds copies of what it needs; nothing it was built from must live on.
// Immutable, so safe to share between threads. Building takes time linear in
// the text, of which the first 1 MiB is read.
class ClaimIndex {
 public:
  // Who a name in a quote belongs to.
  struct Owner {
    enum Kind : uint8_t { kNobody, kTool, kCompetitor };
    Kind kind = kNobody;
    uint32_t competitor = 0;
  };
  // A tool of the store.
  struct Competitor {
    std::string name;
    uint64_t license = 0;  // LicenseId, 0 for unknown.
    std::string license_name;
    std::vector<double> parameters_b;
    std::optional<double> price;
    int release_date = 0;
  };

  ClaimIndex(const v1::Revision& revision, std::string_view announcement_text,
             absl::Span<const v1::KnownCompetitor> competitors);

  // The words [begin, end) stand somewhere as they are, spacing, hyphens, case
  // and a plural's s aside.
  bool HasWords(const std::vector<claims::Word>& words, size_t begin, size_t end) const;
  // The word stands somewhere with a capital or within an identifier.
  bool HasCapital(const claims::Word& word) const { return capitals_.Has(word.hash); }
  bool HasHash(uint64_t hash) const { return phrases_.Has(hash); }
  // The amount stands somewhere, rounding and powers of 1,024 aside.
  bool HasQuantity(const claims::Quantity& quantity) const;
  // The amount follows from what is known: weights at 16, 8 or 4 bits, the
  // card they need, the price of a thousand, a month or a year.
  bool IsDerived(const claims::Quantity& quantity) const;
  bool HasDate(int value) const;
  // The longest name that begins with word `i`; its words go to `count`.
  Owner FindEntity(const std::vector<claims::Word>& words, size_t i, size_t* count) const;

  // The same for all spellings of a licence.
  static uint64_t LicenseId(std::string_view name);
  bool HasLicense(uint64_t id) const;
  uint64_t license() const { return license_; }
  // Hash of the first word of its name.
  uint64_t license_opens() const { return license_opens_; }
  const std::string& license_name() const { return license_name_; }

  const std::string& name() const { return name_; }
  // Of the tool itself, in billions, ascending; empty for unknown.
  const std::vector<double>& parameters_b() const { return parameters_b_; }
  // The tool's sizes as far as any text tells, ascending.
  const std::vector<double>& sizes_b() const { return sizes_b_; }
  // The fewest bits a weight is offered in, 4 where nothing says so.
  double lowest_bits() const { return lowest_bits_; }
  std::optional<double> entry_price() const { return entry_price_; }
  const std::string& entry_price_unit() const { return entry_price_unit_; }
  const std::string& pricing() const { return pricing_; }
  std::optional<uint64_t> context_tokens() const { return context_tokens_; }
  int release_date() const { return release_date_; }
  // What to type according to the facts, empty for unknown.
  const std::string& command() const { return command_; }
  const std::vector<Competitor>& competitors() const { return competitors_; }
  // What the facts give for a benchmark, null for none.
  const std::vector<double>* ScoresOf(uint64_t benchmark) const;

 private:
  struct Amount {
    uint8_t sort;
    double value;
    bool operator<(const Amount& other) const {
      return sort != other.sort ? sort < other.sort : value < other.value;
    }
  };

  void AddText(std::string_view text);
  void AddAmount(claims::Unit unit, double value);
  void AddFacts(const v1::Revision& revision, bool with_evidence);
  void AddFields(const v1::Revision& revision);
  void AddCompetitor(const v1::KnownCompetitor& known);
  void AddEntity(std::string_view name, Owner owner, bool parts);
  void AddBenchmark(std::string_view value);
  void NoteBits(const std::vector<claims::Word>& words, size_t i, std::string_view text);
  bool HasAmount(claims::Unit unit, double low, double high) const;

  claims::HashSet phrases_;
  claims::HashSet capitals_;
  std::vector<Amount> amounts_;
  std::vector<int> dates_;
  absl::flat_hash_map<uint64_t, Owner> entities_;
  claims::HashSet entity_opens_;
  size_t entity_words_ = 1;
  absl::flat_hash_map<uint64_t, std::vector<double>> scores_;
  std::string name_;
  uint64_t license_ = 0;
  uint64_t license_opens_ = 0;
  std::string license_name_;
  std::vector<double> parameters_b_;
  std::vector<double> sizes_b_;
  double lowest_bits_ = 4;
  std::optional<double> entry_price_;
  std::string entry_price_unit_;
  std::string pricing_;
  std::optional<uint64_t> context_tokens_;
  int release_date_ = 0;
  std::string command_;
  std::vector<Competitor> competitors_;
};

namespace claims {

// The smallest card sold that holds `weights` gigabytes with a fifth to spare
// has `card` gigabytes.
bool IsCardFor(double weights, double card);

// How many cards of `card` gigabytes hold `weights` with a fifth to spare.
double CardsFor(double weights, double card);

}  // namespace claims
}  // namespace seaworthy
