#include "services/aggregator/identity/vendors.h"

#include <algorithm>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_join.h"

namespace seaworthy::identity {
namespace {

using Names = absl::flat_hash_map<std::string_view, std::string_view>;
using Words = absl::flat_hash_set<std::string_view>;

// Spelled without spaces and suffixes, to the usual spelling.
const Names& OtherNames() {
  static const auto* const names = new Names{
      {"alibaba", "qwen"},
      {"alibabacloud", "qwen"},
      {"tongyi", "qwen"},
      {"tongyiqianwen", "qwen"},
      {"tongyilab", "qwen"},
      {"qwenlm", "qwen"},
      {"alibabaqwen", "qwen"},
      {"technologyinnovationinstitute", "tii"},
      {"tiiuae", "tii"},
      {"metallama", "meta"},
      {"facebook", "meta"},
      {"facebookresearch", "meta"},
      {"fair", "meta"},
      {"googledeepmind", "google"},
      {"deepmind", "google"},
      {"googlegemma", "google"},
      {"googlecloud", "google"},
      {"moonshot", "moonshot"},
      {"moonshotai", "moonshot"},
      {"kimi", "moonshot"},
      {"z", "zhipu"},
      {"zai", "zhipu"},
      {"zaiorg", "zhipu"},
      {"thudm", "zhipu"},
      {"zhipu", "zhipu"},
      {"zhipuai", "zhipu"},
      {"huggingfacetb", "huggingface"},
      {"huggingfacem4", "huggingface"},
      {"hf", "huggingface"},
      {"huggingfaceh4", "huggingface"},
      {"mistralai", "mistral"},
      {"minimaxai", "minimax"},
      {"deepseekai", "deepseek"},
      {"ibmgranite", "ibm"},
      {"ibmresearch", "ibm"},
      {"bfl", "blackforest"},
      {"blackforestlabs", "blackforest"},
      {"thinkingmachineslab", "thinkingmachines"},
      {"stepfunai", "stepfun"},
      {"laion", "laion"},
      {"openassistant", "laion"},
      {"cohereforai", "cohere"},
      {"coherelabs", "cohere"},
      {"c4ai", "cohere"},
      {"alleninstitute", "allenai"},
      {"alleninstituteforai", "allenai"},
      {"alleninstituteforartificialintelligence", "allenai"},
      {"allen", "allenai"},
      {"allenai", "allenai"},
      {"ai2", "allenai"},
      {"01ai", "01"},
      {"tencenthunyuan", "tencent"},
      {"hunyuan", "tencent"},
      {"baiduernie", "baidu"},
      {"bytedanceseed", "bytedance"},
      {"seed", "bytedance"},
      {"lgairesearch", "lg"},
      {"lgaiexaone", "lg"},
      {"aws", "amazon"},
      {"amazonwebservices", "amazon"},
      {"msft", "microsoft"},
      {"microsoftazure", "microsoft"},
      {"internlm", "shanghai"},
      {"opengvlab", "shanghai"},
      {"shanghaiartificialintelligencelaboratory", "shanghai"},
      {"xai", "xai"},
      {"xaiorg", "xai"},
      {"stabilityai", "stability"},
      {"nvidianim", "nvidia"},
      {"nvidianemo", "nvidia"},
      {"tabbyml", "tabby"},
      {"kyutailabs", "kyutai"},
      {"canopylabs", "canopy"},
      {"novaskyai", "novasky"},
      {"berkeleynovasky", "novasky"},
      {"wan", "qwen"},
      {"wanai", "qwen"},
      {"snowflakeai", "snowflake"},
      {"bigscienceworkshop", "bigscience"},
  };
  return *names;
}

bool IsSuffix(std::string_view word) {
  static const auto* const words =
      new Words{"inc",      "ltd",       "llc",  "corp", "corporation",  "company",  "co",   "gmbh", "sa",
                "sas",      "plc",       "labs", "lab",  "ai",           "research", "team", "org",  "oss",
                "official", "community", "the",  "hq",   "technologies", "limited",  "ag",   "bv",   "pty"};
  return words->contains(word);
}

std::vector<std::string> WordsOf(std::string_view text) {
  std::vector<std::string> words;
  bool open = false;
  int depth = 0;
  for (const char c : text.substr(0, 200)) {
    depth += static_cast<int>(c == '(') - static_cast<int>(c == ')');
    const bool letter =
        absl::ascii_isalnum(static_cast<unsigned char>(c)) || (static_cast<unsigned char>(c) & 0x80U) != 0;
    if (!letter || depth > 0) {
      open = false;
      continue;
    }
    if (!open) words.emplace_back();
    open = true;
    words.back().push_back(absl::ascii_tolower(static_cast<unsigned char>(c)));
  }
  return words;
}

std::string Usual(const std::string& name) {
  const auto at = OtherNames().find(name);
  return at == OtherNames().end() ? name : std::string(at->second);
}

}  // namespace

std::string NormaliseVendor(std::string_view vendor) {
  std::vector<std::string> words = WordsOf(vendor);
  const std::string whole = absl::StrJoin(words, "");
  if (OtherNames().contains(whole)) return Usual(whole);
  while (words.size() > 1 && IsSuffix(words.back())) words.pop_back();
  if (words.size() > 1 && words.front() == "the") words.erase(words.begin());
  return Usual(absl::StrJoin(words, ""));
}

bool IsSameVendor(std::string_view a, std::string_view b) {
  if (a.empty() || b.empty()) return false;
  if (NormaliseVendor(a) == NormaliseVendor(b)) return true;
  std::vector<std::string> left = WordsOf(a);
  std::vector<std::string> right = WordsOf(b);
  if (left.size() > right.size()) left.swap(right);
  // A short first word is no name by itself.
  return !left.empty() && left.front().size() >= 3 && std::equal(left.begin(), left.end(), right.begin());
}

bool IsHoster(std::string_view normalised) {
  static const auto* const hosters = new Words{"groq",         "groqcloud",
                                               "ollama",       "docker",
                                               "together",     "togetherai",
                                               "fireworks",    "replicate",
                                               "openrouter",   "deepinfra",
                                               "cerebras",     "sambanova",
                                               "unsloth",      "thebloke",
                                               "bartowski",    "mlx",
                                               "lmstudio",     "ggml",
                                               "ggmlorg",      "modelscope",
                                               "kaggle",       "amazon",
                                               "cloudflare",   "vllm",
                                               "nvidia",       "huggingface",
                                               "azure",        "microsoft",
                                               "github",       "baseten",
                                               "fal",          "novita",
                                               "mlxcommunity", "lmstudiocommunity"};
  return hosters->contains(normalised);
}

}  // namespace seaworthy::identity
