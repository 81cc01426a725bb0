// Who makes the tool: every place that speaks for somebody is a vote.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "services/ingest/extract/draft.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/extract/source.h"

namespace seaworthy {

// For one draft, in one thread; refers to the draft and its source. Its parts
// are in vendor.cc (fields, the choice), vendor_votes.cc (what counts as one
// maker), vendor_said.cc (sentences), vendor_house.cc (whose house speaks) and
// vendor_sites.cc (addresses).
class VendorFinder {
 public:
  explicit VendorFinder(Draft* draft) : draft_(*draft), source_(draft->source()) {}

  // Adds `vendor` to the draft where enough speaks for one.
  void Run(Draft* draft);

 private:
  struct Maker {
    std::string value;
    Span raw;
    double score = 0;
  };

  void Labels();
  // "Qwen3-Coder: Agentic coding | Qwen": the site's name ends the title.
  void SiteName(const Labelled& title);
  // Front matter of a blog where the authors' organisations stand.
  void Authors();
  // A vendor known to everyone whose name the tool carries: `DeepSeek-R1`.
  void Marks();
  // "Hugging Face NVIDIA NIM API": the name begins with its maker.
  void Prefix();

  void Vote(std::string_view said, Span raw, double score);
  void VoteText(Span text, double score);
  Span TrimOrg(Span span) const;
  // The handle as the text writes it: `argilla` -> `Argilla`.
  std::string AsWritten(const std::string& handle) const;

  void Sentences();
  // "Das Harbour-Institut für Häfen hat Lantern veröffentlicht", "Harbour a lancé
  // Lantern", "HARBOUR社は、...を公開した".
  static const Pattern& ForeignSubject();
  // Vendors of the gazetteer in the first sentences, weakly.
  void KnownNames(const Sentence& sentence, std::string_view lower, double early);
  // "Harbour's Lantern 3", "Harbour Lantern 3", "partners with Harbour to
  // bring Lantern 3".
  void Owners();
  // A known maker's name right before the tool's.
  void Preceding(size_t begin, size_t at);
  // "Announcing Harbour's Lantern 3" in the front matter.
  void TitleField();
  Span TitleVendor() const;

  // "Harbour, Osprey Lab and the Institute of Seas have released Lantern": the
  // first of them.
  void Listed();
  // Whose house speaks: "Harbour CLI" is Harbour's, so is what is "available
  // to all Harbour customers" or, where we launch it, "available in Harbour".
  void House();
  // Whether the text names `house` apart from `tool`: "on Harbour", not only
  // "Harbour CLI".
  bool SaidAlone(const std::string& house, const std::string& tool) const;
  // The same where the title stands in the front matter.
  void FrontTitle(bool we);
  // The site's or feed's own name, unless it passes on somebody else's tool:
  // "Lantern 3 is now available on Harbour".
  void Feed();
  bool PassedOn(const std::string& site) const;
  // As FindWord, but a longer word may begin with it: `HarbourCloud`.
  static size_t FindWordPrefix(std::string_view text, std::string_view word, size_t from);

  // The maker's own site has a page of the tool's name: `cohere.com/blog/x`.
  void OwnSites();
  // `docs.harbour.com` of a maker known to all; "[Baseten](https://baseten.com)",
  // a service that is called as its maker is.
  void DocumentationSites();
  void Links();

  const Draft& draft_;
  const Source& source_;
  std::map<std::string, Maker> votes_;  // By NameKey.
};

}  // namespace seaworthy
