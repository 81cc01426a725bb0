#include "services/ingest/extract/genre.h"

#include <vector>

#include "services/ingest/extract/pattern.h"

namespace seaworthy {
namespace {

constexpr Genre kGenres[] =
    {
        {"a tutorial",
         R"(^how (?:we|i|you)\b|\bhow to\b|: how \w+ |^fine-?tun(?:e|ing)\b|\btutorial\b|\b(?:guide|walkthrough|cookbook|cheat ?sheet)(?: to\b| for\b|:|$)|\bstep[- ]by[- ]step\b|^(?:building|creating|training|deploying|running|using|leveraging|scaling|accelerating|optimi[sz]ing|understanding|exploring|learning|getting started|mastering|speeding up|generating|serving|quantizing|integrating|implementing|debugging|migrating)\b|^(?:build|create|train|deploy|learn|understand|master|explore|set ?up|speed up|write|accelerate|optimi[sz]e)\s|^use \S+ (?:to|for|with|in) |\bway to (?:set ?up|run|build|use)\b|\bexplained$|\bfrom scratch\b|hands[- ]on|^tips\b|^anleitung|^tutoriel|^comment \S+er |^wie (?:man|sie|du|wir) |教程|指南|入门|如何)",
         R"(\b(?:in this (?:tutorial|guide|notebook|post|blog post|article),? (?:we|you|i)(?:['’]ll| will)? (?:show|learn|walk|explain|demonstrate|fine-?tune|explore|see|go|review)|this (?:post|blog|guide|article|tutorial) (?:will|walks|shows|explains|gives|describes|covers|teaches)|step \d|let['’]s (?:start|begin|see|load|install|build)|first,? (?:install|let['’]s)|we(?:['’]ll| will) (?:walk|show you|briefly review)|you(?:['’]ll| will) learn|prerequisites|join me as|follow along|make sure .{2,40} (?:is|are) installed|first, make sure|in diesem (?:tutorial|artikel|beitrag) (?:zeigen|lernen)|dans ce tutoriel)\b|本文将|本教程)"},
        {"an event",
         R"(\b(?:meetup|conference|hackathon|game jam|webinar|summit|workshop|event|office hours|ama|recap|jam|livestream|podcast|episode|contest|competition|challenge|web ?tv)\b|活动|大会|沙龙|veranstaltung|stammtisch|conférence)",
         R"(\b(?:attendees|speakers?|registration|register (?:now|here|for)|rsvp|venue|agenda|the event|was held|will be held|participants?|prizes?|hosted by|sign up (?:here|now)|join us (?:on|in|at|for)|talks?|deadline|submissions?|livestream\w*|videos?|anmeldung|inscription)\b|报名|嘉宾)",
         12},
        {"an offer of jobs or residencies",
         R"(\b(?:hiring|residency|fellowships?|internships?|join our team|careers|job (?:openings?|offers?)|open (?:positions?|roles?)|ambassadors?|stellenangebote?|recrut\w+|wir suchen|verstärkung)\b|\((?:m/w/d|f/m/d|m/f/d|h/f)\)|招聘)",
         R"(\b(?:applicants?|apply (?:now|here|by|for)|applications? (?:are|is|open|close)|candidates?|salary|stipend|resume|interview|residents?|mentors?|full[- ]time|position|wir suchen|bewerb\w+|candidature)\b)",
         12},
        {"news of the company",
         R"(\b(?:acqui(?:res?|red|ring|sition)|(?:raises?|raised|secures?) (?:[$€£]|\d|a )|series [a-g]\b|funding|invests?\b|partner(?:s|ing|ed) with|partnerships?|collaborat(?:es?|ion|ing|e) (?:between|with|to|on)|collaborate\b|joins? forces|joins the\b|investment|awards?|awarded|wins?\b|triumphs?|recogni[sz]ed|cool vendor|appoint\w*|names? .{2,40} (?:officer|president|manager|director|ceo|cto|head)\b|chief \w+ officer|expand(?:s|ing) (?:to|our|partnership|its|in|into|collaboration)|expands? collaboration|opens? .{0,40}\boffice|\w+ office in\b|new offices?|moving to|anniversary|year in review|institute$|foundation$|sign mou|memorandum|donat\w+|initiative$|welcomes? .{0,30} (?:ceo|cto|to the team)|storms|milestones?|übernimmt|übernahme|finanzierungsrunde|partnerschaft|lève|levée de fonds|partenariat)\b|融资|收购|合作伙伴|获奖)",
         R"(\b(?:acquisition|acquired|acquiring|has raised|we(?:['’]ve| have) raised|funding round|investors?|valuation|partnership|collaborat\w+ (?:with|between)|our shared vision|series [a-g] (?:round|funding)|award|board of directors|headquarter\w*|finanzierungsrunde|investisseurs)\b|融资|投资)",
         9},
        {"a policy statement",
         R"(\b(?:polic(?:y|ies)|terms of (?:use|service)|privacy (?:policy|notice)|our (?:approach|response|commitment|principles|position)|regulation|ai act|statement|position paper|(?:open )?letter to|election|governance|safeguards|mou\b|government|copyright|where things stand|petition|stellungnahme)\b)",
         R"(\b(?:regulat\w+|policymakers?|legislation|ai act|compliance with|lawmakers|public comment|government|congress|executive order)\b)"},
        {"a customer story",
         R"(\b(?:case study|customer stor(?:y|ies)|how .{2,40} (?:uses|used|built|cut|saved|scaled|reduced)|success stor(?:y|ies)|in production at|spotlight)\b)",
         R"(\b(?:customer story|case study|saved \d+|their team|challenge they)\b)"},
        {"a list of resources",
         R"(^(?:community|resources|awesome|papers?|links|reading list|newsletter)\b|\bnewsletter\b|\b(?:round-?up|digest|briefing)\b|\bweekly (?:news|update|summary|recap)\b|\bai weekly\b|\b(?:this|last|the) week in\b|\bstories (?:from|of|that)\b|\b(?:vol(?:ume)?\.?|issue|edition) ?#?\d+|\bawesome list\b|\bcurated\b|^(?:the )?(?:top )?\d+ (?:best|tips|ways|things|tools|reasons|lessons)\b)",
         R"(\b(?:this page (?:re)?groups|curated list|community notebooks|collection of (?:resources|links|notebooks)|maintained by the community|(?:each|every) week,? (?:we|i)\b|issue in a row|in other news|quick hits|stories (?:that|of the week)|top stories|(?:this week|today)['’]s (?:news|stories|issue))\b)",
         11},
        {"a comparison of others' tools",
         R"(\bvs\.? |\bversus\b|\b(?:comparison|alternatives?|compared)\b|\bwhich (?:one|model|tool|is)\b)",
         R"(\b(?:this (?:article|post|guide|page) (?:provides|compares|looks at|covers)|(?:practical|detailed|head-to-head|side-by-side) comparison|(?:choose|pick|use) .{2,40} (?:if you|when you)|(?:final|our) (?:verdict|recommendation)|best for|key (?:differences|takeaways?))\b)",
         13},
        {"an explanation of a term or a process",
         R"(\b(?:glossary|explainer|definition of|wiki|faq|frequently asked|release (?:stages?|process|cycles?|polic(?:y|ies)|cadence|schedule|management)|versioning|lifecycle|manifesto|how to tell|best practices)\b|^(?:what is|what are|about) )",
         R"(\b(?:often confused|the term|refers to|in other words|stands for|is defined as|semantic versioning|conventional commits|every release (?:adds|is|has)|a version is|each stage|phased|there are (?:two|three|four|five|several) (?:main )?(?:types|kinds|stages|levels))\b)",
         11},
        {"research or a benchmark without a release",
         R"(\b(?:benchmarking|leaderboard|survey|a study|an? analysis|analy[sz]ing|lessons (?:learned|from)|what we learned|state of (?:ai|open)|retrospective|deconstruct\w*|under the hood|anatomy of|post-?mortem|in the wild|why (?:we|i|your|you|is|are|do|does)\b|performance$|performance tests?|comparison of|compared$|detecting and preventing|investigat\w+|incident)\b|^(?:inside|rethinking|towards?|on the|why|what|evaluating|measuring|studying|comparing|can |do |does |are |is )\b|(?:analyse|studie) (?:von|zu)|综述|评测报告)",
         R"(\b(?:we (?:investigate|study|analy[sz]e|survey|ran (?:performance )?tests|find that|found that)|our (?:analysis|study)|this (?:paper|study|report|post) (?:examines|investigates|analy[sz]es|looks at)|in this (?:paper|study|report)|experiments? (?:show|suggest))\b)"},
        {"a plan",
         R"(\b(?:veulent|souhaitent|veut|prévoit|prévoient|wollen|will .{0,30}veröffentlichen|planen|plant|quieren|vuole|plans? to (?:release|launch|build)|(?:set|expected|poised|preparing|about|aims?|likely|ready) to (?:launch|release|introduce|unveil|open-source)|to (?:launch|release|unveil|introduce|open-source) .{0,60}(?:(?:next|later|this) (?:year|month|summer|fall|spring|week)|in the coming (?:weeks|months|days|year))|will (?:soon )?(?:launch|release|introduce|unveil|open-source)|coming soon|roadmap)\b)",
         R"(\b(?:sera (?:publié|disponible|entièrement)|seront (?:publiés|accessibles|disponibles)|wird (?:\w+ ){0,4}(?:veröffentlicht|verfügbar sein)|will be (?:released|available|launched|published) (?:in|later|next|this|at the end)|in the coming (?:weeks|months) (?:he|she|it|they|we) will|(?:plan|planning|intend|expects?) to (?:release|launch|open-source|publish)|souhaitent publier|à la fin de l['’](?:été|année))\b)",
         10},
        {"a retirement",
         R"(\b(?:retire(?:s|d|ment)?|retiring|deprecat(?:e|es|ed|ing|ions?)|sunset(?:s|ting)?|end[- ]of[- ]life|discontinu\w+|shut(?:ting)? down|abkündigung|abgekündigt|obsolescence)\b|下线|停用)",
         R"(\b(?:no longer (?:available|supported|accessible)|(?:will be|are being|have been|has been|is being) (?:deprecated|retired|removed|discontinued|sunset|shut ?down)|retired models?|deprecated models?|recommended? (?:these )?replacements?|requests using .{0,40}will fail|migrate to|end of life)\b)",
         14},
        {"a call for help",
         R"(\b(?:call for|seeking|help us|need your help|contribute to|we need|volunteers?|request for)\b)",
         R"(\b(?:volunteers?|call for (?:papers|contributions|proposals)|we are looking for (?:people|help|contributors)|help us)\b)"},
};

}  // namespace

const std::vector<Genre>& Genres() {
  static const auto* const kAll = new std::vector<Genre>(std::begin(kGenres), std::end(kGenres));
  return *kAll;
}

const GenrePatterns& PatternsOf(size_t genre) {
  static const std::vector<GenrePatterns>* const kCompiled = [] {
    auto* compiled = new std::vector<GenrePatterns>();
    for (const Genre& one : kGenres) compiled->push_back({Pattern(one.title), Pattern(one.body)});
    return compiled;
  }();
  return (*kCompiled)[genre];
}

}  // namespace seaworthy
