// Which attacks of tests/attacks reach a model that obeys whatever it sees, by
// kind, and how much of our prompts a provider's cache can hold. Run from the
// source folder.
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "common/persona.h"
#include "services/ingest/document.h"
#include "services/ingest/extract/extract.h"
#include "services/reviewer/prompt/prompt_builder.h"
#include "tests/attacks/attack_suite.h"

namespace seaworthy {
namespace {

struct Row {
  int attacks = 0, accepted = 0, reported = 0, visible = 0, obeyed = 0;
  bool hidden = false;
};

double Share(int part, int all) { return all == 0 ? 0 : 100.0 * part / all; }

void Print(const std::string& kind, const Row& row) {
  std::printf("%-18s %-7s %7d %9d %9s %9.1f%% %9.1f%%\n", kind.c_str(), row.hidden ? "hidden" : "seen",
              row.attacks, row.accepted, row.hidden ? std::to_string(row.reported).c_str() : "-",
              Share(row.visible, row.attacks), Share(row.obeyed, row.attacks));
}

void Add(const Attack& attack, const AttackResult& result, Row* row) {
  ++row->attacks;
  row->accepted += result.accepted;
  row->reported += result.reported;
  row->visible += result.visible;
  row->obeyed += result.obeyed;
  row->hidden = attack.hidden;
}

void PrintAttacks(const std::vector<Attack>& attacks, const std::vector<v1::Persona>& personas) {
  std::printf("%-18s %-7s %7s %9s %9s %10s %10s\n", "kind", "reader", "attacks", "accepted", "reported",
              "in prompt", "obeyed");
  std::map<std::string, Row> rows;
  Row all;
  for (const Attack& attack : attacks) {
    const AttackResult result = RunAttack(attack, personas);
    Add(attack, result, &rows[attack.kind]);
    Add(attack, result, &all);
  }
  for (const auto& [kind, row] : rows) Print(kind, row);
  all.hidden = false;
  Print("all", all);
}

struct Bytes {
  size_t tools = 0, system = 0, user = 0;
};

void Measure(const std::string& dir, const v1::Persona& persona, Bytes* bytes) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(dir, error)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream in(entry.path(), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    auto document = ReadDocument(text.str(), "", entry.path().filename().string());
    if (!document.ok()) continue;
    auto tools = ExtractTools(*document);
    if (!tools.ok()) continue;
    LlmRequest request;
    request.persona = std::make_shared<const v1::Persona>(persona);
    request.revision = tools->front();
    request.announcement_text = document->text;
    for (int i = 0; i < 5; ++i) {
      request.competitors.emplace_back().set_name("Some related tool " + std::to_string(i));
      request.competitors.back().set_license("Apache-2.0");
      request.competitors.back().set_release_date("2026-01-01");
    }
    const LlmPrompt prompt = BuildPrompt(request);
    ++bytes->tools;
    bytes->system += prompt.system->size();
    bytes->user += prompt.user.size();
  }
}

void PrintPrefix(const std::vector<v1::Persona>& personas) {
  std::printf("\nshared prefix of prompts (examples/ and ../shared/corpus/dev)\n");
  for (const v1::Persona& persona : personas) {
    Bytes bytes;
    Measure("examples", persona, &bytes);
    Measure("../shared/corpus/dev", persona, &bytes);
    if (bytes.tools == 0) continue;
    const double all = static_cast<double>(bytes.system + bytes.user);
    // Of 100 tools one pays for the prefix.
    std::printf("%-12s %3zu tools, system %zu bytes, user %zu on average, shared %.1f%%\n",
                persona.persona_id().c_str(), bytes.tools, bytes.system / bytes.tools,
                bytes.user / bytes.tools, 100.0 * static_cast<double>(bytes.system) / all);
  }
}

int Main() {
  const auto personas = LoadPersonas("prompts");
  const auto attacks = LoadAttacks("tests/attacks/attacks.json");
  if (!personas.ok() || !attacks.ok()) {
    std::cerr << "attacks: " << personas.status() << " " << attacks.status() << "\n";
    return 1;
  }
  PrintAttacks(*attacks, *personas);
  PrintPrefix(*personas);
  return 0;
}

}  // namespace
}  // namespace seaworthy

int main() { return seaworthy::Main(); }
