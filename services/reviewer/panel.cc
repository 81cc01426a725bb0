#include "services/reviewer/panel.h"

#include "common/claims/claim_checker.h"
#include "services/reviewer/prompt/answer_sanitizer.h"
#include "services/reviewer/prompt/prompt_builder.h"
#include "services/reviewer/verdict_parser.h"

namespace seaworthy {
namespace {

absl::StatusOr<v1::Verdict> Parse(std::string_view raw, const LlmRequest& request) {
  auto verdict = ParseVerdict(raw, request);
  if (!verdict.ok()) return verdict;
  if (absl::Status plain = CheckPlainVerdict(*verdict); !plain.ok()) return plain;
  verdict->mutable_provenance()->set_parser_version(kParserVersion);
  return verdict;
}

std::vector<v1::Mark> Check(const v1::Verdict& verdict, const LlmRequest& request) {
  std::vector<v1::Claim> predictions;
  for (const v1::Claim& claim : verdict.claims()) {
    if (claim.kind() == v1::Claim::PREDICTION) predictions.push_back(claim);
  }
  if (request.claim_index != nullptr) {
    return CheckQuote(verdict.quote(), *request.claim_index, predictions);
  }
  ClaimContext context;
  context.revision = &request.revision;
  context.announcement_text = request.announcement_text;
  context.competitors = request.competitors;
  context.claims = predictions;
  return CheckQuote(verdict.quote(), context);
}

}  // namespace

VerdictSeeker::Options PanelDefaults() {
  VerdictSeeker::Options options;
  options.prompt = [](const LlmRequest& request, std::string_view hint) {
    return BuildPrompt(request, hint);
  };
  options.parse = Parse;
  options.check = Check;
  return options;
}

}  // namespace seaworthy
