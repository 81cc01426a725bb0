// What tokens cost. Data, not code: prices.toml, a file of the user's, and
// what an endpoint's table says.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "services/reviewer/llm_endpoint.h"

namespace seaworthy {

// The text of prices.toml.
extern const char kBuiltInPrices[];

// US dollars per million tokens, which is micro-dollars per token.
struct Price {
  double input = 0;
  double cached_input = 0;
  double cache_write = 0;
  double output = 0;
  // In micro-dollars, rounded up. `factor` is the share a batch pays.
  uint64_t Cost(const LlmUsage& usage, double factor = 1.0) const;
};

// Tokens a prompt of so many bytes has at most, as a rule: three bytes a token.
LlmUsage EstimateUsage(size_t prompt_bytes, uint64_t max_output_tokens);
// What the provider will charge for; where it did not say, an estimate.
LlmUsage BilledUsage(const LlmReply& reply, size_t prompt_bytes);

// Immutable once loaded; thread-safe.
class PriceTable {
 public:
  // The built-in prices.
  static absl::StatusOr<PriceTable> BuiltIn();
  // More prices, which come before those there are. `source` names the text in
  // messages. Errors: INVALID_ARGUMENT naming source, line and key.
  absl::Status Add(std::string_view toml, const std::string& source);
  // Add for a file of at most 1 MiB. Errors: also NOT_FOUND.
  absl::Status AddFile(const std::string& path);

  // Null where the model has no price.
  const Price* Find(std::string_view model) const;
  std::optional<uint64_t> Cost(std::string_view model, const LlmUsage& usage) const;
  double batch_factor() const { return batch_factor_; }
  // The newest `as_of` of the texts added, YYYY-MM-DD.
  const std::string& as_of() const { return as_of_; }

 private:
  struct Entry {
    std::string pattern;
    Price price;
  };
  std::vector<Entry> entries_;
  double batch_factor_ = 0.5;
  std::string as_of_;
};

}  // namespace seaworthy
