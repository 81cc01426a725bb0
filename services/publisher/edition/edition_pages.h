// The archive of editions, and what comes back by mail.
#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "common/clients.h"
#include "services/publisher/access/router.h"
#include "services/publisher/edition/mail_room.h"

namespace seaworthy {

// Approved editions only. Thread-safe.
class EditionPages {
 public:
  struct Options {
    AggregatorClient* aggregator = nullptr;  // Not owned.
    MailRoom* room = nullptr;                // Not owned.
    // A template of the site at this path, with this title and description.
    std::function<std::string(const std::string& name, const std::string& path, nlohmann::json view)> page;
    std::function<std::string(int status)> error_page;
  };
  explicit EditionPages(Options options) : options_(std::move(options)) {}

  std::vector<Route> Routes() const;

 private:
  HttpResponse ShowList(const Call& call) const;
  HttpResponse ShowEdition(const Call& call) const;
  HttpResponse TakeBounce(const Call& call) const;
  HttpResponse Failed(const std::string& path, const absl::Status& status) const;

  const Options options_;
};

}  // namespace seaworthy
