// Names everybody in the field knows: who hides behind an organisation's
// handle, licences and their ids, families of models, formats, runtimes,
// benchmarks. Modest on purpose: what is not here is still found by its form.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "services/ingest/extract/literals.h"

namespace seaworthy {

// `HuggingFaceTB` -> `Hugging Face`; nothing for a handle not known.
std::optional<std::string_view> VendorOfHandle(std::string_view handle);
// Whether a handle only passes on other people's models (`unsloth`), or is a
// path word of a hub (`datasets`, `collections`).
bool IsDistributorHandle(std::string_view handle);
// Whether this is the name of a known vendor, case ignored; its usual form.
std::optional<std::string_view> KnownVendor(std::string_view name);

// SPDX id or the usual name of a licence said in these words (`Apache license
// version 2.0`, `cc-by-nc-4.0`, `llama3.1`); nothing where they name none.
std::optional<std::string> NormalizeLicense(std::string_view said);

struct Spelling {
  std::string_view word;  // Lower case.
  std::string_view name;
};

// Whole words found in text, lower case, and what they are called.
const std::vector<Spelling>& FormatSpellings();
const std::vector<Spelling>& RuntimeSpellings();
const std::vector<Spelling>& BenchmarkSpellings();
// Families and products other people make, for competitors and for numbers
// that are not the tool's own.
const std::vector<Spelling>& ProductSpellings();

// Finds the words of a list quickly where the text has a LiteralIndex. Refers
// to the list.
class WordFinder {
 public:
  explicit WordFinder(const std::vector<Spelling>& words);
  // Those that stand in `lower`, as a whole word or not, in the list's order.
  std::vector<Spelling> In(std::string_view lower) const;

 private:
  const std::vector<Spelling>& words_;
  LiteralSet literals_;
};

// Whether `word` stands in `lower` at `at` as a whole word.
bool IsWholeWord(std::string_view lower, size_t at, size_t size);
// As FindWord for families of products: a version may follow at once, as in
// `qwen2-vl`.
size_t FindProduct(std::string_view lower, std::string_view product, size_t from = 0);
// First whole-word place of `word` in `lower` at or after `from`, or npos.
size_t FindWord(std::string_view lower, std::string_view word, size_t from = 0);

}  // namespace seaworthy
