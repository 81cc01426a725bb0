#include "services/aggregator/identity/name_parts.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "services/aggregator/identity/vendors.h"

namespace seaworthy::identity {
namespace {

using Words = absl::flat_hash_set<std::string_view>;

constexpr size_t kMaxNameBytes = 200;

bool IsLetter(char c) {
  return absl::ascii_isalpha(static_cast<unsigned char>(c)) || (static_cast<unsigned char>(c) & 0x80U) != 0;
}
bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }

bool IsNumber(std::string_view text) {
  if (text.empty() || !IsDigit(text.front())) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return IsDigit(c) || c == '.'; });
}

double ToDouble(std::string_view text) {
  double value = 0;
  return absl::SimpleAtod(std::string(text), &value) ? value : 0;
}

int ToInt(std::string_view text) {
  int value = 0;
  return absl::SimpleAtoi(std::string(text), &value) ? value : -1;
}

// Small letters, hyphens and spaces in their ASCII forms, no possessive.
std::string Fold(std::string_view name) {
  std::string folded;
  for (size_t i = 0; i < name.size(); ++i) {
    const std::string_view rest = name.substr(i);
    const auto second = rest.size() > 2 ? static_cast<unsigned char>(rest[2]) : 0;
    const bool dash = rest.starts_with("\xE2\x80") && second >= 0x90 && second <= 0x95;
    // U+2212 and U+202F part words, too.
    if (dash || rest.starts_with("\xE2\x88\x92") || rest.starts_with("\xE2\x80\xAF")) {
      folded.push_back('-');
      i += 2;
    } else if (rest.starts_with("\xE2\x80\x99")) {
      folded.push_back('\'');
      i += 2;
    } else if (rest.starts_with("\xC2\xA0") || rest.starts_with("\xC2\xAE")) {
      folded.push_back(' ');
      i += 1;
    } else if (rest.starts_with("\xE2\x84\xA2") || rest.starts_with("\xE2\x80\x8B")) {
      i += 2;
    } else {
      folded.push_back(absl::ascii_tolower(static_cast<unsigned char>(rest[0])));
    }
  }
  std::string plain;
  for (size_t i = 0; i < folded.size(); ++i) {
    if (folded[i] != '\'') {
      plain.push_back(folded[i]);
      continue;
    }
    const bool possessive =
        i + 1 < folded.size() && folded[i + 1] == 's' && (i + 2 == folded.size() || !IsLetter(folded[i + 2]));
    if (possessive) ++i;
  }
  return plain;
}

// `meta-llama/Llama-3` without what stands before the slash, which goes to
// `org`. `8B/70B` has no such thing.
std::string_view TakeOrg(std::string_view name, std::string* org) {
  const size_t slash = name.rfind('/');
  if (slash == std::string_view::npos || slash + 1 >= name.size()) return name;
  const std::string_view before = name.substr(0, slash);
  if (before.empty() || before.find(' ') != std::string_view::npos || !IsLetter(before.front())) return name;
  *org = std::string(before.substr(before.rfind('/') == std::string_view::npos ? 0 : before.rfind('/') + 1));
  return name.substr(slash + 1);
}

// Letters, digits and dots between digits, in a row.
std::vector<std::string> Chunks(std::string_view text) {
  std::vector<std::string> chunks;
  bool open = false;
  for (size_t i = 0; i < text.size(); ++i) {
    const bool dot =
        text[i] == '.' && i > 0 && i + 1 < text.size() && IsDigit(text[i - 1]) && IsDigit(text[i + 1]);
    if (!dot && !IsLetter(text[i]) && !IsDigit(text[i])) {
      open = false;
      continue;
    }
    if (!open) chunks.emplace_back();
    open = true;
    chunks.back().push_back(text[i]);
  }
  return chunks;
}

bool IsFormat(std::string_view word) {
  static const auto* const words =
      new Words{"gguf",  "ggml",  "gptq",        "awq",  "exl2", "exl3", "fp8", "fp16", "bf16",
                "fp4",   "int4",  "int8",        "4bit", "8bit", "q4",   "q8",  "q4k",  "nf4",
                "nvfp4", "mxfp4", "safetensors", "mlx",  "onnx", "hf",   "bit"};
  return words->contains(word);
}

std::string TuningOf(std::string_view word) {
  static const auto* const words = new Words{"base", "sft", "dpo", "rlhf", "pretrained", "pt"};
  if (word == "instruct" || word == "chat" || word == "it") return "instruct";
  if (word == "pt" || word == "pretrained") return "base";
  return words->contains(word) ? std::string(word) : "";
}

