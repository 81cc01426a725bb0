#include "common/claims/atom_scanner.h"

#include <algorithm>
#include <utility>

#include "common/claims/scanner.h"

namespace seaworthy::claims {
namespace {

constexpr size_t kMaxClaims = 64;

const WordSet& CommandHeads() {
  static const auto* const kSet = new WordSet(
      "pip pip3 pipx uv npm npx yarn pnpm conda mamba brew apt cargo docker podman ollama git curl wget "
      "kubectl helm "
      "huggingface hf go poetry gem nuget");
  return *kSet;
}

const WordSet& CommandVerbs() {
  static const auto* const kSet =
      new WordSet("install pull run add clone download get apply create serve exec build compose model cli");
  return *kSet;
}

}  // namespace

Scanner::Scanner(std::string_view quote, const ClaimIndex& index, absl::Span<const v1::Claim> claims)
    : index_(index),
      gazetteer_(Gazetteer::Get()),
      claims_(claims.subspan(0, std::min(claims.size(), kMaxClaims))) {
  out_.text = quote;
  out_.words = SplitWords(quote);
}

ScannedQuote Scanner::Run() {
  CutSentences();
  FindPredictions();
  const size_t words = out_.words.size();
  while (i_ < words) {
    const size_t before = i_;
    const bool found = ReadQuoted() || ReadCommand() || ReadOwnLicense() || ReadTitledLicense() ||
                       ReadEntity() || ReadGazetteer() || ReadDateAtom() || ReadAmount() || ReadAddress() ||
                       ReadKnownName() || ReadFree() || ReadShape();
    if (!found || i_ == before) i_ = before + 1;
  }
  return std::move(out_);
}

Atom& Scanner::Add(size_t first, size_t last, v1::Mark::Kind kind) {
  Atom atom;
  atom.first = first;
  atom.last = last;
  atom.begin = At(first).begin;
  atom.end = At(last - 1).end;
  atom.kind = kind;
  out_.atoms.push_back(std::move(atom));
  i_ = last;
  return out_.atoms.back();
}

void Scanner::CutSentences() {
  const size_t words = out_.words.size();
  out_.sentence.resize(words);
  out_.opens.resize(words);
  uint16_t sentence = 0;
  for (size_t i = 0; i < words; ++i) {
    const size_t from = i == 0 ? 0 : At(i - 1).end;
    const std::string_view gap = out_.text.substr(from, At(i).begin - from);
    const size_t stop = gap.find_first_of(".!?\n");
    const bool new_sentence = i > 0 && stop != std::string_view::npos && stop + 1 < gap.size();
    sentence = static_cast<uint16_t>(sentence + (new_sentence ? 1 : 0));
    out_.sentence[i] = sentence;
    const bool quoted = gap.size() > 1 && gap.find_first_of("'\"") != std::string_view::npos;
    const bool curly = gap.find("\xe2\x80\x98") != std::string_view::npos ||
                       gap.find("\xe2\x80\x9c") != std::string_view::npos;
    out_.opens[i] =
        i == 0 || new_sentence || quoted || curly || gap.find_first_of(":;") != std::string_view::npos;
  }
}

void Scanner::FindPredictions() {
  for (const v1::Claim& claim : claims_) {
    if (claim.kind() != v1::Claim::PREDICTION || claim.text().empty()) continue;
    if (const int due = DateValue(claim.due_date()); due != 0) due_dates_.push_back(due);
    const size_t found = out_.text.find(claim.text());
    if (found != std::string_view::npos) predictions_.emplace_back(found, found + claim.text().size());
  }
}

bool Scanner::InPrediction(size_t begin) const {
  return std::any_of(predictions_.begin(), predictions_.end(),
                     [begin](const auto& span) { return begin >= span.first && begin < span.second; });
}

bool Scanner::ReadQuoted() {
  const std::string_view before = out_.text.substr(0, At(i_).begin);
  const bool straight = before.ends_with('"');
  const bool curly = before.ends_with("\xe2\x80\x9c");
  if (!straight && !curly) return false;
  const size_t close = out_.text.find(straight ? "\"" : "\xe2\x80\x9d", At(i_).end);
  if (close == std::string_view::npos) return false;
  size_t last = i_;
  while (Exists(last) && At(last).end <= close) ++last;
  if (last < i_ + 3 || !index_.HasWords(out_.words, i_, last)) return false;
  i_ = last;
  return true;
}

bool Scanner::ReadCommand() { return ReadCode() || ReadBareCommand(); }

bool Scanner::ReadCode() {
  if (Before(i_) != '`') return false;
  const size_t close = out_.text.find('`', At(i_).end);
  if (close == std::string_view::npos) return false;
  size_t last = i_;
  while (Exists(last) && At(last).end <= close) ++last;
  Atom& atom = Add(i_, std::max(last, i_ + 1), v1::Mark::COMMAND);
  atom.end = static_cast<uint32_t>(close);
  return true;
}

bool Scanner::ReadBareCommand() {
  if (!CommandHeads().Has(At(i_)) || At(i_).Is(Word::kCapital)) return false;
  if (!Exists(i_ + 2) || !CommandVerbs().Has(At(i_ + 1)) || !Gap(i_, " -") || !Gap(i_ + 1, " ")) return false;
  size_t last = i_ + 2;
  if (CommandVerbs().Has(At(last)) && Exists(last + 1) && Gap(last, " ")) ++last;
  ++last;
  while (Exists(last) && Gap(last - 1, "-/:._@=", 2)) ++last;
  Add(i_, last, v1::Mark::COMMAND);
  return true;
}

ScannedQuote ScanQuote(std::string_view quote, const ClaimIndex& index, absl::Span<const v1::Claim> claims) {
  return Scanner(quote, index, claims).Run();
}

}  // namespace seaworthy::claims
