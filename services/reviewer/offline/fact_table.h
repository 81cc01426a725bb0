// What is known about one revision, as slots, values and numbers for one
// persona's rubric. docs/personas.md lists them all.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "services/reviewer/llm_endpoint.h"
#include "services/reviewer/offline/condition.h"
#include "services/reviewer/offline/mentions.h"
#include "services/reviewer/offline/phrase.h"

namespace seaworthy::offline {

// Gigabytes that weights of `parameters_b` billion parameters take at `bits`
// bits each: arithmetic, not a measurement.
double WeightsGb(double parameters_b, int bits);

// Built for one request, which must outlive it. Not thread-safe.
class FactTable : public SlotSource, public ConditionContext {
 public:
  explicit FactTable(const LlmRequest& request);

  const SlotValue* Find(std::string_view name) const override;
  int Count(std::string_view field) const override;
  bool Has(std::string_view field_or_slot) const override;
  bool Missing(std::string_view field_or_slot) const override;
  std::vector<std::string_view> Values(std::string_view field) const override;
  std::optional<double> Number(std::string_view name) const override;
  bool Ship() const override { return ship_; }

  // Adds or replaces a slot made while composing.
  void Set(const std::string& name, SlotValue value) { slots_[name] = std::move(value); }
  void SetVote(bool ship) { ship_ = ship; }
  // The first fact of a field, null where there is none.
  const v1::Fact* First(std::string_view field) const;
  // The newest date the request knows, `2025-04`, empty where there is none.
  const std::string& newest_date() const { return newest_date_; }
  // What choices hang on: the tool's name and the persona.
  const std::string& seed() const { return seed_; }

 private:
  using Facts = std::vector<const v1::Fact*>;

  void Index(const LlmRequest& request);
  void AddImplied(const std::string& field, const std::string& value);
  void AddIdentity(const LlmRequest& request);
  void AddSizes();
  void AddPrice(const v1::Revision& revision);
  void AddDates(const LlmRequest& request);
  void AddLists();
  void AddAsSaid();
  void AddBenchmarks();
  void AddCommands();
  void AddRivals(const std::vector<v1::KnownCompetitor>& rivals);
  void AddWeights(std::string_view size, double parameters_b, const Facts& facts);
  void Put(const std::string& name, std::string text, Facts facts, std::vector<std::string> fields);
  Facts All(std::string_view field) const;

  std::map<std::string, Facts, std::less<>> facts_;
  std::map<std::string, SlotValue, std::less<>> slots_;
  std::map<std::string, double, std::less<>> numbers_;
  std::vector<std::unique_ptr<v1::Fact>> implied_;
  const Mentions mentions_;
  std::set<std::string, std::less<>> unquotable_;
  std::string newest_date_;
  std::string seed_;
  bool ship_ = false;
};

}  // namespace seaworthy::offline
