// When a signal fires, as a contributor writes it in a rubric:
//
//   has license and not (license in permissive) and params_max >= 30
//   missing price and kind = model
//   feature ~ "fine-tun" or count benchmark >= 3
//
// `has` and `missing` take a field or a slot; a field without a fact that the
// text seems to speak of is neither there nor missing. `=` and `in` compare a field's
// values, `~` looks for words in them, both whatever the case; numbers are
// those of docs/personas.md, and one that is unknown makes its comparison
// false. `ship` and `skip` are true once the vote is known.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace seaworthy::offline {

// What a condition asks.
class ConditionContext {
 public:
  virtual ~ConditionContext() = default;
  virtual bool Has(std::string_view field_or_slot) const = 0;
  // Not the opposite of Has: what the text seems to speak of is neither.
  virtual bool Missing(std::string_view field_or_slot) const = 0;
  virtual std::vector<std::string_view> Values(std::string_view field) const = 0;
  virtual std::optional<double> Number(std::string_view name) const = 0;
  virtual int Count(std::string_view field) const = 0;
  virtual bool Ship() const = 0;
};

// Named sets of values, from the rubric's `sets`.
using ValueSets = std::map<std::string, std::vector<std::string>, std::less<>>;

// Immutable, cheap to copy.
class Condition {
 public:
  // Always true.
  Condition() = default;
  // Errors: INVALID_ARGUMENT quoting the condition and the word it fails at.
  static absl::StatusOr<Condition> Parse(std::string_view text, const ValueSets& sets);

  bool Holds(const ConditionContext& context) const;
  // True where it asks for the vote.
  bool asks_vote() const { return asks_vote_; }
  // Fields and slots it wants to be there, and to be missing.
  const std::vector<std::string>& wants() const { return wants_; }
  const std::vector<std::string>& wants_missing() const { return wants_missing_; }

 private:
  struct Node;
  class Parser;

  std::shared_ptr<const Node> root_;
  bool asks_vote_ = false;
  std::vector<std::string> wants_;
  std::vector<std::string> wants_missing_;
};

}  // namespace seaworthy::offline
