// The desk's pages on accounts, one's own and everybody's, and the audit log.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "services/publisher/access/access.h"
#include "services/publisher/access/router.h"
#include "services/publisher/desk/desk_frame.h"
#include "services/publisher/people/people.h"

namespace seaworthy {

// Thread-safe.
class AccountPages {
 public:
  struct Options {
    People* people = nullptr;  // None is owned.
    DeskSessions* sessions = nullptr;
    const AccessGate* gate = nullptr;
    const TemplateSet* templates = nullptr;
    Clock* clock = nullptr;
    std::function<std::string()> base_url;
  };
  explicit AccountPages(Options options) : options_(std::move(options)), frame_(options_.templates) {}

  std::vector<Route> Routes() const;

 private:
  HttpResponse ShowOwn(const Call& call) const;
  HttpResponse SetPassword(const Call& call) const;
  // Whether the session began a moment ago without a password.
  bool Fresh(const Call& call) const;
  // Whether the form shows who sends it: by the password there is, or by a
  // sign-in without one a moment ago.
  absl::Status CheckCurrent(const Call& call, const Account& account) const;
  HttpResponse EndSessions(const Call& call) const;
  HttpResponse ShowAll(const Call& call) const;
  HttpResponse Add(const Call& call) const;
  HttpResponse Act(const Call& call) const;
  absl::Status Apply(const Call& call, const std::string& name) const;
  // The page of all accounts, with a new link for one of them.
  HttpResponse WithLink(const Call& call, const std::string& name) const;
  HttpResponse ShowAudit(const Call& call) const;
  HttpResponse ExportAudit(const Call& call) const;

  // The frame of a page, with the tabs of what is about accounts.
  nlohmann::json View(const Call& call, const std::string& section, const std::string& title) const;
  nlohmann::json AccountRows(const Call& call) const;
  ChangedBy ByOf(const Call& call) const;
  HttpResponse Failed(const absl::Status& status, const std::string& what, const std::string& back) const;

  const Options options_;
  const DeskFrame frame_;
};

}  // namespace seaworthy
