// What readers do about mail: ask for it, confirm, leave, erase.
#pragma once

#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "common/clock.h"
#include "services/publisher/access/router.h"
#include "services/publisher/edition/mail_room.h"

namespace seaworthy {

// The words somebody agrees to by subscribing.
inline constexpr char kConsent[] =
    "One mail a week: what was published, changed, corrected and how predictions came out. Nothing else, and "
    "nobody else gets the address.";

// Counts requests by block of addresses (IPv4 /24, IPv6 /48): at most 5 an
// hour, and so many blocks. Thread-safe.
class AddressBlocks {
 public:
  static constexpr int kAnHour = 5;
  static constexpr size_t kMaxBlocks = 10000;
  explicit AddressBlocks(Clock* clock) : clock_(clock) {}
  // Whether one more may pass; counts it.
  bool MayPass(const std::string& address);

 private:
  Clock* const clock_;
  absl::Mutex mutex_;
  int64_t hour_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, int> seen_ ABSL_GUARDED_BY(mutex_);
};

// Nothing a GET asks for changes anything. Thread-safe.
class SubscribePages {
 public:
  struct Options {
    MailRoom* room = nullptr;  // Not owned.
    Clock* clock = nullptr;    // Not owned.
    // The page `subscribe` of the site with this view.
    std::function<std::string(nlohmann::json view)> page;
    // Whether one of our own pages sent it.
    std::function<bool(const HttpRequest&)> from_our_pages;
    std::function<std::string(const HttpRequest&)> address_of;
  };
  explicit SubscribePages(Options options) : options_(std::move(options)), blocks_(options_.clock) {}

  std::vector<Route> Routes() const;

 private:
  HttpResponse ShowForm(const Call& call) const;
  HttpResponse Ask(const Call& call) const;
  HttpResponse ShowAsked(const Call& call) const;
  HttpResponse ShowConfirm(const Call& call) const;
  HttpResponse Confirm(const Call& call) const;
  HttpResponse ShowLeave(const Call& call) const;
  HttpResponse Leave(const Call& call) const;
  HttpResponse Erase(const Call& call) const;
  HttpResponse FormPage(int status, const std::string& problem) const;
  HttpResponse Said(int status, const std::string& title, const std::string& message) const;
  HttpResponse Page(int status, nlohmann::json view) const;
  HttpResponse Failed(const absl::Status& status) const;

  const Options options_;
  mutable AddressBlocks blocks_;
};

}  // namespace seaworthy
