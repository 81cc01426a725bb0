#include "services/ingest/extract/release.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "services/ingest/extract/name.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

struct Genre {
  std::string_view what;
  const char* title;  // In the title: decides almost alone.
  const char* body;   // Counted in the first sentences.
};

constexpr Genre kGenres[] = {
    {"a tutorial",
     R"(^how to\b|^fine-?tun(?:e|ing)\b|\btutorial\b|^(?:a |the |your )?(?:complete |practical |beginner'?s? )?guide\b|\bstep[- ]by[- ]step\b|^(?:build|create|train|deploy|getting started|understanding|learn|accelerat\w+|run)\w*\b|\bexplained$|^anleitung|^tutoriel|教程)",
     R"(\b(?:in this (?:tutorial|guide|notebook|post|blog post),? (?:we|you|i)(?:'ll| will)? (?:show|learn|walk|explain|demonstrate|fine-?tune|explore)|step \d|let's (?:start|begin|see|load|install)|first,? (?:install|let's)|we(?:'ll| will) (?:walk|show you)|you will learn|prerequisites)\b)"},
    {"an event",
     R"(\b(?:meetup|conference|hackathon|game jam|webinar|summit|workshop|event|office hours|ama|recap|jam)\b|活动|veranstaltung)",
     R"(\b(?:attendees|speakers?|registration|register (?:now|here|for)|rsvp|venue|agenda|the event|was held|will be held|participants?|prizes?|hosted by|sign up (?:here|now)|join us (?:on|in|at|for)|talks?|deadline|submissions?)\b)"},
    {"an offer of jobs or residencies",
     R"(\b(?:hiring|residency|fellowship|internship|jobs?|join our team|careers?|we're hiring|stellenangebot)\b|招聘)",
     R"(\b(?:applicants?|apply (?:now|here|by|for)|applications? (?:are|is|open|close)|candidates?|salary|stipend|resume|interview|residents?|mentors?|full[- ]time|position)\b)"},
    {"news of the company",
     R"(\b(?:acqui(?:res?|red|sition)|raises?|series [a-e]\b|funding|partners? with|partnership|joins forces|investment|award|appoint\w*|welcomes? .{0,30} (?:ceo|cto|to the team))\b)",
     R"(\b(?:acquisition|acquired|funding round|investors?|valuation|partnership|collaborat\w+ with|our shared vision|series [a-e] (?:round|funding))\b)"},
    {"a policy statement",
     R"(\b(?:policy|terms of (?:use|service)|privacy|our (?:approach|response|commitment)|regulation|ai act|statement|position paper|letter)\b)",
     R"(\b(?:regulat\w+|policymakers?|legislation|ai act|compliance with|lawmakers|public comment)\b)"},
    {"a customer story",
     R"(\b(?:case study|customer story|how .{2,40} (?:uses|used|built|cut|saved|scaled|reduced)|success story)\b)",
     R"(\b(?:customer story|case study|saved \d+|their team|challenge they)\b)"},
    {"a list of resources",
     R"(^(?:community|resources|awesome|papers?|links|reading list)\b|\bawesome list\b|\bcurated\b|^\d+ (?:best|tips|ways|things|tools)\b)",
     R"(\b(?:this page (?:re)?groups|curated list|community notebooks|collection of (?:resources|links|notebooks)|maintained by the community)\b)"},
    {"research or a benchmark without a release",
     R"(\b(?:benchmarking|leaderboard|survey|a study|an analysis|evaluating|lessons learned|deep dive|what we learned|state of ai|retrospective)\b)",
     R"(\b(?:we (?:investigate|study|analy[sz]e|survey|evaluate)|our (?:findings|analysis|study)|this (?:paper|study|report) (?:examines|investigates))\b)"},
    {"a call for help", R"(\b(?:call for|seeking|help us|contribute to|we need|volunteers?)\b)",
     R"(\b(?:volunteers?|call for (?:papers|contributions|proposals)|we are looking for (?:people|help|contributors))\b)"},
};

class Judge {
 public:
  explicit Judge(const Source& source) : source_(source) {}

  std::optional<std::string> Run() {
    const double release = Release();
    std::optional<std::string> reason;
    double most = 0;
    for (const Genre& genre : kGenres) {
      const double score = Score(genre);
      if (score > most) {
        most = score;
        reason = std::string(genre.what);
      }
    }
    if (most > release && most >= 4)
      return Cat("this reads as ", *reason, ", not as the announcement of a release");
    if (release < 3) return "no model, library, application, service or dataset is announced here";
    return std::nullopt;
  }

