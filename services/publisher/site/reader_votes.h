// Takes readers' votes: who votes is told by a signed cookie and by hashes of
// address and network; docs/site.md says what is asked of a request.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "common/clients.h"
#include "common/clock.h"
#include "services/publisher/access/router.h"

namespace seaworthy {

class PeopleStore;

// The network of an address: an IPv4 address's /24, an IPv6 address's /48, as
// text; the text itself where it is no address. `host` gives /32 and /64.
std::string NetworkOf(const std::string& address, bool host);
// The address a vote goes back to: a comparison's or a tool's page, else `/`.
std::string SafeBack(const std::string& back);

// Thread-safe. A vote is answered once the aggregator has it on disk.
class ReaderVotes {
 public:
  static constexpr int kPostsAMinute = 20;
  static constexpr size_t kMaxNetworks = 20000;

  struct Options {
    AggregatorClient* aggregator = nullptr;  // Not owned.
    const Clock* clock = nullptr;            // Not owned.
    std::string key;                         // 32 bytes that never leave the publisher.
    bool https = false;
    // Whether one of our own pages sent it.
    std::function<bool(const HttpRequest&)> from_our_pages;
    std::function<std::string(const HttpRequest&)> address_of;
    // A page of the template `voted`.
    std::function<std::string(nlohmann::json view)> page;
  };
  explicit ReaderVotes(Options options) : options_(std::move(options)) {}

  // The key, made at the first start and kept since. Errors: the store's.
  static absl::StatusOr<std::string> KeyOf(PeopleStore& people);

  HttpResponse Cast(const HttpRequest& request) const;
  std::vector<Route> Routes() const;

 private:
  struct Minute {
    int64_t minute = 0;
    int posts = 0;
  };
  std::string CookieName() const;
  std::string Hash(const std::string& purpose, const std::string& text) const;
  // The voter a cookie names, if we signed it.
  std::optional<std::string> VoterOf(const HttpRequest& request) const;
  std::string SignedCookie(const std::string& voter) const;
  bool MayPost(const std::string& network) const;
  HttpResponse Answer(int status, const std::string& title, const std::string& message,
                      const std::string& back) const;
  HttpResponse Counted(const v1::VoteTally& tally, bool ship, const std::string& back,
                       const std::string& voter) const;

  const Options options_;
  mutable absl::Mutex mutex_;
  mutable std::map<std::string, Minute> posts_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace seaworthy