bool IsStage(std::string_view word) {
  static const auto* const words =
      new Words{"preview", "beta", "alpha", "rc", "experimental", "exp", "nightly", "prerelease"};
  return words->contains(word);
}

bool IsFiller(std::string_view word) {
  static const auto* const words =
      new Words{"model", "models", "family", "series", "release", "ai", "system",  "systems",
                "the",   "a",      "an",     "llm",    "llms",    "lm", "version", "new"};
  return words->contains(word);
}

bool IsSizeWord(std::string_view word) {
  static const auto* const words =
      new Words{"nano",  "mini", "micro", "tiny", "small", "medium",    "large", "xl",   "xs",
                "ultra", "max",  "super", "lite", "flash", "lightning", "turbo", "edge", "pico"};
  return words->contains(word);
}

// Words that name no tool by themselves.
bool IsGeneric(std::string_view word) {
  static const auto* const words =
      new Words{"coder",   "code",    "image",   "vision",   "embed",     "embedding",  "speech",  "audio",
                "video",   "math",    "api",     "cloud",    "python",    "javascript", "app",     "library",
                "sdk",     "cli",     "docker",  "web",      "studio",    "agent",      "agents",  "search",
                "pro",     "server",  "desktop", "client",   "voice",     "translate",  "open",    "language",
                "dataset", "text",    "music",   "thinking", "reasoning", "prompt",     "caching", "remote",
                "tools",   "windows", "medium",  "small",    "large",     "plus"};
  return IsSizeWord(word) || words->contains(word);
}

// Reads chunk after chunk into the parts.
class NameParser {
 public:
  NameParser(v1::ToolKind kind, NameParts* parts) : versioned_(IsVersioned(kind)), parts_(parts) {}

  void Parse(std::string_view text) {
    chunks_ = Chunks(text);
    for (at_ = 0; at_ < chunks_.size(); ++at_) Take(chunks_[at_]);
    if (versioned_) {
      TakeFirstVersion();
    } else {
      TakeSoftwareVersion();
    }
    DropFillers();
    std::sort(parts_->sizes.begin(), parts_->sizes.end());
    parts_->sizes.erase(std::unique(parts_->sizes.begin(), parts_->sizes.end()), parts_->sizes.end());
  }

 private:
  const std::string& Next(size_t by) const {
    static const std::string* const none = new std::string();
    return at_ + by < chunks_.size() ? chunks_[at_ + by] : *none;
  }

  void Take(const std::string& chunk) {
    if (TakeSize(chunk) || TakeStamp(chunk) || TakeWord(chunk)) return;
    if (IsNumber(chunk)) return AddNumber(chunk, false);
    if (chunk.size() > 1 && chunk[0] == 'v' && IsNumber(chunk.substr(1)))
      return AddNumber(chunk.substr(1), true);
    if (chunk == "v" && IsNumber(Next(1))) {
      AddNumber(Next(1), true);
      ++at_;
      return;
    }
    TakeMixed(chunk);
  }

  // `8b`, `256m`, `1t`, `a22b`, `8 billion`.
  bool TakeSize(std::string_view chunk) {
    if (IsNumber(chunk) && (Next(1) == "b" || Next(1) == "billion")) {
      parts_->sizes.push_back(ToDouble(chunk));
      ++at_;
      return true;
    }
    if (chunk.size() > 2 && chunk[0] == 'a' && chunk.back() == 'b' &&
        IsNumber(chunk.substr(1, chunk.size() - 2)) && !parts_->sizes.empty()) {
      parts_->active = ToDouble(chunk.substr(1, chunk.size() - 2));
      return true;
    }
    if (chunk.size() < 2 || !IsNumber(chunk.substr(0, chunk.size() - 1))) return false;
    const double value = ToDouble(chunk.substr(0, chunk.size() - 1));
    switch (chunk.back()) {
      case 'b':
        parts_->sizes.push_back(value);
        return true;
      case 't':
        parts_->sizes.push_back(value * 1000);
        return true;
      case 'm':
        // `-1M` behind a size is a context length.
        if (!parts_->sizes.empty() && value <= 10 && parts_->sizes.back() >= 0.5) return false;
        parts_->sizes.push_back(value / 1000);
        return true;
      default:
        return false;
    }
  }

