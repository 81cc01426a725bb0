#include "services/reviewer/offline/mentions.h"

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "services/reviewer/text.h"

namespace seaworthy::offline {
namespace {

// A field, whether it is told in prose, and lower-case words that hint at it,
// joined by bars.
struct Hints {
  std::string_view field;
  bool prose;
  std::string_view words;
};

constexpr std::array<Hints, 24> kHints = {{
    {"license", false, "licens|licenc|lizenz|open source|open-source|apache|mit "},
    {"pricing", false,
     "price|pricing|free |$|cost|per month|paid|open source|open-source|open weight|open-weight"},
    {"entry_price_usd", false, "$|usd|dollar|price |pricing|per month|per hour"},
    {"formats", false, "gguf|safetensors|onnx|mlx|awq|gptq|weights|checkpoint"},
    {"quantized", false, "gguf|awq|gptq|int4|int8|fp8|4-bit|8-bit|quanti"},
    {"parameters_b", false, "billion|parameter|0b|1b|2b|3b|4b|5b|6b|7b|8b|9b|0m |million"},
    {"release_date", false,
     "2015|2016|2017|2018|2019|2020|2021|2022|2023|2024|2025|2026|2027|2028|2029|2030"},
    {"install_command", false,
     "pip install|npm i|docker |ollama |brew |cargo |apt install|apt-get|uv add|uv pip|git clone|curl "
     "|conda "},
    {"code_example", false, "import |from_pretrained|curl |const |def "},
    {"repository", false, "github|gitlab|repository|source code|huggingface.co|hugging face"},
    {"documentation", false,
     "documentation|docs|guide|tutorial|cookbook|readme|quickstart|quick start|learn more"},
    {"limitation", true,
     "limit|cannot|can't|does not|do not|doesn't|not good|not yet|caveat|known issue|weak|bias|hallucin|not "
     "support|may produce|not be used|out of scope|out-of-scope|struggle"},
    {"hardware", true, "gpu|vram|cpu|laptop|phone|a100|h100|memory|apple silicon|macbook"},
    {"benchmark", true,
     "benchmark|mmlu|score|accuracy|pass@1|outperform|leaderboard|elo|state-of-the-art|evaluation|bleu"},
    {"benchmark_method", true,
     "-shot|pass@|harness|temperature|greedy|zero-shot|averaged|settings|reproduc|evaluation script"},
    {"competitor", true,
     "compared|comparison|outperform|versus| vs|better "
     "than|gpt-|llama|claude|gemini|mistral|qwen|surpass|competitive|comparable|against|ahead of"},
    {"support", true,
     "support@|customer support|paid support|enterprise support|technical support|expert support|sla|contact "
     "us|contact sales|discord|slack|forum|helpdesk|enterprise"},
    {"security", true,
     "security|privacy|private|gdpr|soc 2|on-prem|hipaa|encrypt|complian|self-host|your own network"},
    {"customer", true, "customer|used by|users include|partner|trusted by|have used it|used it"},
    {"adoption", true, "downloads|stars|users|adopt"},
    {"use_case", true,
     "use case|use-case|ideal for|designed for|intended|suited|useful for|applications|good at|built "
     "for|usage"},
    {"roadmap", true,
     "roadmap|coming|will follow|planned|next|future|upcoming|we will|we'll|plan to|soon|stay tuned"},
    {"training_data", true, "trained on|training data|dataset|corpus|tokens|pretrain|pre-train|data mixture"},
    {"fine_tuning", true, "fine-tun|finetun|lora|sft|adapt"},
}};
static_assert(kHints.size() <= 64);

// Hints that need the word to begin there: `sla` is not in `translate`.
constexpr std::array<std::string_view, 8> kWholeStart = {"sla",  "docs", "elo",  "usd",
                                                         "soon", "next", "bias", "mit "};

// Finds all hints in one pass (Aho and Corasick, 1975).
class Automaton {
 public:
  static const Automaton& Get() {
    static const auto* automaton = new Automaton();
    return *automaton;
  }

  std::bitset<64> Find(std::string_view text) const {
    std::bitset<64> found;
    uint16_t state = ClassStart();
    for (char c : text) {
      state = next_[state][Class(c)];
      found |= told_[state];
    }
    return found;
  }

 private:
  static constexpr size_t kClasses = 48;

  static uint8_t Class(char c) {
    if (c >= 'a' && c <= 'z') return static_cast<uint8_t>(c - 'a' + 1);
    if (c >= 'A' && c <= 'Z') return static_cast<uint8_t>(c - 'A' + 1);
    if (c >= '0' && c <= '9') return static_cast<uint8_t>(c - '0' + 27);
    switch (c) {
      case '-':
        return 37;
      case '$':
        return 38;
      case '\'':
        return 39;
      case '.':
        return 40;
      case '@':
        return 41;
      case '_':
        return 42;
      default:
        return 0;  // A blank, as good as one.
    }
  }

  // The text begins as if after a blank.
  uint16_t ClassStart() const { return next_[0][0]; }

  Automaton() : next_(1), told_(1) {
    for (size_t i = 0; i < kHints.size(); ++i) {
      std::string_view words = kHints[i].words;
      while (!words.empty()) {
        const size_t bar = std::min(words.find('|'), words.size());
        Add(words.substr(0, bar), i);
        words.remove_prefix(std::min(bar + 1, words.size()));
      }
    }
    Link();
  }

  void Add(std::string_view hint, size_t field) {
    std::string word(hint);
    for (std::string_view start : kWholeStart) {
      if (word == start) word.insert(word.begin(), ' ');
    }
    uint16_t state = 0;
    for (char c : word) {
      uint16_t& to = next_[state][Class(c)];
      if (to == 0) {
        to = static_cast<uint16_t>(next_.size());
        next_.emplace_back();
        told_.emplace_back();
      }
      state = next_[state][Class(c)];
    }
    told_[state].set(field);
  }

  void Link() {
    std::vector<uint16_t> fail(next_.size(), 0);
    std::deque<uint16_t> queue;
    for (uint16_t to : next_[0]) {
      if (to != 0) queue.push_back(to);
    }
    while (!queue.empty()) {
      const uint16_t state = queue.front();
      queue.pop_front();
      told_[state] |= told_[fail[state]];
      for (size_t c = 0; c < kClasses; ++c) {
        const uint16_t to = next_[state][c];
        if (to == 0) {
          next_[state][c] = next_[fail[state]][c];
        } else {
          fail[to] = next_[fail[state]][c];
          queue.push_back(to);
        }
      }
    }
  }

  std::vector<std::array<uint16_t, kClasses>> next_;
  std::vector<std::bitset<64>> told_;
};

}  // namespace

Mentions::Mentions(std::string_view text, std::string_view language) : fields_(Automaton::Get().Find(text)) {
  const bool foreign = !language.empty() && !text::EqualsIgnoreCase(language.substr(0, 2), "en");
  for (size_t i = 0; i < kHints.size() && foreign; ++i) {
    if (kHints[i].prose) fields_.set(i);
  }
}

bool Mentions::MayTell(std::string_view field) const {
  for (size_t i = 0; i < kHints.size(); ++i) {
    if (kHints[i].field == field) return fields_.test(i);
  }
  return false;
}

}  // namespace seaworthy::offline
