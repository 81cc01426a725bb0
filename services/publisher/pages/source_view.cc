#include "services/publisher/pages/source_view.h"

#include <map>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "common/source_trouble.h"
#include "services/publisher/http/url_codec.h"
#include "services/publisher/pages/page_text.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr uint32_t kDefaultInterval = 3600;
constexpr size_t kMaxId = 64;

std::string WordOf(const std::string& name) { return absl::AsciiStrToLower(name); }

std::string Spaced(const std::string& word) { return absl::StrReplaceAll(word, {{"_", " "}}); }

// `3 hours`, `90 minutes`, `1 day`.
std::string PeriodText(uint32_t seconds) {
  const auto said = [](uint32_t count, const char* unit) {
    return absl::StrCat(count, " ", unit, count == 1 ? "" : "s");
  };
  if (seconds % 86400 == 0) return said(seconds / 86400, "day");
  if (seconds % 3600 == 0) return said(seconds / 3600, "hour");
  if (seconds % 60 == 0) return said(seconds / 60, "minute");
  return said(seconds, "second");
}

std::string WhyNextText(const std::string& reason) {
  static const auto* const kTexts = new std::map<std::string, std::string>{
      {"interval", "its interval"},
      {"retry_after", "its host asked to wait"},
      {"ttl", "the feed says how often it changes"},
      {"max_age", "its host says how long an answer holds"},
      {"backoff", "it failed; each failure in a row doubles the wait"},
      {"robots", "robots.txt asks for this"},
      {"too_many_requests", "its host asked for fewer requests"},
      {"interrupted", "its last reading was cut short"},
      {"off", "this server reads no sources: its configuration says so"},
      {"skip_hours", "the feed names hours it is not to be read in"},
      {"refused", "it was refused; it is asked again after a day"},
      {"asked", "an operator asked for it"}};
  const auto it = kTexts->find(reason);
  return it == kTexts->end() ? Spaced(reason) : it->second;
}

std::string OutcomeText(const v1::SourceState& state) {
  static const auto* const kTexts =
      new std::map<std::string, std::string>{{"nothing_new", "nothing new"},
                                             {"not_modified", "not changed since (304)"},
                                             {"failed", "failed"},
                                             {"refused", "refused"}};
  const std::string& outcome = state.outcome();
  if (outcome == "new_entries") {
    return absl::StrCat(state.new_announcements(), " new ",
                        state.new_announcements() == 1 ? "announcement" : "announcements");
  }
  const auto it = kTexts->find(outcome);
  return it == kTexts->end() ? Spaced(outcome) : it->second;
}

json TimeOrNull(bool set, const google::protobuf::Timestamp& time) {
  if (!set) return nullptr;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(time.seconds()), absl::UTCTimeZone());
}

json TextOrNull(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

}  // namespace

std::string TierWord(v1::SourceTier tier) {
  return tier == v1::SOURCE_TIER_UNSPECIFIED ? "" : WordOf(v1::SourceTier_Name(tier));
}

absl::StatusOr<v1::SourceTier> TierOf(const std::string& word) {
  for (const auto tier :
       {v1::SOURCE_TIER_UNSPECIFIED, v1::VENDOR, v1::DOCUMENTATION, v1::THIRD_PARTY, v1::RUMOUR}) {
    if (TierWord(tier) == word) return tier;
  }
  return absl::InvalidArgumentError("the tier must be vendor, documentation, third_party or rumour");
}

std::string TierText(v1::SourceTier tier) {
  if (tier == v1::VENDOR) return "the vendor";
  if (tier == v1::DOCUMENTATION) return "the vendor’s documentation";
  return Spaced(TierWord(tier));
}

std::string SourceKindWord(v1::Source::Kind kind) {
  return kind == v1::Source::KIND_UNSPECIFIED ? "" : WordOf(v1::Source::Kind_Name(kind));
}

absl::StatusOr<v1::Source::Kind> SourceKindOf(const std::string& word) {
  for (const auto kind : {v1::Source::KIND_UNSPECIFIED, v1::Source::FEED, v1::Source::GITHUB_RELEASES,
                          v1::Source::PAGE, v1::Source::WEBHOOK}) {
    if (SourceKindWord(kind) == word) return kind;
  }
  return absl::InvalidArgumentError("the kind must be feed, github_releases, page or webhook");
}

