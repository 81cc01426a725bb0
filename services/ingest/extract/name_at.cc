#include <algorithm>

#include "services/ingest/extract/draft.h"
#include "services/ingest/extract/gazetteer.h"
#include "services/ingest/extract/name.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

#define NAME_WORD \
  R"((?:[A-Z0-9][\p{Latin}\p{Cyrillic}\pN]*|[a-z]+[A-Z0-9][\p{Latin}\p{Cyrillic}\pN]*|[a-z]+(?:-[a-z]+)*-[A-Z0-9][\p{Latin}\p{Cyrillic}\pN]*|[a-z]+-(?:oss|coder|instruct|chat|base|mini|nano))(?:[-._+/][\p{Latin}\p{Cyrillic}\pN]+)*\+*)"
#define NAME_PHRASE NAME_WORD R"((?: (?:)" NAME_WORD R"(|v\d+(?:\.\d+)*|\[[a-z]+\]))*)"

bool IsStopWord(std::string_view word) {
  static constexpr std::string_view kWords[] = {
      "We",       "The",      "This",   "Our",    "It",          "In",      "Today",   "A",         "An",
      "These",    "They",     "You",    "I",      "For",         "With",    "As",      "And",       "Both",
      "All",      "If",       "To",     "AI",     "LLM",         "LLMs",    "VLM",     "VLMs",      "API",
      "GPU",      "GPUs",     "New",    "Its",    "That",        "What",    "How",     "There",     "Here",
      "On",       "At",       "By",     "From",   "Also",        "Note",    "Please",  "NLP",       "MoE",
      "ML",       "Please",   "Now",    "OCR",    "RAG",         "PR",      "CLI",     "UI",        "SDK",
      "English",  "Chinese",  "German", "French", "Model",       "Models",  "Version", "Paper",     "Blog",
      "Demo",     "HF",       "Hub",    "Python", "PyTorch",     "Apache",  "MIT",     "License",   "README",
      "GGUF",     "ONNX",     "MLX",    "Open",   "Transformer", "Mixture", "State",   "SOTA",      "January",
      "February", "March",    "April",  "May",    "June",        "July",    "August",  "September", "October",
      "November", "December", "Key",    "Table"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

std::optional<Span> TrimName(const Source& source, Span span) {
  static const Pattern kBefore(
      R"(^(?:(?:stable|official|public|general|new|latest) (?:release|version) of |the release of |our |the new |new ))");
  if (const auto before = kBefore.Find(source.Text(span))) span.begin += before->all().end;
  static const Pattern kTail(R"( (?:[Ff]amily|[Ss]eries|[Cc]ollection)(?: of .*)?$)");
  if (const auto tail = kTail.Find(source.Text(span))) span.end = span.begin + tail->all().begin;
  while (!span.empty()) {
    const std::string_view text = source.Text(span);
    const char last = text.back();
    if (last == '.' || last == ',' || last == '!' || last == ':' || last == '"' || last == '\'' ||
        IsSpace(last)) {
      --span.end;
    } else if (EndsWith(text, "'s")) {
      span.end -= 2;
    } else {
      break;
    }
  }
  const std::string_view text = source.Text(span);
  const std::string_view first = text.substr(0, text.find(' '));
  static const Pattern kVersioned(R"(^\S+ v?\d+(?:\.\d+)+$)");
  if (span.size() < 2 || text == "The") return std::nullopt;
  if (IsStopWord(first) && first != "The" && !kVersioned.Matches(text)) return std::nullopt;
  // `response.text` is code.
  static const Pattern kCode(R"(^[a-z_]+(?:\.[a-z_]+)+$)");
  if (kCode.Matches(text)) return std::nullopt;
  if (KnownVendor(text)) return std::nullopt;
  // "FP8" is a format.
  const auto& formats = FormatSpellings();
  const std::string lower = Lower(text);
  if (std::any_of(formats.begin(), formats.end(),
                  [&](const Spelling& format) { return lower == format.word; }))
    return std::nullopt;
  return span;
}

}  // namespace

std::optional<Span> NameAt(const Source& source, size_t at, size_t limit) {
  while (at < limit && (source.Text({at, at + 1}) == "\"" || source.Text({at, at + 1}) == " ")) ++at;
  if (const auto marked = source.MarkedAt(at)) {
    const std::string_view text = source.Text(*marked);
    // "**Hugging Face** **NVIDIA NIM API**": the maker is part of the name.
    if (KnownVendor(text) && marked->end + 1 < limit) {
      const auto next = source.MarkedAt(marked->end + 1);
      if (next && next->end <= limit && next->size() <= 50)
        return TrimName(source, {marked->begin, next->end});
    }
    static const Pattern kScoped(R"(^@[\w.-]+/[\w.-]+(?: v?\d[\w.-]*)?$)");
    if (kScoped.Matches(text) && marked->end <= limit && text.size() <= 60) return *marked;
    const bool code =
        text.find_first_of("=_{}<>/$`") != text.npos || (Contains(text, "(") && Contains(text, "()"));
    if (code) return std::nullopt;
    // "an [updated model](...)" is no name.
    static const Pattern kPhraseOnly(
        R"(^[a-z]+ .*\b(?:models?|version|release|library|paper|post|repo(?:sitory)?|here)$)");
    if (kPhraseOnly.Matches(text)) return std::nullopt;
    const bool prose = std::count(text.begin(), text.end(), ' ') > 6 || Contains(text, ". ");
    if (!prose && marked->end <= limit && text.size() >= 2 && text.size() <= 60)
      return TrimName(source, *marked);
  }
  static const Pattern kPhrase("^" NAME_PHRASE);
  const auto match = kPhrase.Find(source.Text({at, limit}));
  if (!match) return std::nullopt;
  return TrimName(source, {at, at + match->all().end});
}

}  // namespace seaworthy
