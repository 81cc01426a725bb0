#include "services/publisher/site/reader_votes.h"

#include <arpa/inet.h>

#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/error_codes.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "services/publisher/http/failure_log.h"
#include "services/publisher/http/url_codec.h"
#include "services/publisher/pages/tally_view.h"
#include "services/publisher/people/people_store.h"

namespace seaworthy {
namespace {

constexpr size_t kIdBytes = 16;
constexpr size_t kMaxBack = 300;
constexpr size_t kKeyBytes = 32;
constexpr char kKeyName[] = "vote_key";
constexpr char kYear[] = "31536000";
constexpr absl::string_view kFormType = "application/x-www-form-urlencoded";

std::string Bits(const void* bytes, size_t kept, size_t all) {
  std::string out(static_cast<const char*>(bytes), all);
  std::memset(out.data() + kept, 0, all - kept);
  return absl::BytesToHexString(out);
}

bool IsForm(const HttpRequest& request) {
  const std::string type(request.Header("Content-Type").value_or(""));
  return absl::StripAsciiWhitespace(type.substr(0, type.find(';'))) == kFormType;
}

}  // namespace

std::string NetworkOf(const std::string& address, bool host) {
  std::array<unsigned char, 4> four{};
  std::array<unsigned char, 16> six{};
  if (inet_pton(AF_INET, address.c_str(), four.data()) == 1) return Bits(four.data(), host ? 4 : 3, 4);
  if (inet_pton(AF_INET6, address.c_str(), six.data()) != 1) return address;
  // An IPv4 address written as IPv6 is the IPv4 one.
  constexpr unsigned char kMapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::memcmp(six.data(), kMapped, sizeof(kMapped)) == 0) return Bits(six.data() + 12, host ? 4 : 3, 4);
  return Bits(six.data(), host ? 8 : 6, 16);
}

std::string SafeBack(const std::string& back) {
  if (back.size() > kMaxBack ||
      (!absl::StartsWith(back, "/compare/") && !absl::StartsWith(back, "/tools/"))) {
    return "/";
  }
  const auto segments = SplitPath(back);
  if (!segments.ok() || segments->size() != 2) return "/";
  for (const char c : (*segments)[1]) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c)) && c != '-') return "/";
  }
  return back;
}

absl::StatusOr<std::string> ReaderVotes::KeyOf(PeopleStore& people) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto kept, people.Get(Family::kSettings, kKeyName));
  if (kept.has_value() && !kept->empty()) return *std::move(kept);
  std::string key = RandomHex(kKeyBytes);
  SEAWORTHY_RETURN_IF_ERROR(people.Put(Family::kSettings, kKeyName, key));
  return key;
}

std::string ReaderVotes::CookieName() const {
  return options_.https ? "__Host-seaworthy_voter" : "seaworthy_voter";
}

std::string ReaderVotes::Hash(const std::string& purpose, const std::string& text) const {
  const std::string mac = HmacSha256(options_.key, absl::StrCat(purpose, "\n", text));
  return absl::BytesToHexString(mac.substr(0, kIdBytes));
}

std::optional<std::string> ReaderVotes::VoterOf(const HttpRequest& request) const {
  const auto cookie = request.Cookie(CookieName());
  if (!cookie.has_value() || cookie->size() != 4 * kIdBytes + 1) return std::nullopt;
  const std::string voter = cookie->substr(0, 2 * kIdBytes);
  if (!SecretEquals(*cookie, SignedCookie(voter))) return std::nullopt;
  return voter;
}

std::string ReaderVotes::SignedCookie(const std::string& voter) const {
  return absl::StrCat(voter, ".", Hash("cookie", voter));
}

bool ReaderVotes::MayPost(const std::string& network) const {
  const int64_t minute = absl::ToUnixSeconds(options_.clock->Now()) / 60;
  absl::MutexLock lock(&mutex_);
  if (posts_.size() >= kMaxNetworks) {
    std::erase_if(posts_, [minute](const auto& entry) { return entry.second.minute != minute; });
    if (posts_.size() >= kMaxNetworks) return false;
  }
  Minute& count = posts_[network];
  if (count.minute != minute) count = {minute, 0};
  return ++count.posts <= kPostsAMinute;
}

