// Models' answers: nothing crashes, beats and marks lie inside the quote.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "common/claims/claim_checker.h"
#include "services/reviewer/prompt/answer_sanitizer.h"
#include "services/reviewer/test_revision.h"
#include "services/reviewer/verdict_parser.h"

namespace {

seaworthy::LlmRequest MakeRequest() {
  seaworthy::v1::Persona persona;
  persona.set_persona_id("dx");
  for (const char* id : {"primitive", "gap"}) {
    persona.add_beats()->set_beat_id(id);
    persona.mutable_beats()->rbegin()->set_title("Title");
  }
  return seaworthy::TestRevision("Harrow 7B")
      .With("license", "MIT", "released under MIT today")
      .With("parameters_b", "7", "7 billion parameters")
      .For(persona);
}

void Must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const seaworthy::LlmRequest request = MakeRequest();
  static const seaworthy::ClaimIndex index(request.revision, request.announcement_text, request.competitors);
  const std::string_view raw(reinterpret_cast<const char*>(data), size);
  // Any bytes are a quote to the checker.
  uint32_t end = 0;
  for (const auto& mark : seaworthy::CheckQuote(raw, index)) {
    Must(mark.begin() >= end && mark.end() > mark.begin() && mark.end() <= raw.size());
    end = mark.end();
  }
  const auto verdict = seaworthy::ParseVerdict(raw, request);
  if (!verdict.ok()) return 0;
  for (const auto& beat : verdict->beats()) {
    Must(beat.end() <= verdict->quote().size());
    Must(verdict->quote().substr(beat.begin(), beat.end() - beat.begin()) == beat.text());
  }
  if (seaworthy::CheckPlainVerdict(*verdict).ok())
    Must(verdict->quote().find("<script") == std::string::npos);
  return 0;
}