std::string SourceKindText(v1::Source::Kind kind) {
  if (kind == v1::Source::KIND_UNSPECIFIED) return "Not found out yet";
  if (kind == v1::Source::GITHUB_RELEASES) return "GitHub releases";
  return Capitalised(SourceKindWord(kind));
}

v1::SourceChange::Kind SourceChangeOf(const std::string& word) {
  if (word == "put") return v1::SourceChange::PUT;
  if (word == "pause") return v1::SourceChange::PAUSE;
  if (word == "resume") return v1::SourceChange::RESUME;
  if (word == "remove") return v1::SourceChange::REMOVE;
  return v1::SourceChange::KIND_UNSPECIFIED;
}

json SourceRow(const v1::SourceView& view) {
  const v1::Source& source = view.source();
  const v1::SourceState& state = view.state();
  const uint32_t interval = source.interval_seconds() == 0 ? kDefaultInterval : source.interval_seconds();
  const bool webhook = source.kind() == v1::Source::WEBHOOK;
  return {{"id", source.source_id()},
          {"id_path", PercentEncode(source.source_id())},
          {"name", source.title().empty() ? source.source_id() : source.title()},
          {"named", !source.title().empty()},
          {"kind", SourceKindText(source.kind())},
          {"webhook", webhook},
          {"url", source.url()},
          {"link", SafeHttpUrl(source.url()).value_or("")},
          {"tier", TierText(source.tier())},
          {"paused", source.paused()},
          {"can_read", !source.paused() && !webhook},
          {"interval", webhook ? "" : PeriodText(interval)},
          {"added", TimeText(source.create_time())},
          {"last_read", state.has_last_read_time() ? TimeText(state.last_read_time()) : ""},
          {"last_good", state.has_last_good_time() ? TimeText(state.last_good_time()) : ""},
          {"next_read", state.has_next_read_time() ? TimeText(state.next_read_time()) : ""},
          {"why_next", WhyNextText(state.next_reason())},
          {"outcome", OutcomeText(state)},
          {"trouble", InTrouble(state)},
          {"error", state.error()},
          {"failures", state.failures() == 0 ? "" : absl::StrCat(state.failures())},
          {"http_status", state.http_status() == 0 ? "" : absl::StrCat(state.http_status())},
          {"entries", state.entries_seen()},
          {"announcements", GroupedText(state.announcements())},
          {"hub", state.hub()}};
}

json SourceJson(const v1::SourceView& view) {
  const v1::Source& source = view.source();
  const v1::SourceState& state = view.state();
  return {{"source_id", source.source_id()},
          {"kind", TextOrNull(SourceKindWord(source.kind()))},
          {"url", TextOrNull(source.url())},
          {"title", TextOrNull(source.title())},
          {"tier", TextOrNull(TierWord(source.tier()))},
          {"paused", source.paused()},
          {"interval_seconds", source.interval_seconds() == 0 ? kDefaultInterval : source.interval_seconds()},
          {"signature", TextOrNull(source.signature())},
          {"create_time", TimeOrNull(source.has_create_time(), source.create_time())},
          {"last_read_time", TimeOrNull(state.has_last_read_time(), state.last_read_time())},
          {"last_good_time", TimeOrNull(state.has_last_good_time(), state.last_good_time())},
          {"next_read_time", TimeOrNull(state.has_next_read_time(), state.next_read_time())},
          {"next_reason", TextOrNull(state.next_reason())},
          {"outcome", TextOrNull(state.outcome())},
          {"error", TextOrNull(state.error())},
          {"failures", state.failures()},
          {"http_status", state.http_status() == 0 ? json(nullptr) : json(state.http_status())},
          {"entries_seen", state.entries_seen()},
          {"new_announcements", state.new_announcements()},
          {"announcements", state.announcements()},
          {"hub", TextOrNull(state.hub())}};
}

std::string SourceIdFrom(const std::string& url) {
  const size_t scheme = url.find("://");
  std::string rest = absl::AsciiStrToLower(scheme == std::string::npos ? url : url.substr(scheme + 3));
  rest = rest.substr(0, rest.find_first_of("?#"));
  std::string id;
  for (const char c : rest) {
    const bool plain = absl::ascii_isalnum(static_cast<unsigned char>(c));
    if (plain) id.push_back(c);
    if (!plain && !id.empty() && id.back() != '-') id.push_back('-');
    if (id.size() == kMaxId) break;
  }
  while (!id.empty() && id.back() == '-') id.pop_back();
  return id;
}

}  // namespace seaworthy
