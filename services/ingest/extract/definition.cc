#include "services/ingest/extract/definition.h"

#include <array>

#include "services/ingest/extract/draft.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

// Longest phrase that is still one definition.
constexpr size_t kReach = 240;

// In the order of the groups of kHead.
constexpr std::array<std::string_view, 5> kKinds = {"model", "library", "application", "service", "dataset"};

#define MODELS \
  R"((models?|llms?|vlms?|slms?|lms?|mllms?|transformers?|checkpoints?|classifier|codec|sprachmodell|modell|modèle|modelo|modello))"
#define LIBRARIES \
  R"((librar(?:y|ies)|frameworks?|sdks?|toolkits?|packages?|plugins?|engines?|runtime|compiler|linter|debugger|servers?|proxy|gateway|router|bindings|backends?|quantizer|orchestrator|stack|(?:processing |detection )?pipeline|bibliothek|bibliothèque))"
#define APPLICATIONS \
  R"((apps?|applications?|ide|editor|chatbot|(?:web |user )?interface|ui|webui|dashboard|client|extension|workspace|playground|studio|anwendung))"
#define SERVICES R"((platform|services?|apis?|endpoint|marketplace|plattform|dienst))"
#define DATASETS R"((datasets?|data set|corpus|datensatz))"

// What begins after a noun phrase.
#define AFTER_PHRASE \
  R"((?: \([^)]{1,60}\))?(?:$|[,.;:!\n]| ?[-–—] | (?:for|that|which|with|designed|built|created|developed|made|by|from|to|trained|based|of|in|on|capable|where|who|using|released|optimi[sz]ed|tailored|aimed|and|or|fine-?tuned|specialized|powering|at|like|as|your|you|we|it|is|are|has|featuring|offering|supporting|providing|focused|intended|available|written|consisting|comprising|aus|von|für|mit|das|de|pour|qui|entraîné|des|para|que|con|di|per|che)\b))"

}  // namespace

std::optional<HeadNoun> HeadOfDefinition(std::string_view lower) {
  static const Pattern kHead(R"(\b(?:)" MODELS "|" LIBRARIES "|" APPLICATIONS "|" SERVICES "|" DATASETS
                             ")" AFTER_PHRASE);
  const auto match = kHead.Find(lower.substr(0, kReach));
  if (!match) return std::nullopt;
  // "a way to run models" is no model; "a family of models" is one.
  const std::string_view before = lower.substr(0, match->all().begin);
  static const Pattern kClause(R"(\. |; |(?:^| )(?:that|which|to|for|with|by|where|of) )");
  static const Pattern kOf(
      R"(\b(?:family|series|collection|suite|set|line|generation|pair|range|version|variant|member|one|most|type|class|mixture|number|addition|successor|release)s? of\b)");
  if (kClause.Matches(before) && !kOf.Matches(before)) return std::nullopt;
  for (size_t i = 0; i < kKinds.size(); ++i) {
    if (match->Has(i + 1)) return HeadNoun{kKinds[i], match->groups[i + 1]};
  }
  return std::nullopt;
}

std::string PackageOf(std::string_view url) {
  static const Pattern kPackage(
      R"(^https?://(?:www\.)?(?:pypi\.org/project|npmjs\.com/package|crates\.io/crates|rubygems\.org/gems|nuget\.org/packages|pkg\.go\.dev)/(?:[^?#]*/)?(@?[\w.-]+)/?(?:$|[?#]))");
  const auto package = kPackage.Find(url);
  if (!package) return "";
  return NameKey(url.substr(package->groups[1].begin, package->groups[1].size()));
}

}  // namespace seaworthy
