#include <array>
#include <cstdio>
#include <optional>

#include "services/ingest/extract/extractors.h"
#include "services/ingest/extract/pattern.h"
#include "services/ingest/text.h"

namespace seaworthy {
namespace {

#define MONTHS \
  R"((jan(?:uary|vier)?|feb(?:ruary)?|f[ée]vrier|februar|mar(?:ch|s)?|märz|apr(?:il)?|avril|may|mai|june?|juni|juin|july?|juli|juillet|aug(?:ust)?|août|sept?(?:ember)?|septembre|oct(?:ober|obre)?|okt(?:ober)?|nov(?:ember|embre)?|dec(?:ember)?|d[ée]cembre|dez(?:ember)?|januar)\.?)"

int MonthNumber(std::string_view word) {
  static constexpr std::array<std::string_view, 12> kStems = {"jan", "feb", "mar", "apr", "may", "jun",
                                                              "jul", "aug", "sep", "oct", "nov", "dec"};
  const std::string lower = Lower(word);
  for (size_t i = 0; i < kStems.size(); ++i) {
    if (StartsWith(lower, kStems[i])) return static_cast<int>(i) + 1;
  }
  if (StartsWith(lower, "fév") || StartsWith(lower, "fev")) return 2;
  if (StartsWith(lower, "mär")) return 3;
  if (StartsWith(lower, "avr")) return 4;
  if (StartsWith(lower, "mai")) return 5;
  if (StartsWith(lower, "juin")) return 6;
  if (StartsWith(lower, "juil")) return 7;
  if (StartsWith(lower, "aoû")) return 8;
  if (StartsWith(lower, "okt")) return 10;
  return 12;
}

int Number(std::string_view text, const Match& match, size_t group) {
  int number = 0;
  for (char c : text.substr(match.groups[group].begin, match.groups[group].size())) {
    if (IsDigit(c)) number = number * 10 + (c - '0');
  }
  return number;
}

struct FoundDate {
  std::string value;
  Span span;  // In the text looked at.
};

std::optional<FoundDate> Make(int year, int month, int day, Span span) {
  if (year < 2010 || year > 2099 || month < 1 || month > 12 || day < 0 || day > 31) return std::nullopt;
  char buffer[32];
  if (day > 0) {
    std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02d", year, month, day);
  } else {
    std::snprintf(buffer, sizeof buffer, "%04d-%02d", year, month);
  }
  return FoundDate{buffer, span};
}

// The first date in a short text.
std::optional<FoundDate> FirstDate(std::string_view text) {
  static const Pattern kIso(R"(\b(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2}))");
  static const Pattern kHan(R"((20\d\d)\s*年\s*(\d{1,2})\s*月(?:\s*(\d{1,2})\s*日)?)");
  static const Pattern kMonthDay(R"(\b)" MONTHS R"(\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(20\d\d)\b)", true);
  static const Pattern kDayMonth(
      R"(\b(\d{1,2})(?:st|nd|rd|th|er)?[.]?\s*(?:of )?)" MONTHS R"([, .]+(20\d\d)\b)", true);
  static const Pattern kMonth(R"(\b)" MONTHS R"(,?\s+(20\d\d)\b)", true);
  const auto m = kIso.Find(text);
  // `lantern-2025-05-22` is a name.
  const bool in_name =
      m && m->all().begin > 0 && (text[m->all().begin - 1] == '-' || text[m->all().begin - 1] == '_');
  if (m && !in_name) return Make(Number(text, *m, 1), Number(text, *m, 2), Number(text, *m, 3), m->all());
  if (const auto m = kHan.Find(text)) {
    return Make(Number(text, *m, 1), Number(text, *m, 2), m->Has(3) ? Number(text, *m, 3) : 0, m->all());
  }
  const auto word = [&](const Match& m, size_t group) {
    return MonthNumber(text.substr(m.groups[group].begin, m.groups[group].size()));
  };
  if (const auto m = kMonthDay.Find(text))
    return Make(Number(text, *m, 3), word(*m, 1), Number(text, *m, 2), m->all());
  if (const auto m = kDayMonth.Find(text))
    return Make(Number(text, *m, 3), word(*m, 2), Number(text, *m, 1), m->all());
  if (const auto m = kMonth.Find(text)) return Make(Number(text, *m, 2), word(*m, 1), 0, m->all());
  return std::nullopt;
}

bool AddLabel(Draft* draft, std::initializer_list<std::string_view> keys) {
  for (std::string_view key : keys) {
    for (const Labelled& label : draft->source().labelled()) {
      if (label.key != key) continue;
      if (const auto date = FirstDate(label.value)) return draft->Add("release_date", date->value, label.raw);
    }
  }
  return false;
}

// A sentence or heading that says when it was released.
bool AddStated(Draft* draft) {
  static const Pattern kReleased(
      R"(\b(?:releas\w+|launch\w*|announc\w+|publish\w*|available (?:from|since|as of)|veröffentlicht|publié|introduc\w+)\b|发布)");
  static const Pattern kNot(
      R"(\b(?:will|plan\w*|soon|upcoming|updated|modified|accessed|knowledge|cut-?off|training data|held|last|until|deprecat\w+|previous)\b|更新)");
  static const Pattern kChangelog(
      R"(^\[?v?\d+(?:\.\d+)+[a-z0-9]*\]?\s*[-(–—]*\s*(?:20\d\d|[A-Z][a-z]+ \d)|^\[?v?\d+(?:\.\d+)+[a-z0-9]*\]? .*\(20\d\d-\d\d-\d\d\)$|^[A-Z][\pL\pN .-]{1,30} v?\d+(?:\.\d+)+ [(\[-].{0,14}20\d\d)");
  const Source& source = draft->source();
  size_t seen = 0;
  for (const Sentence& sentence : source.sentences()) {
    const Block& block = source.document().blocks[sentence.block];
    const std::string_view text = source.Text(sentence);
    const std::string_view lower =
        std::string_view(source.lower()).substr(sentence.text.begin, sentence.text.size());
    ++seen;
    const bool heading = block.kind == BlockKind::kHeading && kChangelog.Matches(text);
    const bool news = block.kind == BlockKind::kListItem && seen <= 40 && kReleased.Matches(lower);
    const bool stated =
        seen <= 60 && kReleased.Matches(lower) && !kNot.Matches(lower) && draft->MentionedIn(lower);
    const std::string_view section = source.Section(sentence.block);
    const bool under = block.kind != BlockKind::kHeading && seen <= 200 &&
                       (section == "release date" || section == "released" || section == "veröffentlichung");
    if (under) {
      if (const auto date = FirstDate(text))
        return draft->AddText("release_date", date->value,
                              {sentence.text.begin + date->span.begin, sentence.text.begin + date->span.end});
    }
    if ((!heading && !news && !stated) || (news && kNot.Matches(lower))) continue;
    const auto date = FirstDate(text);
    if (!date) continue;
    return draft->AddText("release_date", date->value,
                          {sentence.text.begin + date->span.begin, sentence.text.begin + date->span.end});
  }
  return false;
}

// Whether dates of this section are of news about the tool.
bool IsNews(std::string_view section) {
  static const Pattern kNews(
      R"(^\W*(?:recent |latest )?(?:updates?|news|changelog|what['’]s new|history|更新|新闻)\W*$)");
  return kNews.Matches(section);
}

// News of a date each: `2023.04.20` and below it "Lantern release!".
bool AddFromNews(Draft* draft) {
  static const Pattern kOut(
      R"(\b(?:initial |first |public |official )*(?:release|released|launch|launched)\b[^,;:]{0,20}$)");
  const Source& source = draft->source();
  std::optional<std::pair<FoundDate, Span>> last;
  std::optional<std::pair<FoundDate, Span>> released;
  for (size_t i = 0; i < source.document().blocks.size(); ++i) {
    const Block& block = source.document().blocks[i];
    if (!source.Trusted(i) || !IsNews(source.Section(i)) || block.kind == BlockKind::kCode) continue;
    const std::string_view text = source.Text(block.text);
    const auto date = text.size() <= 40 ? FirstDate(text) : std::nullopt;
    if (date && date->span.size() + 12 >= text.size()) {
      last.emplace(*date, block.text);
      continue;
    }
    const std::string_view lower =
        std::string_view(source.lower()).substr(block.text.begin, block.text.size());
    if (last && text.size() <= 80 && kOut.Matches(lower) && draft->MentionedIn(lower)) released = last;
  }
  if (!released) return false;
  const auto& [date, text] = *released;
  return draft->AddText("release_date", date.value,
                        {text.begin + date.span.begin, text.begin + date.span.end});
}

// A short line that is a date and little else, near the top or in the page's
// own furniture: `July 24, 2025 - 6 min - 1220 words`.
bool AddByline(Draft* draft) {
  static const Pattern kWord(
      R"(\b(?:publish\w*|posted|by:?|min|words|written|date|dated|erschienen|publié)\b|发布|分钟|字|by:)");
  static const Pattern kNot(R"(\b(?:updated|accessed|modified|last|©|copyright)\b)");
  const Source& source = draft->source();
  size_t seen = 0;
  for (size_t i = 0; i < source.document().blocks.size(); ++i) {
    const Block& block = source.document().blocks[i];
    if (!source.Trusted(i) || block.kind == BlockKind::kCode || block.kind == BlockKind::kTableCell) continue;
    ++seen;
    const std::string_view text = source.Text(block.text);
    if (text.size() > 140 || IsNews(source.Section(i))) continue;
    const auto date = FirstDate(text);
    if (!date) continue;
    const std::string lower = Lower(text);
    const std::string before = Lower(text.substr(0, date->span.begin));
    const bool alone = date->span.size() + 12 >= text.size() && seen <= 15;
    const bool first = date->span.begin == 0 && text.size() <= 60 && seen <= 8 &&
                       block.kind != BlockKind::kHeading && block.kind != BlockKind::kListItem;
    // "Ada Lovelace, August 20th, 2024".
    const bool last = date->span.end >= text.size() && text.size() <= 60 && seen <= 5 &&
                      block.kind == BlockKind::kParagraph && date->span.begin >= 2 &&
                      Contains(text.substr(0, date->span.begin), ", ");
    const bool published = Contains(lower, "publish on") || Contains(lower, "published");
    if (kNot.Matches(before) ||
        (!alone && !first && !last && !(kWord.Matches(lower) && (seen <= 25 || published))))
      continue;
    return draft->AddText("release_date", date->value,
                          {block.text.begin + date->span.begin, block.text.begin + date->span.end});
  }
  return false;
}

}  // namespace

void ExtractReleaseDate(Draft* draft) {
  if (AddLabel(draft,
               {"release_date", "release date", "released", "date de sortie", "veröffentlicht", "发布日期"}))
    return;
  if (AddStated(draft)) return;
  if (AddLabel(draft, {"date", "published", "publishdate", "pubdate", "createdat", "created_at",
                       "published_at", "meta.article:published_time", "meta.date",
                       "meta.citation_publication_date", "datum", "publication date", "发布时间"})) {
    return;
  }
  if (!AddFromNews(draft)) AddByline(draft);
}

}  // namespace seaworthy
