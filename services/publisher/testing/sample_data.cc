#include "services/publisher/testing/sample_data.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/hash.h"

namespace seaworthy {
namespace {

constexpr char kAnnouncementId[] = "ann-0123456789abcdef01234567";

struct PersonaText {
  const char* id;
  const char* title;
  const char* mandate;
  const char* beats[5];  // Their titles; null at the end.
  const char* parts[5];  // What is said to each; NAME stands for the tool.
};

constexpr PersonaText kTexts[] = {
    {"dx",
     "Developer experience",
     "Wants to see it running before the coffee is cold, and to know what happens when it is not.",
     {"Primitive", "DX bet", "First ten minutes", "Weekend alternative", "What earns it"},
     {"NAME is one model file and one command: the announcement prints the pull line and names the runtime "
      "that "
      "answers it.",
      "The bet is that quantized files on the first day matter more than a hosted endpoint, so the weights "
      "come "
      "in GGUF and AWQ next to the originals.",
      "Ten minutes in you have a 4-bit file of about 5 GB on a 12 GB card and a prompt on screen; the "
      "documentation linked there shows the same steps.",
      "You could fine-tune an older base over a weekend and get the format right, but not the context "
      "length, "
      "which is stated as 131,072 tokens.",
      "It earns the vote with files that run on hardware people already own, and with a licence that nobody "
      "has "
      "to read twice."}},
    {"competitor",
     "Competitor",
     "Reads every release as the rival who has to answer it on Monday.",
     {"Category", "Direct competitors", "Where it breaks", "What kills it in 12 months", nullptr},
     {"This shelf is open-weights language models under ten billion parameters, the most crowded one there "
      "is.",
      "The announcement names Rowan-8B and Saltmarsh-7B itself, and gives a table in which NAME leads both "
      "by "
      "less than two points.",
      "It breaks where the scores were not measured: no harness and no shot count stand beside the table, so "
      "a "
      "buyer cannot repeat a single row of it.",
      "What kills it is not a better model but a cheaper habit: teams that already serve Rowan-8B have no "
      "stated "
      "reason to move, and nothing here measures the cost of moving.",
      nullptr}},
    {"futurist",
     "Futurist",
     "Looks for the statement that can turn out wrong, and for the date on which it would.",
     {"Falsifiable thesis", "Dependency that has to hold", "What follows from it", "Timing", nullptr},
     {"By 31 December 2027 at least one mainstream laptop maker will ship NAME or a model of its size "
      "preinstalled.",
      "That needs consumer memory to reach 24 GB in the middle price band, which the announcement assumes "
      "and "
      "does not argue.",
      "If it holds, the place where a company keeps its prompts moves from a vendor’s log to a local disk, "
      "and "
      "audit rules written for API calls stop matching what happens.",
      "On time rather than early: the vendor shipped quantized files on the release date instead of leaving "
      "them "
      "to others two weeks later.",
      nullptr}},
    {"business",
     "Business",
     "Asks who signs, what keeps them, and what happens when a larger firm gives it away.",
     {"Buyer", "Moat", "Stress test", "What would flip the verdict", nullptr},
     {"The buyer is a platform team that may not send text to another company; the announcement says "
      "on-premises "
      "twice and price once: free.",
      "There is no moat in weights anyone may copy; what could hold is the support offer at $400 a month, "
      "for "
      "which no response time is given.",
      "Let a hyperscaler publish the same size under the same licence, and NAME keeps only the customers "
      "whose "
      "contracts name it.",
      "A published service level with a response time, or one customer by name, would turn this vote.",
      nullptr}},
};

v1::Evidence MakeEvidence(const std::string& text, uint64_t begin) {
  v1::Evidence evidence;
  evidence.set_announcement_id(kAnnouncementId);
  evidence.set_begin(begin);
  evidence.set_end(begin + text.size());
  evidence.set_text(text);
  return evidence;
}

void AddFact(v1::Revision& revision, const std::string& field, const std::string& value,
             const std::string& words) {
  v1::Fact& fact = *revision.add_facts();
  fact.set_field(field);
  fact.set_value(value);
  *fact.mutable_evidence() = MakeEvidence(words, 100 + 60 * revision.facts_size());
}

void AddClaim(v1::Verdict& verdict, const std::string& text, v1::Claim::Kind kind, v1::Claim::Support support,
              const std::string& words) {
  v1::Claim& claim = *verdict.add_claims();
  claim.set_text(text);
  claim.set_kind(kind);
  claim.set_support(support);
  if (!words.empty()) *claim.add_evidence() = MakeEvidence(words, 420);
}

v1::Verdict MakeVerdict(const PersonaText& text, const std::string& id, const std::string& name, bool ship) {
  v1::Verdict verdict;
  verdict.set_verdict_id(absl::StrCat(id, "@1/", text.id));
  verdict.set_tool_id(id);
  verdict.set_revision(1);
  verdict.set_persona_id(text.id);
  verdict.set_vote(ship ? v1::SHIP : v1::SKIP);
  verdict.set_confidence(ship ? 0.82 : 0.61);
  std::string quote;
  for (int i = 0; i < 5 && text.parts[i] != nullptr; ++i) {
    if (i > 0) quote += " ";
    const std::string part = absl::StrReplaceAll(text.parts[i], {{"NAME", name}});
    v1::Beat& beat = *verdict.add_beats();
    beat.set_beat_id(absl::StrCat("beat-", i));
    beat.set_title(text.beats[i]);
    beat.set_text(part);
    beat.set_begin(quote.size());
    quote += part;
    beat.set_end(quote.size());
  }
  verdict.set_quote(quote);
  verdict.set_flip(ship ? "A licence that forbids commercial use, or a minimum of 48 GB of memory."
                        : "The harness and the shot count behind the table, printed beside it.");
  AddClaim(verdict, verdict.beats(0).text(), v1::Claim::FACT, v1::Claim::SUPPORTED, "ollama pull " + id);
  AddClaim(verdict, verdict.beats(1).text(), v1::Claim::JUDGMENT, v1::Claim::SUPPORTED,
           "GGUF and AWQ files are up today");
  AddClaim(verdict, verdict.beats(3).text(), ship ? v1::Claim::PREDICTION : v1::Claim::JUDGMENT,
           ship ? v1::Claim::SUPPORTED : v1::Claim::UNSUPPORTED, "");
  v1::Provenance& provenance = *verdict.mutable_provenance();
  provenance.set_endpoint("offline");
  provenance.set_model("rules-1");
  provenance.set_prompt_hash(Sha256Hex(text.id));
  provenance.set_request_object(Sha256Hex("request" + id));
  provenance.set_answer_object(Sha256Hex("answer" + id));
  provenance.set_rule_based(true);
  provenance.set_attempts(1);
  return verdict;
}

void AddVerdicts(v1::ToolView& view, int ships) {
  const std::string& id = view.revision().tool_id();
  v1::Panel& panel = *view.mutable_panel();
  panel.set_tool_id(id);
  panel.set_revision(1);
  int index = 0;
  for (const PersonaText& text : kTexts) {
    *view.add_verdicts() = MakeVerdict(text, id, view.revision().name(), index++ < ships);
    panel.add_expected_personas(text.id);
    panel.add_given_personas(text.id);
  }
  panel.set_ship(ships);
  panel.set_total(4);
  panel.set_ship_percent(25 * ships);
  panel.set_full(true);
}

v1::ToolView Empty(const std::string& id, const std::string& name) {
  v1::ToolView view;
  view.mutable_tool()->set_tool_id(id);
  view.mutable_tool()->set_latest_revision(1);
  view.mutable_tool()->set_reviewed_revision(1);
  view.mutable_revision()->set_tool_id(id);
  view.mutable_revision()->set_number(1);
  view.mutable_revision()->set_name(name);
  return view;
}

}  // namespace

std::vector<v1::Persona> SamplePersonas() {
  std::vector<v1::Persona> personas;
  for (const PersonaText& text : kTexts) {
    v1::Persona persona;
    persona.set_persona_id(text.id);
    persona.set_title(text.title);
    persona.set_mandate(text.mandate);
    persona.set_order(static_cast<int>(personas.size()));
    for (int i = 0; i < 5 && text.beats[i] != nullptr; ++i) {
      v1::BeatSpec& beat = *persona.add_beats();
      beat.set_beat_id(absl::StrCat("beat-", i));
      beat.set_title(text.beats[i]);
    }
    personas.push_back(std::move(persona));
  }
  return personas;
}

v1::ToolView SampleTool(const std::string& id, const std::string& name, int ships) {
  v1::ToolView view = Empty(id, name);
  v1::Revision& r = *view.mutable_revision();
  r.set_vendor("Harbour Labs");
  r.set_kind(v1::MODEL);
  r.set_category("Language Models");
  r.set_tagline(
      "Open-weights language model of 9B parameters under Apache-2.0, with GGUF files on the first day");
  r.set_description(
      name +
      " is a language model with 9 billion parameters from Harbour Labs. It reads 131,072 tokens, "
      "comes in GGUF, AWQ and safetensors, and runs on a 12 GB card. Its weights are under "
      "Apache-2.0; support is offered at $400 a month.");
  r.add_modality("code");
  r.add_modality("text");
  r.add_parameters_b(0.9);
  r.add_parameters_b(9);
  r.set_license("Apache-2.0");
  for (const char* format : {"AWQ", "GGUF", "safetensors"}) r.add_formats(format);
  r.set_context_tokens(131072);
  r.set_pricing("free");
  r.set_entry_price_usd(0);
  r.set_release_date("2026-11-14");
  r.add_links("https://harbour.example/docs/" + id);
  r.add_source_urls("https://harbour.example/news/" + id);
  r.add_announcement_ids(kAnnouncementId);
  AddFact(r, "name", name, "Today we release " + name);
  AddFact(r, "vendor", "Harbour Labs", "Harbour Labs");
  AddFact(r, "parameters_b", "9", "9 billion parameters");
  AddFact(r, "license", "Apache-2.0", "under the Apache 2.0 licence");
  AddFact(r, "formats", "GGUF", "GGUF and AWQ files are up today");
  AddFact(r, "context_tokens", "131072", "a context of 128K tokens");
  AddFact(r, "hardware", "12 GB card", "runs on a single 12 GB card at 4 bits");
  AddFact(r, "install_command", "ollama pull " + id, "ollama pull " + id);
  AddFact(r, "benchmark", "MMLU 71.4", "MMLU 71.4, HumanEval 63.9");
  AddFact(r, "support", "support contracts at $400 a month", "support contracts at $400 a month");
  AddVerdicts(view, ships);
  return view;
}

v1::ToolView BareTool(const std::string& id, const std::string& name) {
  v1::ToolView view = Empty(id, name);
  AddVerdicts(view, 0);
  return view;
}

v1::ToolView HostileTool(const std::string& id, const std::string& payload) {
  v1::ToolView view = Empty(id, payload);
  v1::Revision& r = *view.mutable_revision();
  r.set_vendor(payload);
  r.set_category(payload);
  r.set_tagline(payload);
  r.set_description(payload);
  r.set_license(payload);
  r.add_formats(payload);
  r.add_modality(payload);
  r.set_release_date(payload);
  r.set_entry_price_usd(20);
  r.set_entry_price_unit(payload);
  r.add_links(payload);
  r.add_source_urls(payload);
  AddFact(r, payload, payload, payload);
  AddVerdicts(view, 2);
  for (v1::Verdict& verdict : *view.mutable_verdicts()) {
    verdict.set_quote(payload);
    verdict.set_flip(payload);
    verdict.add_competitors(payload);
    verdict.mutable_provenance()->set_model(payload);
    verdict.mutable_beats(0)->set_title(payload);
    verdict.mutable_beats(0)->set_text(payload);
    verdict.mutable_claims(0)->set_text(payload);
    verdict.mutable_claims(0)->set_decided_by(payload);
    verdict.mutable_claims(0)->mutable_evidence(0)->set_text(payload);
  }
  return view;
}

v1::Mark& AddMark(v1::Verdict& verdict, const std::string& words, v1::Mark::Kind kind,
                  v1::Claim::Support support, const std::string& reason) {
  v1::Mark& mark = *verdict.add_marks();
  mark.set_begin(static_cast<uint32_t>(verdict.quote().find(words)));
  mark.set_end(static_cast<uint32_t>(mark.begin() + words.size()));
  mark.set_text(words);
  mark.set_kind(kind);
  mark.set_support(support);
  mark.set_reason(reason);
  return mark;
}

}  // namespace seaworthy