  bool TakeStamp(std::string_view chunk) {
    if (!versioned_ || !IsNumber(chunk) || chunk.find('.') != std::string_view::npos) return false;
    if (parts_->tokens.empty()) return false;
    const int value = ToInt(chunk);
    if (chunk.size() <= 2 && value >= 1 && value <= 12 && IsYear(Next(1))) {
      parts_->stamp = {ToInt(Next(1)), value, 0};
      ++at_;
      return true;
    }
    if (chunk.size() == 8 && IsYear(chunk.substr(0, 4))) {
      parts_->stamp = {value / 10000, value / 100 % 100, value % 100};
      return true;
    }
    if (chunk.size() != 4) return false;
    if (IsYear(chunk) && Next(1).size() == 2 && IsNumber(Next(1))) {
      parts_->stamp = {value, ToInt(Next(1)), 0};
      ++at_;
      if (Next(1).size() == 2 && IsNumber(Next(1))) {
        parts_->stamp.day = ToInt(Next(1));
        ++at_;
      }
      return true;
    }
    return TakeFourDigits(value);
  }

  // `0905`: month and day; `2507`: year and month.
  bool TakeFourDigits(int value) {
    const int left = value / 100;
    const int right = value % 100;
    if (left >= 1 && left <= 12 && right >= 1 && right <= 31) {
      parts_->stamp = {0, left, right};
      return true;
    }
    if (left >= 22 && left <= 39 && right >= 1 && right <= 12) {
      parts_->stamp = {2000 + left, right, 0};
      return true;
    }
    return false;
  }

  static bool IsYear(std::string_view chunk) {
    return chunk.size() == 4 && IsNumber(chunk) && chunk >= "2015" && chunk <= "2039";
  }

  bool TakeWord(const std::string& chunk) {
    if (!versioned_) {
      if (IsStage(chunk) && !parts_->tokens.empty()) {
        parts_->stage = chunk;
        return true;
      }
      return false;
    }
    if (parts_->tokens.empty()) return false;
    if (chunk == "bit" && parts_->tokens.back()[0] == '#') {
      parts_->tokens.pop_back();
      return true;
    }
    if (IsFormat(chunk)) return true;
    if (std::string tuning = TuningOf(chunk); !tuning.empty()) {
      parts_->tuning = std::move(tuning);
      return true;
    }
    if (!IsStage(chunk)) return false;
    parts_->stage = chunk;
    return true;
  }

  void AddNumber(std::string_view number, bool says_v) {
    std::string plain(number);
    while (plain.size() > 2 && plain.ends_with(".0")) plain.resize(plain.size() - 2);
    parts_->tokens.push_back("#" + plain);
    v_at_ = says_v ? static_cast<int>(parts_->tokens.size()) - 1 : v_at_;
  }

  // `smolvlm2`, `r7b`, `4o`: runs of letters and of digits.
  void TakeMixed(const std::string& chunk) {
    size_t begin = 0;
    while (begin < chunk.size()) {
      const bool digits = IsDigit(chunk[begin]);
      if (digits && begin > 0 && TakeSize(std::string_view(chunk).substr(begin))) return;
      size_t end = begin;
      while (end < chunk.size() && (IsDigit(chunk[end]) || chunk[end] == '.') == digits) ++end;
      const std::string run = chunk.substr(begin, end - begin);
      if (digits) {
        AddNumber(run, false);
      } else {
        parts_->has_size_word |= IsSizeWord(run);
        parts_->tokens.push_back(run);
      }
      begin = end;
    }
  }

  // `v1` is what others leave out.
  void TakeFirstVersion() {
    auto& tokens = parts_->tokens;
    if (v_at_ <= 0 || static_cast<size_t>(v_at_) >= tokens.size() || tokens[v_at_] != "#1") return;
    tokens.erase(tokens.begin() + v_at_);
    parts_->says_v1 = true;
  }

  // The number that says v, has two dots, or comes last.
  void TakeSoftwareVersion() {
    auto& tokens = parts_->tokens;
    int at = v_at_;
    for (size_t i = 1; at < 1 && i < tokens.size(); ++i) {
      const bool two_dots = std::count(tokens[i].begin(), tokens[i].end(), '.') >= 2;
      if (tokens[i][0] == '#' && (two_dots || i + 1 == tokens.size())) at = static_cast<int>(i);
    }
    if (at < 1 || static_cast<size_t>(at) >= tokens.size()) return;
    parts_->version = tokens[at].substr(1);
    tokens.erase(tokens.begin() + at);
  }

  void DropFillers() {
    std::vector<std::string> kept;
    for (const std::string& token : parts_->tokens) {
      if (!IsFiller(token)) kept.push_back(token);
    }
    const bool has_word =
        std::any_of(kept.begin(), kept.end(), [](const std::string& token) { return token[0] != '#'; });
    if (has_word) parts_->tokens = std::move(kept);
  }

