// The desk's pages about the edition: drafts, decisions, what became of mails.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "common/clients.h"
#include "services/publisher/access/router.h"
#include "services/publisher/desk/desk_frame.h"
#include "services/publisher/edition/mail_room.h"
#include "services/publisher/pages/template_set.h"

namespace seaworthy {

// Thread-safe.
class DeskEdition {
 public:
  struct Options {
    AggregatorClient* aggregator = nullptr;  // Not owned.
    MailRoom* room = nullptr;                // Not owned.
    const TemplateSet* templates = nullptr;  // Not owned.
    std::function<void()> approved;          // An edition is out.
  };
  explicit DeskEdition(Options options) : options_(std::move(options)), frame_(options_.templates) {}

  std::vector<Route> Routes() const;

 private:
  HttpResponse ShowList(const Call& call) const;
  HttpResponse ShowEdition(const Call& call) const;
  HttpResponse Decide(const Call& call) const;
  HttpResponse ResolveMail(const Call& call) const;
  HttpResponse ShowAddress(const Call& call) const;
  HttpResponse EraseAddress(const Call& call) const;
  // Mails an editor has to look at.
  nlohmann::json Doubtful() const;
  nlohmann::json MailRow(const v1::MailEntry& entry) const;
  nlohmann::json Sending(const std::string& edition) const;

  const Options options_;
  const DeskFrame frame_;
};

}  // namespace seaworthy
