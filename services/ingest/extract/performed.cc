#include "services/ingest/extract/performed.h"

#include "services/ingest/extract/brief_name.h"
#include "services/ingest/extract/definition.h"
#include "services/ingest/extract/name.h"
#include "services/ingest/extract/pattern.h"

namespace seaworthy {
namespace {

constexpr size_t kFirstSentences = 10;

// Whether what stands at `at` is a tool, by its name or by its head noun.
bool IsTool(const Source& source, size_t at, size_t end) {
  static const Pattern kNoTool(
      R"(^(?:[\w'’-]+ ){0,6}?(?:hackathons?|programs?|programmes?|partnerships?|collaborat\w+|courses?|challenge|contest|residenc\w+|meetups?|fund|funding|initiative|series [a-g]|acqui\w+|webinars?|conferences?|summit|events?|scholarships?|grants?|ambassadors?|stud(?:y|ies)|papers?|survey|results?|findings|reports?|winners?|roles?|offices?|newsletter|guides?|tutorials?|analysis|investment|call for|podcast|book|roadmap|plans?|that (?:we|our|\w+ (?:is|has) (?:join|been acq|acq|rais)))\b)");
  static const Pattern kRelease(
      R"(^(?:[\w.-]+ ){0,3}(?:release|launch|availability|version|preview|beta|release candidates?)s? (?:of|for|candidates?)\b)");
  static const Pattern kThing(
      R"(^(?:[\w-]+ ){0,4}(?:tools?|systems?|suite|agents?|features?|integrations?|voices|languages?)\b)");
  const std::string_view lower = std::string_view(source.lower()).substr(at, end - at);
  if (kNoTool.Matches(lower)) return false;
  if (kRelease.Matches(lower) || kThing.Matches(lower) || HeadOfDefinition(lower)) return true;
  const auto name = NameAt(source, at, end);
  return name && LooksLikeName(source.Text(*name));
}

}  // namespace

bool PerformsAnnouncement(const Source& source) {
  static const Pattern kPerforms(
      R"(\b(?:we|i)(?:['’]re| are|['’]m| am|['’]ve| have)? (?:(?:also|now|just|today|finally|very|so|super|extremely|proud|proudly|excited|thrilled|happy|glad|pleased|delighted|ecstatic|here|officially|to|be) )*(?:announc(?:e|ed|ing)|introduc(?:e|ed|ing)|releas(?:e|ed|ing)|launch(?:ed|ing)?|open[- ]?sourc(?:e|ed|ing)|unveil(?:ed|ing)?|present(?:ing)?|publish(?:ed|ing)|shar(?:e|ing)|shipp?(?:ed|ing)) (?:that (?:as of )?(?:today,? )?we(?:['’]ve| have|['’]re| are)? (?:just )?(?:published|released|launched|open-sourced|releasing|launching|open-sourcing) )?(?:(?:the|our|a|an|all|both|two|three|new|brand[- ]new|very|first|latest|next|public|initial|today) )*)");
  size_t seen = 0;
  for (const Sentence& sentence : source.sentences()) {
    if (++seen > kFirstSentences) break;
    const std::string_view lower =
        std::string_view(source.lower()).substr(sentence.text.begin, sentence.text.size());
    for (const Match& match : kPerforms.FindAll(lower, 3)) {
      if (IsTool(source, sentence.text.begin + match.all().end, sentence.text.end)) return true;
    }
  }
  return false;
}

}  // namespace seaworthy