  const bool versioned_;
  NameParts* const parts_;
  std::vector<std::string> chunks_;
  size_t at_ = 0;
  int v_at_ = -1;
};

// `SmolVLM-256M and SmolVLM-500M`, `Ada 8B & 70B`: one name with two sizes.
std::optional<NameParts> ParseList(const std::string& text, v1::ToolKind kind) {
  std::vector<std::string> pieces;
  std::string rest = text;
  for (const char* separator : {" and ", " & ", ", ", " und ", " et ", " / ", "/"}) {
    std::vector<std::string> split = absl::StrSplit(rest, separator);
    rest = absl::StrJoin(split, "\n");
  }
  pieces = absl::StrSplit(rest, '\n', absl::SkipWhitespace());
  if (pieces.size() < 2 || pieces.size() > 12) return std::nullopt;
  NameParts all;
  for (size_t i = 0; i < pieces.size(); ++i) {
    NameParts parts;
    NameParser(kind, &parts).Parse(pieces[i]);
    if (parts.sizes.empty()) return std::nullopt;
    if (i == 0) {
      all = std::move(parts);
      continue;
    }
    if (!parts.tokens.empty() && parts.tokens != all.tokens) return std::nullopt;
    all.sizes.insert(all.sizes.end(), parts.sizes.begin(), parts.sizes.end());
    all.active = 0;
  }
  std::sort(all.sizes.begin(), all.sizes.end());
  return all;
}

bool SaysMore(const std::vector<std::string>& tokens) {
  return std::any_of(tokens.begin(), tokens.end(), [](const std::string& token) {
    return token[0] != '#' && token.size() >= 4 && !IsGeneric(token);
  });
}

// The tokens behind a vendor's name in front, where they say a name of their own.
std::vector<std::string> WithoutVendor(const NameParts& parts, std::string_view vendor) {
  const std::string known = NormaliseVendor(vendor);
  if (known.empty()) return {};
  std::string front;
  for (size_t i = 0; i + 1 < parts.tokens.size() && i < 4; ++i) {
    if (parts.tokens[i][0] == '#') break;
    absl::StrAppend(&front, parts.tokens[i]);
    if (NormaliseVendor(front) != known) continue;
    std::vector<std::string> rest(parts.tokens.begin() + static_cast<int64_t>(i) + 1, parts.tokens.end());
    if (SaysMore(rest)) return rest;
  }
  return {};
}

std::string JoinCore(const std::vector<std::string>& tokens) {
  std::string core;
  for (const std::string& token : tokens) {
    core += token;
    if (token[0] == '#') core.push_back('#');
  }
  return core;
}

}  // namespace

std::string NameParts::Core() const { return JoinCore(tokens); }
std::string NameParts::OwnCore() const { return JoinCore(own_tokens); }

bool IsVersioned(v1::ToolKind kind) {
  return kind == v1::MODEL || kind == v1::DATASET || kind == v1::TOOL_KIND_UNSPECIFIED || kind == v1::OTHER;
}

NameParts ParseName(std::string_view name, std::string_view vendor, v1::ToolKind kind) {
  std::string org;
  const std::string folded = Fold(name.substr(0, kMaxNameBytes));
  const std::string text(TakeOrg(folded, &org));
  NameParts parts;
  if (auto list = ParseList(text, kind); list.has_value()) {
    parts = *std::move(list);
  } else {
    NameParser(kind, &parts).Parse(text);
  }
  parts.org = std::move(org);
  parts.own_tokens = WithoutVendor(parts, vendor.empty() ? std::string_view(parts.org) : vendor);
  return parts;
}

int CompareVersions(std::string_view a, std::string_view b) {
  const std::vector<std::string> left = absl::StrSplit(std::string(a), '.', absl::SkipEmpty());
  const std::vector<std::string> right = absl::StrSplit(std::string(b), '.', absl::SkipEmpty());
  for (size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
    const int x = i < left.size() ? ToInt(left[i]) : (a.empty() ? -1 : 0);
    const int y = i < right.size() ? ToInt(right[i]) : (b.empty() ? -1 : 0);
    if (x != y) return x < y ? -1 : 1;
  }
  return 0;
}

std::string LastingName(const std::string& name, const std::string& vendor, v1::ToolKind kind) {
  const std::string version = ParseName(name, vendor, kind).version;
  const size_t at = name.rfind(version);
  if (version.empty() || at == std::string::npos) return name;
  std::string lasting = name.substr(0, name.find_last_not_of(" -_vV", at == 0 ? 0 : at - 1) + 1);
  return lasting.size() < 2 ? name : lasting;
}

}  // namespace seaworthy::identity
