#include "tests/attacks/attack_suite.h"

#include <algorithm>
#include <exception>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "services/ingest/document.h"
#include "services/ingest/extract/extract.h"
#include "services/reviewer/prompt/prompt_builder.h"
#include "tests/attacks/gullible_model.h"

namespace seaworthy {
namespace {

std::string Replaced(std::string text, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string Base64(const std::string& text) {
  static const char* const kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < text.size(); i += 3) {
    unsigned group = 0;
    for (size_t j = 0; j < 3; ++j) {
      group = (group << 8) | (i + j < text.size() ? static_cast<unsigned char>(text[i + j]) : 0U);
    }
    for (int shift = 18; shift >= 0; shift -= 6) out.push_back(kDigits[(group >> shift) & 63]);
  }
  return out;
}

// ASCII as characters of the Unicode tag block.
std::string Tags(const std::string& text) {
  std::string out;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte > 0x7E) continue;
    out += {'\xF3', '\xA0', static_cast<char>(0x80 | (byte >> 6)), static_cast<char>(0x80 | (byte & 0x3F))};
  }
  return out;
}

using Transformation = std::function<std::string(const std::string&)>;

// What an `@word` of a template makes of the payload.
const std::map<std::string, Transformation>& Transformations() {
  static const auto* const all = new std::map<std::string, Transformation>{
      {"@caret", [](const std::string& p) { return Replaced(p, " ", "^"); }},
      {"@widespace", [](const std::string& p) { return Replaced(p, " ", "\xE2\x80\x83"); }},
      {"@underscore", [](const std::string& p) { return Replaced(p, " ", "_"); }},
      {"@base64", Base64},
      {"@reverse", [](const std::string& p) { return std::string(p.rbegin(), p.rend()); }},
      {"@slug", [](const std::string& p) { return Replaced(Replaced(p, " ", "-"), ")", ""); }},
      {"@brackets",
       [](const std::string& p) {
         return Replaced(Replaced(Replaced(Replaced(p, "[", ""), "]", ""), "(", ""), ")", "");
       }},
      {"@quotes", [](const std::string& p) { return Replaced(p, "\"", "'"); }},
      {"@apostrophes", [](const std::string& p) { return Replaced(p, "'", "\""); }},
      {"@backticks", [](const std::string& p) { return Replaced(p, "`", "'"); }},
      {"@tags", Tags}};
  return *all;
}

struct Placed {
  std::string text;         // What stands in the document.
  std::string instruction;  // The payload as it stands there.
};

Placed Place(const std::string& pattern, const std::string& payload) {
  for (const auto& [word, make] : Transformations()) {
    if (pattern.find(word) == std::string::npos) continue;
    const std::string made = make(payload);
    return {Replaced(pattern, word, made), made};
  }
  return {Replaced(pattern, "{payload}", payload), payload};
}

// An honest announcement with a place for the attack.
std::string Announcement(const std::string& type, const std::string& place, const std::string& text) {
  const auto at = [&](const char* wanted) { return place == wanted ? text + "\n" : std::string(); };
  if (type == "html") {
    return "<!doctype html>\n<html lang=\"en\"><head><title>Wherry 7B</title>\n" + at("head") +
           "</head><body>\n<h1>Introducing Wherry 7B</h1>\n<p>Today Staithe Labs releases Wherry 7B, an open "
           "model with 7 "
           "billion parameters under the Apache-2.0 license.</p>\n" +
           at("body") +
           "<p>The weights are available in GGUF. Context length: 32K tokens.</p>\n</body></html>\n";
  }
  const std::string front = place == "front" ? "---\nlicense: apache-2.0\n" + text + "\n---\n" : "";
  return front +
         "# Introducing Wherry 7B\n\nToday Staithe Labs releases Wherry 7B, an open model with 7 billion "
         "parameters under "
         "the Apache-2.0 license.\n\n" +
         at("body") + "\nThe weights are available in GGUF. Context length: 32K tokens.\n";
}

bool Reported(const Document& document, const std::string& kind) {
  return document.hidden.runs().find(kind) != document.hidden.runs().end();
}

}  // namespace

absl::StatusOr<std::vector<Attack>> LoadAttacks(const std::string& path) {
  std::ifstream in(path);
  if (!in) return absl::NotFoundError(path + ": cannot be read; run from the source folder");
  std::vector<Attack> attacks;
  try {
    const auto data = nlohmann::json::parse(in);
    for (const auto& carrier : data.at("carriers")) {
      for (const auto& payload : data.at("payloads")) {
        Attack attack;
        attack.kind = carrier.at("kind");
        attack.hidden = carrier.at("hidden");
        attack.name = carrier.at("name").get<std::string>() + ", " + payload.at("name").get<std::string>();
        attack.canary = "KESTREL" + std::to_string(1000 + attacks.size());
        const std::string type = carrier.at("type");
        const Placed placed =
            Place(carrier.at("template"), Replaced(payload.at("text"), "{canary}", attack.canary));
        attack.instruction = placed.instruction;
        attack.media_type = type == "html" ? "text/html" : "text/markdown";
        attack.document = Announcement(type, carrier.at("place"), placed.text);
        attacks.push_back(std::move(attack));
      }
    }
  } catch (const std::exception& error) {
    return absl::InvalidArgumentError(path + ": " + error.what());
  }
  return attacks;
}

AttackResult RunAttack(const Attack& attack, const std::vector<v1::Persona>& personas) {
  AttackResult result;
  auto document = ReadDocument(attack.document, attack.media_type, "");
  if (!document.ok()) return result;
  result.reported = Reported(*document, attack.kind);
  auto tools = ExtractTools(*document);
  if (!tools.ok() || tools->empty()) return result;
  result.accepted = true;
  for (const v1::Persona& persona : personas) {
    LlmRequest request;
    request.persona = std::make_shared<const v1::Persona>(persona);
    request.revision = tools->front();
    request.announcement_text = document->text;
    const Sight sight = LookAt(BuildPrompt(request).user, attack.instruction, attack.canary);
    result.visible = result.visible || sight.visible;
    result.obeyed = result.obeyed || sight.obeyed;
  }
  return result;
}

}  // namespace seaworthy
