#include "services/reviewer/policy/price_table.h"

#include <toml++/toml.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include "common/status_macros.h"
#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxPriceBytes = 1024 * 1024;
// No model costs more; who writes more meant another unit.
constexpr double kMaxUsdPerMillion = 100'000;

// `*` stands for anything. Linear: goes back to the last star only.
bool Fits(std::string_view pattern, std::string_view text) {
  size_t p = 0;
  size_t t = 0;
  size_t star = std::string_view::npos;
  size_t after_star = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      after_star = t;
    } else if (p < pattern.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++after_star;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::string At(const std::string& source, const toml::source_region& where) {
  return text::Cat(source, ":", static_cast<uint64_t>(where.begin.line), ": ");
}

absl::StatusOr<double> Dollars(const toml::table& table, std::string_view key, std::optional<double> fallback,
                               const std::string& source) {
  const toml::node* node = table.get(key);
  if (node == nullptr && fallback.has_value()) return *fallback;
  const auto value = node == nullptr ? std::nullopt : node->value<double>();
  if (value.has_value() && std::isfinite(*value) && *value >= 0 && *value <= kMaxUsdPerMillion) return *value;
  return absl::InvalidArgumentError(text::Cat(At(source, node == nullptr ? table.source() : node->source()),
                                              "`", key,
                                              "` expects US dollars per million tokens, 0 to 100000"));
}

absl::StatusOr<Price> ReadPrice(const toml::table& table, const std::string& source) {
  Price price;
  SEAWORTHY_ASSIGN_OR_RETURN(price.input, Dollars(table, "input", std::nullopt, source));
  SEAWORTHY_ASSIGN_OR_RETURN(price.output, Dollars(table, "output", std::nullopt, source));
  SEAWORTHY_ASSIGN_OR_RETURN(price.cached_input, Dollars(table, "cached_input", price.input, source));
  SEAWORTHY_ASSIGN_OR_RETURN(price.cache_write, Dollars(table, "cache_write", price.input, source));
  return price;
}

absl::StatusOr<std::vector<std::string>> ReadModels(const toml::table& table, const std::string& source) {
  std::vector<std::string> models;
  if (const toml::array* list = table["models"].as_array(); list != nullptr) {
    for (const toml::node& node : *list) {
      const auto model = node.value_exact<std::string>();
      if (model.has_value() && !model->empty() && model->size() <= 200) models.push_back(*model);
    }
    if (!models.empty() && models.size() == list->size()) return models;
  }
  return absl::InvalidArgumentError(
      text::Cat(At(source, table.source()), "`models` expects a list of names or patterns (`gpt-4o*`)"));
}

absl::StatusOr<toml::table> Parse(std::string_view toml, const std::string& source) {
  try {
    return toml::parse(toml, source);
  } catch (const toml::parse_error& error) {
    return absl::InvalidArgumentError(
        text::Cat(At(source, error.source()), std::string_view(error.description())));
  }
}

}  // namespace

uint64_t Price::Cost(const LlmUsage& usage, double factor) const {
  // A provider may count cached tokens apart; the rest is never negative.
  const uint64_t special = usage.cached_input_tokens + usage.cache_write_tokens;
  const uint64_t plain = usage.input_tokens - std::min(usage.input_tokens, special);
  const double micro = static_cast<double>(plain) * input +
                       static_cast<double>(usage.cached_input_tokens) * cached_input +
                       static_cast<double>(usage.cache_write_tokens) * cache_write +
                       static_cast<double>(usage.output_tokens) * output;
  // What a provider says is untrusted: no sum overflows the books.
  return static_cast<uint64_t>(std::ceil(std::min(micro * factor, 1e15) - 1e-6));
}

LlmUsage EstimateUsage(size_t prompt_bytes, uint64_t max_output_tokens) {
  LlmUsage usage;
  usage.input_tokens = (prompt_bytes + 2) / 3;
  usage.output_tokens = max_output_tokens;
  return usage;
}

LlmUsage BilledUsage(const LlmReply& reply, size_t prompt_bytes) {
  if (reply.usage.input_tokens + reply.usage.output_tokens > 0) return reply.usage;
  switch (reply.outcome) {
    case LlmOutcome::kOk:
    case LlmOutcome::kRefused:
    case LlmOutcome::kTruncated:
    case LlmOutcome::kInvalidJson:
    case LlmOutcome::kSchemaViolation:
    case LlmOutcome::kTimeout:
    case LlmOutcome::kCutStream:
      return EstimateUsage(prompt_bytes, reply.raw.size() / 3);
    default:
      return reply.usage;
  }
}

absl::StatusOr<PriceTable> PriceTable::BuiltIn() {
  PriceTable table;
  SEAWORTHY_RETURN_IF_ERROR(table.Add(kBuiltInPrices, "prices.toml"));
  return table;
}

absl::Status PriceTable::Add(std::string_view toml, const std::string& source) {
  SEAWORTHY_ASSIGN_OR_RETURN(const toml::table root, Parse(toml, source));
  std::vector<Entry> entries;
  if (const toml::node* list = root.get("price"); list != nullptr) {
    if (!list->is_array_of_tables()) {
      return absl::InvalidArgumentError(
          text::Cat(At(source, list->source()), "`price` expects [[price]] tables"));
    }
    for (const toml::node& node : *list->as_array()) {
      SEAWORTHY_ASSIGN_OR_RETURN(const Price price, ReadPrice(*node.as_table(), source));
      SEAWORTHY_ASSIGN_OR_RETURN(const auto models, ReadModels(*node.as_table(), source));
      for (const std::string& model : models) entries.push_back({model, price});
    }
  }
  std::stable_sort(entries.begin(), entries.end(),
                   [](const Entry& a, const Entry& b) { return a.pattern.size() > b.pattern.size(); });
  if (const auto factor = root["batch_factor"].value<double>()) {
    if (!(*factor >= 0 && *factor <= 1)) {
      return absl::InvalidArgumentError(text::Cat(source, ": `batch_factor` expects a number from 0 to 1"));
    }
    batch_factor_ = *factor;
  }
  as_of_ = std::max(as_of_, root["as_of"].value_or(std::string()));
  entries_.insert(entries_.begin(), std::make_move_iterator(entries.begin()),
                  std::make_move_iterator(entries.end()));
  return absl::OkStatus();
}

absl::Status PriceTable::AddFile(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return absl::NotFoundError(text::Cat("price table ", path, " cannot be read"));
  std::string bytes(kMaxPriceBytes + 1, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(in.gcount()));
  if (bytes.size() <= kMaxPriceBytes) return Add(bytes, path);
  return absl::InvalidArgumentError(text::Cat("price table ", path, " is larger than 1 MiB"));
}

const Price* PriceTable::Find(std::string_view model) const {
  for (const Entry& entry : entries_) {
    if (Fits(entry.pattern, model)) return &entry.price;
  }
  return nullptr;
}

std::optional<uint64_t> PriceTable::Cost(std::string_view model, const LlmUsage& usage) const {
  const Price* price = Find(model);
  if (price == nullptr) return std::nullopt;
  return price->Cost(usage);
}

}  // namespace seaworthy
