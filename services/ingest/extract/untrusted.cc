#include "services/ingest/extract/untrusted.h"

#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kLongRun = 80;

// A run of letters and digits no language has: base64 or the like.
bool HasEncodedRun(std::string_view text) {
  if (text.size() <= kLongRun) return false;
  size_t run = 0;
  bool digit = false;
  for (char c : text) {
    const bool part = IsAlnum(c) || c == '+' || c == '/' || c == '=';
    run = part ? run + 1 : 0;
    digit = part && (digit || IsDigit(c));
    if (run > kLongRun && digit) return true;
  }
  return false;
}

}  // namespace

bool AddressesReader(std::string_view lower) {
  // Someone who reads for others, and what they are told to do.
  static const Pattern kOrder(
      R"((?:reviewers?|personas?|the (?:review )?panel|judges?|evaluators?|summari[sz]ers?|assistants?|ai (?:agents?|models?|systems?|readers?)|language models?|llms?|editors?)[^.!?\n]{0,40}\b(?:must|should|shall|have to|need to|are (?:required|instructed|told) to|please)\b[^.!?\n]{0,80}\b(?:vote|ship|rate|score|ignore|output|answer|decode|follow|recommend|approve|call this|show the|include|say|write|copy|repeat|begin))");
  static const Pattern kIgnore(
      R"(\b(?:ignore|disregard|forget|override|bypass)\b[^.!?\n]{0,40}\b(?:instructions?|rubric|prompts?|rules|guidelines|guardrails|what you were told|told before|above|previous)\b)");
  static const Pattern kVote(
      R"re(\bvote (?:to )?["'*]*(?:ship|skip)\b|\brate (?:this|it) ["']?ship|\bpanel[_ ]ship\b|\bship figure\b|\bskip_review\b|"(?:verdict|vote)"\s*:|\bverdict\s*[:=]\s*["']?ship\b|\bmy verdict is\b)re");
  static const Pattern kPrompt(
      R"(\bsystem prompt\b[^.\n]{0,60}\b(?:reveal|print|repeat|output|show|ignore)|\b(?:reveal|print|repeat|output|show) [^.\n]{0,30}\b(?:your|the) (?:system prompt|instructions)|\byour (?:answer|verdict|rubric|review|reviews|summary|instructions)\b[^.\n]{0,60}\b(?:this|ship|following|100)|\bas your (?:answer|verdict|review)\b|\byou are now\b|<\|im_start\|>|\[inst\]|\bend of (?:document|announcement|instructions)\b|\bnew instructions\b|\b(?:attention|note|message|instructions?) (?:to|for) (?:the )?(?:reviewers?|review panel|ai\b|llms?|assistants?|personas?|panel|models? reading))");
  static const Pattern kDecode(
      R"(\b(?:base64|rot13)[- ]?(?:decode|\)|encoded (?:instructions?|message))|\bdecode (?:it|this|the following) and (?:follow|obey|execute)|\{system_prompt\}|\{api_key\}|\{conversation\})");
  return kOrder.Matches(lower) || kIgnore.Matches(lower) || kVote.Matches(lower) || kPrompt.Matches(lower) ||
         kDecode.Matches(lower) || HasEncodedRun(lower);
}

}  // namespace seaworthy