 private:
  // What shows a release: cards, labelled facts, "we release X".
  double Release() {
    double score = 0;
    static constexpr std::string_view kKeys[] = {
        "license",      "licence",    "pipeline_tag", "base_model",     "price",
        "vendor",       "parameters", "architecture", "context length", "context",
        "developed by", "provider",   "library_name", "model type",     "quantization",
        "licence",      "lizenz",     "name",         "tagline"};
    int labels = 0;
    for (const Labelled& label : source_.labelled()) {
      if (std::find(std::begin(kKeys), std::end(kKeys), label.key) != std::end(kKeys)) ++labels;
    }
    score += std::min(9, 3 * labels);
    static const Pattern kTitle(
        R"(\b(?:introducing|announcing|releas\w+|launch\w*|welcome|meet|unveiling|now (?:available|supports)|available|open[- ]sourc\w+|new models?|changelog|model card|v?\d+\.\d+)\b|发布|推出|veröffentlich|présent)");
    static const Pattern kStrong(
        R"(\b(?:(?:we|i)(?:'re| are| have|'ve)? (?:(?:also |now |just |today |proud(?:ly)? (?:to )?|excited (?:to )?|thrilled (?:to )?|happy (?:to )?|pleased (?:to )?|delighted (?:to )?|here )*)(?:introduc\w+|announc\w+|releas\w+|launch\w*|open[- ]?sourc\w+|unveil\w*|present)\b|(?:is|are) (?:now |today |generally |publicly )*available (?:today|now|on|in|via|through|as|for|under)|(?:today|proudly|excited to|thrilled to|proud to|happy to|pleased to|delighted to) (?:\w+ )?(?:announce|introduce|release|launch|releases|announces|launches|introduces|unveil|share)|(?:is|are) (?:releasing|launching|introducing|announcing|open-sourcing|unveiling)\b|\b(?:releases|launches|announces|unveils|open-sources|debuts) (?:\w)|announces? the (?:release|launch|availability|general availability)|to announce the (?:release|launch)|has been released|today (?:\S+ ){0,4}(?:announced|launched|released|introduced)|(?:has|have) (?:just |now |today )?(?:released|launched|announced|introduced|unveiled|open-sourced|published) |now supports)|发布|推出|开源|nous (?:présentons|publions|lançons)|wir (?:veröffentlichen|stellen)|(?:veröffentlicht|présente|publie) )");
    static const Pattern kWeak(
        R"(\b(?:weights|checkpoints?|download|pip install|ollama (?:run|pull)|docker (?:model )?(?:run|pull)|released under|licensed under|model card|parameters?|latest generation|open[- ]weights?|npm (?:i|install)|from_pretrained|fine-tuned version|is a (?:\w+[- ]){0,6}(?:model|library|framework|tool|assistant)|welcome to the|here we introduce|latest update of|model variant|quantization|context (?:window|length))\b)");
    size_t seen = 0;
    int strong = 0;
    int weak = 0;
    if (kTitle.Matches(Title())) score += 3;
    for (const Sentence& sentence : source_.sentences()) {
      if (++seen > 60) break;
      const Block& block = source_.document().blocks[sentence.block];
      const std::string_view lower =
          std::string_view(source_.lower()).substr(sentence.text.begin, sentence.text.size());
      if (block.kind == BlockKind::kTableCell && (block.row > 0 || !kWeak.Matches(lower))) continue;
      if (kStrong.Matches(lower)) strong += seen <= 6 ? 3 : seen <= 15 ? 2 : 1;
      if (kWeak.Matches(lower)) ++weak;
    }
    for (size_t i = 0; i < source_.document().blocks.size(); ++i) {
      if (source_.document().blocks[i].kind == BlockKind::kCode &&
          kWeak.Matches(Lower(source_.Text(source_.document().blocks[i].text))))
        ++weak;
    }
    return score + std::min(9, strong) + std::min(6, weak);
  }

  using Patterns = std::pair<Pattern, Pattern>;
  static const Patterns& Compiled(const Genre& genre) {
    static const std::vector<Patterns>* const kCompiled = [] {
      auto* compiled = new std::vector<Patterns>();
      for (const Genre& one : kGenres) compiled->emplace_back(Pattern(one.title), Pattern(one.body));
      return compiled;
    }();
    return (*kCompiled)[static_cast<size_t>(&genre - kGenres)];
  }

  std::string Title() const {
    std::string title;
    if (const Labelled* field = source_.FindLabelled({"title"})) title = Lower(field->value);
    if (source_.Title()) {
      title += "\n";
      title += Lower(source_.Text(source_.document().blocks[*source_.Title()].text));
    }
    return title;
  }

  double Score(const Genre& genre) {
    const auto& [in_title, in_body] = Compiled(genre);
    double score = 0;
    const std::string titles = Title();
    for (std::string_view title : Split(titles, '\n')) {
      if (in_title.Matches(title)) score = 12;
    }
    size_t seen = 0;
    double body = 0;
    for (const Sentence& sentence : source_.sentences()) {
      if (++seen > 60) break;
      if (source_.document().blocks[sentence.block].kind == BlockKind::kTableCell) continue;
      const std::string_view lower =
          std::string_view(source_.lower()).substr(sentence.text.begin, sentence.text.size());
      if (in_body.Matches(lower)) body += seen <= 15 ? 1.5 : 0.8;
    }
    return score + std::min(body, 9.0);
  }

  const Source& source_;
};

}  // namespace

std::optional<std::string> WhyNoRelease(const Source& source) { return Judge(source).Run(); }

}  // namespace seaworthy