HttpResponse ReaderVotes::Answer(int status, const std::string& title, const std::string& message,
                                 const std::string& back) const {
  return HtmlResponse(status, options_.page({{"title", title},
                                             {"message", message},
                                             {"bad", true},
                                             {"name", ""},
                                             {"figure", ""},
                                             {"note", ""},
                                             {"discarded", ""},
                                             {"back", back}}));
}

HttpResponse ReaderVotes::Counted(const v1::VoteTally& tally, bool ship, const std::string& back,
                                  const std::string& voter) const {
  const nlohmann::json said = TallyView(tally, true);
  HttpResponse response = HtmlResponse(
      200, options_.page({{"title", "Thank you"},
                          {"message", ship ? "Your vote has come in: ship. Voting again replaces it."
                                           : "Your vote has come in: skip. Voting again replaces it."},
                          {"bad", false},
                          {"name", "Readers so far"},
                          {"figure", said["percent"]},
                          {"note", said["note"]},
                          {"discarded", said["discarded"]},
                          {"back", back}}));
  response.headers.emplace_back(
      "Set-Cookie", absl::StrCat(CookieName(), "=", SignedCookie(voter), "; Path=/; HttpOnly; SameSite=Lax",
                                 options_.https ? "; Secure" : "", "; Max-Age=", kYear));
  return response;
}

HttpResponse ReaderVotes::Cast(const HttpRequest& request) const {
  if (!options_.from_our_pages(request)) {
    return Answer(403, "That vote came from elsewhere",
                  "The browser names another site as its origin, or none. Vote on the page itself.", "/");
  }
  const std::string address = options_.address_of(request);
  const std::string network = NetworkOf(address, false);
  if (!MayPost(network)) {
    HttpResponse response = Answer(429, "Too many votes at once",
                                   "More votes came from your network than are read in a minute. Yours was "
                                   "not counted; try again in a minute.",
                                   "/");
    response.SetHeader("Retry-After", "60");
    return response;
  }
  const auto form = IsForm(request) ? ParseForm(request.body) : absl::InvalidArgumentError("no form");
  const auto field = [&form](const std::string& name) {
    const auto it = form->find(name);
    return it == form->end() ? std::string() : it->second;
  };
  if (!form.ok() || field("tool").empty() || (field("vote") != "ship" && field("vote") != "skip")) {
    return Answer(400, "That is no vote",
                  "A vote names a tool and says ship or skip. Vote on the page itself.", "/");
  }
  const std::string back = SafeBack(field("back"));
  const std::string voter = VoterOf(request).value_or(RandomHex(kIdBytes));
  const bool ship = field("vote") == "ship";
  v1::CastVoteRequest cast;
  v1::CommunityVote& vote = *cast.mutable_vote();
  vote.set_tool_id(field("tool"));
  vote.set_vote(ship ? v1::SHIP : v1::SKIP);
  vote.set_voter(Hash("voter", voter));
  vote.set_address(Hash("address", absl::StrCat(NetworkOf(address, true), "\n", field("tool"))));
  vote.set_network(Hash("network", absl::StrCat(network, "\n", field("tool"))));
  const auto tally = options_.aggregator->CastVote(cast);
  if (tally.ok()) return Counted(*tally, ship, back, voter);
  if (absl::IsNotFound(tally.status()) || absl::IsInvalidArgument(tally.status())) {
    return Answer(404, "That tool is not published",
                  "No published comparison holds it, so it takes no votes.", "/");
  }
  LogFailure("/vote", tally.status());
  return Answer(503, "Your vote was not counted",
                "Something behind the site is not answering. Try again in a minute.", back);
}

std::vector<Route> ReaderVotes::Routes() const {
  return {{.method = "POST",
           .pattern = "/vote",
           .access = Access::kAnyone,
           .max_body = 4 << 10,
           .handler = [this](const Call& call) { return Cast(call.request); }}};
}

}  // namespace seaworthy
