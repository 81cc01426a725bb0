// What kind of thing the tool is: votes for each kind, weighed.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "services/ingest/extract/draft.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/extract/source.h"

namespace seaworthy {

// For one draft, in one thread; refers to the draft and its source. What it is
// called is in kind.cc, what only some kinds have in kind_signs.cc.
class KindFinder {
 public:
  explicit KindFinder(Draft* draft) : draft_(*draft), source_(draft->source()) {}

  void Run(Draft* draft);

 private:
  static constexpr std::array<std::string_view, 5> kKinds = {"model", "library", "application", "service",
                                                             "dataset"};

  void Vote(std::string_view kind, double weight, Span raw);
  void Fields();
  // What the announcement calls it: the words after "X is a", "introducing X,
  // a", and the words of the title.
  void Definitions();
  // The head noun of "X is a ..." says more than all else in the sentence.
  void Head(Span said, double early);
  // "the Lantern library", "Lantern SDK".
  void Apposed(size_t after, size_t end);
  // The first match that says what the tool is, not what it is for or works with.
  static std::optional<Match> FirstOfItself(const Pattern& pattern, std::string_view lower, size_t word);
  void Count(Span span, double factor);

  // What only models, or only libraries, have.
  void Signs();
  // A package of its name in a registry: `pypi.org/project/lantern`.
  void Packages();
  // What is sold by plans is used as it is.
  void Plans();
  // What the name says by itself: a family everybody knows, `-Instruct`, `API`.
  void InName();
  // The site's own product: the models it runs are spoken of, it is none.
  void SiteItself();
  // The site's own product runs on people's machines: an application.
  void OnMachines(const std::string& site);
  // Where it is kept, and what the text calls it again and again.
  void OfData();
  // A feature in its maker's own feed, of which nothing else is said.
  void Feature();
  // Many numbered versions with their dates: software.
  void Changelog();

  const Draft& draft_;
  const Source& source_;
  std::array<double, 5> score_{};
  std::array<Span, 5> raw_{};
  int installs_ = 0;
  std::string_view defined_as_;  // The kind of the first definition's head noun.
};

}  // namespace seaworthy
