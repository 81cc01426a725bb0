#include "services/reviewer/wire/dialects.h"

#include <algorithm>

#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

constexpr std::string_view kBearer = "Authorization: Bearer ";
constexpr std::string_view kStrict =
    R"("response_format":{"type":"json_schema","json_schema":{"name":"verdict","strict":true,"schema":@}})";
constexpr std::string_view kUsage = R"("stream_options":{"include_usage":true})";

// The first that fits is taken; rows with `models` come before those of the
// same host without. dialects.h explains the columns.
constexpr Dialect kDialects[] = {
    {.name = "openai-reasoning",
     .hosts = "api.openai.com",
     .models = "o1 o3 o4 gpt-5 gpt-6",
     .base_path = "/v1",
     .key_header = kBearer,
     .max_tokens = "max_completion_tokens",
     .schema = kStrict,
     .cache_key = "prompt_cache_key",
     .stream_extra = kUsage},
    {.name = "openai",
     .hosts = "api.openai.com",
     .base_path = "/v1",
     .key_header = kBearer,
     .max_tokens = "max_completion_tokens",
     .temperature = "temperature",
     .seed = "seed",
     .schema = kStrict,
     .cache_key = "prompt_cache_key",
     .stream_extra = kUsage},
    {.name = "azure",
     .hosts = ".openai.azure.com .cognitiveservices.azure.com .services.ai.azure.com",
     .base_path = "/openai/v1",
     .key_header = "api-key: ",
     .max_tokens = "max_completion_tokens",
     .temperature = "temperature",
     .seed = "seed",
     .schema = kStrict,
     .stream_extra = kUsage},
    {.name = "openrouter",
     .hosts = "openrouter.ai",
     .base_path = "/api/v1",
     .key_header = kBearer,
     .max_tokens = "max_tokens",
     .temperature = "temperature",
     .seed = "seed",
     .schema = kStrict,
     // Else it may route to a provider that ignores the schema.
     .extra = R"("provider":{"require_parameters":true})",
     .stream_extra = kUsage},
    {.name = "mistral",
     .hosts = "api.mistral.ai",
     .base_path = "/v1",
     .key_header = kBearer,
     .max_tokens = "max_tokens",
     .temperature = "temperature",
     .seed = "random_seed",
     .schema = kStrict},
    {.name = "groq",
     .hosts = "api.groq.com",
     .base_path = "/openai/v1",
     .key_header = kBearer,
     .max_tokens = "max_completion_tokens",
     .temperature = "temperature",
     .seed = "seed",
     .schema = kStrict,
     .stream_extra = kUsage},
    {.name = "vllm",
     .ports = "8000",
     .base_path = "/v1",
     .key_header = kBearer,
     .max_tokens = "max_tokens",
     .temperature = "temperature",
     .seed = "seed",
     .schema = kStrict,
     .stream_extra = kUsage},
    {.name = "llamacpp",
     .ports = "8080",
     .base_path = "/v1",
     .key_header = kBearer,
     .max_tokens = "max_tokens",
     .temperature = "temperature",
     .seed = "seed",
     .schema = kStrict,
     .extra = R"("cache_prompt":true)",
     .stream_extra = kUsage},
    {.name = "ollama",
     .hosts = "ollama.com",
     .ports = "11434",
     .base_path = "/v1",
     .key_header = kBearer,
     .max_tokens = "max_tokens",
     .temperature = "temperature",
     .seed = "seed",
     .schema = kStrict,
     .stream_extra = kUsage},
    {.name = "lmstudio",
     .ports = "1234",
     .base_path = "/v1",
     .key_header = kBearer,
     .max_tokens = "max_tokens",
     .temperature = "temperature",
     .seed = "seed",
     .schema = kStrict,
     .stream_extra = kUsage},
    // For servers with JSON mode but no schemas.
    {.name = "json-object",
     .base_path = "/v1",
     .key_header = kBearer,
     .max_tokens = "max_tokens",
     .temperature = "temperature",
     .schema = R"("response_format":{"type":"json_object"})"},
    {.name = "compatible",
     .base_path = "/v1",
     .key_header = kBearer,
     .max_tokens = "max_tokens",
     .temperature = "temperature",
     .seed = "seed",
     .schema = kStrict},
};

template <typename Fits>
bool AnyWord(std::string_view words, Fits fits) {
  const auto list = text::Words(words);
  return std::any_of(list.begin(), list.end(), fits);
}

bool Suggests(const Dialect& dialect, std::string_view host, std::string_view port, std::string_view model) {
  const bool place = AnyWord(dialect.hosts, [host](std::string_view end) { return host.ends_with(end); }) ||
                     AnyWord(dialect.ports, [port](std::string_view p) { return port == p; });
  const std::string_view bare = model.substr(model.rfind('/') + 1);
  return place && (dialect.models.empty() ||
                   AnyWord(dialect.models, [bare](std::string_view p) { return bare.starts_with(p); }));
}

}  // namespace

absl::StatusOr<const Dialect*> FindDialect(std::string_view name, std::string_view host,
                                           std::string_view port, std::string_view model) {
  std::vector<std::string> names;
  for (const Dialect& dialect : kDialects) {
    const bool last = &dialect == std::end(kDialects) - 1;
    if (name.empty() ? last || Suggests(dialect, host, port, model) : dialect.name == name) return &dialect;
    names.emplace_back(dialect.name);
  }
  return absl::InvalidArgumentError(
      text::Cat("dialect `", name, "` is unknown; there are ", text::JoinList(names)));
}

}  // namespace seaworthy
