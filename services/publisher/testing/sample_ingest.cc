// Invented sources, refused announcements, conflicts and histories.
#include <string>

#include "absl/strings/str_cat.h"
#include "services/publisher/testing/sample_data.h"

namespace seaworthy {
namespace {

constexpr int64_t kNow = 1'763'620'000;

v1::SourceView SampleSource(const std::string& id, v1::Source::Kind kind, const std::string& url,
                            const std::string& title) {
  v1::SourceView view;
  v1::Source& source = *view.mutable_source();
  source.set_source_id(id);
  source.set_kind(kind);
  source.set_url(url);
  source.set_title(title);
  source.set_tier(v1::VENDOR);
  source.mutable_create_time()->set_seconds(kNow - 900'000);
  v1::SourceState& state = *view.mutable_state();
  state.mutable_last_read_time()->set_seconds(kNow - 1200);
  state.mutable_last_good_time()->set_seconds(kNow - 1200);
  state.mutable_next_read_time()->set_seconds(kNow + 2400);
  state.set_next_reason("interval");
  state.set_outcome("not_modified");
  state.set_http_status(304);
  state.set_entries_seen(20);
  state.set_announcements(1374);
  return view;
}

void FillSources(FakeIngest& ingest) {
  v1::SourceView harbour = SampleSource("harbour", v1::Source::FEED, "https://harbour.example/news/feed.xml",
                                        "Harbour Labs, news");
  harbour.mutable_state()->set_outcome("new_entries");
  harbour.mutable_state()->set_new_announcements(2);
  harbour.mutable_state()->set_hub("https://hub.example/");
  ingest.AddSource(harbour);
  v1::SourceView skua = SampleSource("skua-releases", v1::Source::GITHUB_RELEASES,
                                     "https://github.com/skua-systems/tern-coder", "");
  skua.mutable_state()->set_outcome("failed");
  skua.mutable_state()->set_failures(4);
  skua.mutable_state()->set_http_status(503);
  skua.mutable_state()->set_next_reason("backoff");
  skua.mutable_state()->set_error(
      "The host answered 503 and asked for nothing. It is asked again later; if this stays, look at the "
      "address in a "
      "browser.");
  ingest.AddSource(skua);
  v1::SourceView price =
      SampleSource("the-price-page-of-a-vendor-with-a-rather-long-name-indeed", v1::Source::PAGE,
                   absl::StrCat("https://pricing.example/", std::string(180, 'p')),
                   "The price page of a vendor with a rather long name indeed");
  price.mutable_source()->set_paused(true);
  price.mutable_source()->set_tier(v1::DOCUMENTATION);
  price.mutable_state()->clear_next_read_time();
  ingest.AddSource(price);
  v1::SourceView hook = SampleSource("gannet-hook", v1::Source::WEBHOOK, "", "Gannet, webhook");
  hook.mutable_state()->clear_next_read_time();
  hook.mutable_state()->clear_http_status();
  hook.mutable_state()->set_outcome("");
  ingest.AddSource(hook);
}

void Refuse(FakeAggregator& aggregator, FakeIngest& ingest, char digit, const std::string& code,
            const std::string& reason, const std::string& bytes) {
  v1::Announcement announcement;
  announcement.set_announcement_id("ann-" + std::string(24, digit));
  announcement.set_state(v1::Announcement::REJECTED);
  announcement.set_reject_code(code);
  announcement.set_reason(reason);
  announcement.set_media_type("text/html");
  announcement.set_source_url(
      absl::StrCat("https://harbour.example/news/", code, "/", std::string(120, 'x')));
  announcement.set_source_id("harbour");
  announcement.set_entry_key("tag:harbour.example,2026:1");
  announcement.set_tier(v1::VENDOR);
  announcement.set_size_bytes(bytes.size());
  announcement.set_object_hash(absl::StrCat("hash-", std::string(1, digit)));
  announcement.mutable_receive_time()->set_seconds(kNow - digit);
  aggregator.AddAnnouncement(announcement);
  ingest.AddDocument(announcement.object_hash(), bytes);
}

void FillQuarantine(FakeAggregator& aggregator, FakeIngest& ingest) {
  Refuse(aggregator, ingest, '1', "not_a_release",
         "This announces no release: it names nothing that can be had. If it does, hand in the page that "
         "says so.",
         "# We are hiring\n\nHarbour Labs looks for <b>people</b> who like boats.\n");
  std::string archive("PK\x03\x04\x14\0\x08\0", 8);
  for (int i = 0; i < 6000; ++i) archive.push_back(static_cast<char>(i * 37));
  Refuse(aggregator, ingest, '2', "binary_document",
         "The bytes begin like a ZIP archive, whatever the name says. Hand in the text inside.", archive);
  std::string latin =
      "<h1>Gr\xF6\xDF"
      "e</h1>\n<p>";
  for (int i = 0; i < 4000; ++i) absl::StrAppend(&latin, "line ", i, " of a long page. ");
  Refuse(aggregator, ingest, '3', "invalid_encoding", "Byte 6 is no UTF-8 though UTF-8 is declared.", latin);
}

// A tool sources disagree on, with corrections, one of which asks.
void FillDispute(FakeAggregator& aggregator) {
  v1::ToolView tool = SampleTool("gannet", "Gannet", 1);
  v1::Revision& revision = *tool.mutable_revision();
  revision.set_number(3);
  tool.mutable_tool()->set_latest_revision(3);
  revision.add_aliases("Gannet Instruct");
  for (v1::Fact& fact : *revision.mutable_facts()) {
    fact.set_tier(v1::VENDOR);
    fact.set_checked_date("2026-11-20");
  }
  revision.mutable_facts(8)->set_method("llm");
  for (const char* id : {"ann-111111111111111111111111", "ann-222222222222222222222222"}) {
    revision.add_announcement_ids(id);
  }
  v1::FactConflict& conflict = *revision.add_conflicts();
  conflict.set_field("license");
  v1::ConflictingValue& used = *conflict.add_values();
  used.set_value("Apache-2.0");
  used.set_announcement_id("ann-111111111111111111111111");
  used.set_quote("under the Apache 2.0 licence");
  v1::ConflictingValue& other = *conflict.add_values();
  other.set_value("Harbour Community License");
  other.set_announcement_id("ann-222222222222222222222222");
  other.set_quote("may be used for research under the Harbour Community License");
  v1::FactCorrection& asks = *revision.add_corrections();
  asks.set_field("context_tokens");
  asks.add_values("131072");
  asks.add_corrected_values("128000");
  asks.set_editor("anna");
  asks.set_reason("The configuration file says 131072.");
  asks.set_source_url("https://harbour.example/config.json");
  asks.mutable_correct_time()->set_seconds(kNow - 90'000);
  asks.set_asks(true);
  aggregator.ChangeTool(tool);
}

void FillHistory(FakeAggregator& aggregator) {
  for (const uint32_t number : {3u, 2u, 1u}) {
    v1::RevisionView view;
    const v1::ToolView tool = SampleTool("gannet", "Gannet", number == 3 ? 1 : 3);
    *view.mutable_revision() = tool.revision();
    view.mutable_revision()->set_number(number);
    view.mutable_revision()->mutable_facts(3)->set_value(number == 3 ? "Harbour Community License"
                                                                     : "Apache-2.0");
    *view.mutable_panel() = tool.panel();
    if (number > 1) {
      view.mutable_drift()->set_revision(number);
      view.mutable_drift()->set_previous(number - 1);
      view.mutable_drift()->add_changed_fields(number == 3 ? "license" : "context_tokens");
    }
    if (number == 3) {
      view.mutable_drift()->add_flipped_personas("competitor");
      view.mutable_drift()->add_flipped_personas("futurist");
      view.mutable_drift()->set_panel_moved(-50);
      view.mutable_drift()->set_is_large(true);
    }
    aggregator.AddRevision(view);
  }
}

}  // namespace

void FillSampleIngest(FakeAggregator& aggregator, FakeIngest& ingest) {
  FillSources(ingest);
  FillQuarantine(aggregator, ingest);
  FillDispute(aggregator);
  FillHistory(aggregator);
  v1::PossibleDuplicate pair;
  pair.set_tool_id("gannet");
  pair.set_other_tool_id("the-very-long-name");
  pair.set_likeness(0.71);
  pair.set_reason("Vendor and sizes are the same; only one has a stamp (2026-11).");
  aggregator.AddPossibleDuplicate(pair);
  v1::DecideIdentityRequest apart;
  apart.mutable_decision()->set_kind(v1::IdentityDecision::KEEP_APART);
  apart.mutable_decision()->set_tool_id("gannet");
  apart.mutable_decision()->set_other_tool_id("lantern-9b");
  apart.mutable_decision()->set_editor("anna");
  apart.mutable_decision()->set_reason("Two sizes, two cards.");
  apart.mutable_decision()->set_request_id("sample-1");
  aggregator.DecideIdentity(apart, absl::Seconds(1)).IgnoreError();
  v1::AggregatorStatus status = *aggregator.GetStatus({}, absl::Seconds(1));
  status.clear_queues();
  (*status.mutable_counts())["corrections.asking"] = 1;
  aggregator.SetSpend(status);
}

}  // namespace seaworthy
