// The desk: where an editor sees drafts, checks claims and decides.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "common/clients.h"
#include "services/publisher/access/access.h"
#include "services/publisher/access/router.h"
#include "services/publisher/desk/desk_corrections.h"
#include "services/publisher/desk/desk_events.h"
#include "services/publisher/desk/desk_frame.h"
#include "services/publisher/desk/desk_identity.h"
#include "services/publisher/desk/desk_machinery.h"
#include "services/publisher/desk/desk_quarantine.h"
#include "services/publisher/desk/desk_queue.h"
#include "services/publisher/desk/desk_sources.h"
#include "services/publisher/desk/desk_tools.h"
#include "services/publisher/pages/published.h"
#include "services/publisher/pages/template_set.h"
#include "services/publisher/site/site.h"

namespace seaworthy {

// Every page and form of /desk. Thread-safe.
class Desk {
 public:
  struct Options {
    AggregatorClient* aggregator = nullptr;  // Not owned.
    IngestClient* ingest = nullptr;          // Not owned; may be null.
    ReviewerClient* reviewer = nullptr;      // Not owned; may be null.
    Published* published = nullptr;          // Not owned.
    const Site* site = nullptr;              // Not owned.
    const TemplateSet* templates = nullptr;  // Not owned.
    DeskSessions* sessions = nullptr;        // Not owned.
    const AccessGate* gate = nullptr;        // Not owned.
    Clock* clock = nullptr;                  // Not owned.
    std::vector<v1::Persona> personas;
    std::string endpoint;
    double budget_usd_per_day = 0;  // 0: none.
    std::string version;
    std::function<std::string()> base_url;  // How this server is reached.
  };

  explicit Desk(Options options)
      : options_(std::move(options)),
        frame_(options_.templates),
        queue_({options_.aggregator, options_.ingest, options_.reviewer, options_.templates}),
        corrections_({options_.aggregator, options_.templates, options_.personas}),
        machinery_({options_.aggregator, options_.templates, options_.clock, options_.personas}),
        sources_({options_.aggregator, options_.ingest, options_.templates}),
        quarantine_({options_.aggregator, options_.ingest, options_.templates}),
        tools_({options_.aggregator, options_.templates, options_.personas}),
        identity_({options_.aggregator, options_.templates, options_.personas}),
        events_(std::make_unique<DeskEvents>(Events())) {}

  std::vector<Route> Routes() const;

 private:
  HttpResponse ShowPublished(const Call& call) const;
  HttpResponse ShowAnnouncements(const Call& call) const;
  HttpResponse SubmitAnnouncement(const Call& call) const;
  HttpResponse RequestComparison(const Call& call) const;
  HttpResponse ShowComparison(const Call& call) const;
  // What the newest revision of each tool changed, where it changed anything.
  nlohmann::json Drifts(const v1::Comparison& comparison) const;
  // What was public of it, newest first.
  nlohmann::json PublicationRows(const v1::Comparison& comparison) const;
  // Checklist, conflicts, facts, rounds, publications and decisions.
  void AddEditorial(const v1::ComparisonView& found, nlohmann::json& view) const;
  // Who is on it.
  void AddAssignment(const v1::Comparison& comparison, const std::string& editor, nlohmann::json& view) const;
  HttpResponse ShowPreview(const Call& call) const;
  HttpResponse Decide(const Call& call) const;
  HttpResponse Amend(const Call& call) const;
  HttpResponse AskAgain(const Call& call) const;
  HttpResponse SetEmbargo(const Call& call) const;
  HttpResponse ShowPanel(const Call& call) const;
  HttpResponse ShowStatus(const Call& call) const;

  // What every desk page needs; `section` is the navigation's current entry.
  nlohmann::json Frame(const Call& call, const std::string& section, const std::string& title) const;
  nlohmann::json AnnouncementRows(v1::Announcement::State state) const;
  // A tool an announcement told of: its `id`, and the `failures` of its panel.
  nlohmann::json AnnouncedTool(const std::string& tool_id) const;
  HttpResponse Page(const char* name, const nlohmann::json& view) const;
  HttpResponse Message(int status, const std::string& title, const std::string& message,
                       const std::string& back_url, const std::string& back_label) const;
  HttpResponse Failed(const absl::Status& status, const std::string& what) const;
  // A decision that was refused: why, and what is so now.
  HttpResponse NotDecided(const Call& call, const absl::Status& status) const;
  DeskEvents::Options Events() const;

  const Options options_;
  const DeskFrame frame_;
  const DeskQueue queue_;
  const DeskCorrections corrections_;
  const DeskMachinery machinery_;
  const DeskSources sources_;
  const DeskQuarantine quarantine_;
  const DeskTools tools_;
  const DeskIdentity identity_;
  const std::unique_ptr<DeskEvents> events_;
};

}  // namespace seaworthy
