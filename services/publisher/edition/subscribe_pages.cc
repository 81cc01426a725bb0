#include "services/publisher/edition/subscribe_pages.h"

#include <arpa/inet.h>

#include <array>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "services/publisher/http/failure_log.h"
#include "services/publisher/http/url_codec.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr size_t kMaxBody = 4 << 10;
constexpr absl::string_view kFormType = "application/x-www-form-urlencoded";

bool IsForm(const HttpRequest& request) {
  const std::string type(request.Header("Content-Type").value_or(""));
  return absl::StripAsciiWhitespace(type.substr(0, type.find(';'))) == kFormType;
}

// An IPv4 address's /24, an IPv6 address's /48; the text where it is neither.
std::string BlockOf(const std::string& address) {
  std::array<unsigned char, 16> bytes{};
  if (inet_pton(AF_INET, address.c_str(), bytes.data()) == 1) return {bytes.begin(), bytes.begin() + 3};
  if (inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return address;
  // An IPv4 address written as IPv6 is the IPv4 one.
  constexpr std::array<unsigned char, 12> kMapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};
  if (std::memcmp(bytes.data(), kMapped.data(), kMapped.size()) == 0) {
    return {bytes.begin() + 12, bytes.begin() + 15};
  }
  return {bytes.begin(), bytes.begin() + 6};
}

}  // namespace

bool AddressBlocks::MayPass(const std::string& address) {
  const int64_t hour = absl::ToUnixSeconds(clock_->Now()) / 3600;
  absl::MutexLock lock(&mutex_);
  if (hour != hour_) seen_.clear();
  hour_ = hour;
  const std::string block = BlockOf(address);
  if (seen_.size() >= kMaxBlocks && seen_.find(block) == seen_.end()) return false;
  return ++seen_[block] <= kAnHour;
}

HttpResponse SubscribePages::Page(int status, json view) const {
  for (const char* name : {"form", "problem", "address", "confirm", "leave", "erase", "lead"}) {
    if (!view.contains(name)) view[name] = "";
  }
  view["consent"] = kConsent;
  HttpResponse response = HtmlResponse(status, options_.page(std::move(view)));
  // Addresses hold tokens.
  response.SetHeader("Cache-Control", "no-store");
  response.SetHeader("Referrer-Policy", "no-referrer");
  return response;
}

HttpResponse SubscribePages::Said(int status, const std::string& title, const std::string& message) const {
  return Page(status, {{"title", title}, {"lead", message}});
}

HttpResponse SubscribePages::FormPage(int status, const std::string& problem) const {
  return Page(status, {{"title", "The week by mail"}, {"form", true}, {"problem", problem}});
}

HttpResponse SubscribePages::Failed(const absl::Status& status) const {
  if (absl::IsNotFound(status)) {
    return Said(404, "This link is nobody’s",
                "It belongs to no subscriber: it is not complete, or the address was erased. Nothing is "
                "sent to an address that was erased.");
  }
  if (absl::IsDeadlineExceeded(status)) {
    return Said(410, "This link has ended",
                "It worked for 48 hours. Ask for the edition again to get another.");
  }
  LogFailure("/subscribe", status);
  return Said(503, "That cannot be done just now", "Nothing was changed. Try again in a minute.");
}

HttpResponse SubscribePages::ShowForm(const Call& /*call*/) const {
  if (!options_.room->enabled()) {
    return Said(404, "No mail is sent from here", "This site is not set up to send mail.");
  }
  return FormPage(200, "");
}

HttpResponse SubscribePages::Ask(const Call& call) const {
  if (!options_.room->enabled()) return ShowForm(call);
  if (!options_.from_our_pages(call.request)) {
    return FormPage(403, "That form did not come from this site. Use the one below.");
  }
  if (!IsForm(call.request)) return FormPage(415, "That is no form of this site. Use the one below.");
  const auto form = ParseForm(call.request.body);
  const auto address = form.ok() ? form->find("address") : FormFields::const_iterator();
  if (!form.ok() || address == form->end()) return FormPage(400, "Enter an address.");
  if (!blocks_.MayPass(options_.address_of(call.request))) {
    HttpResponse response =
        FormPage(429, "Too many requests came from your network within the hour. Try again later.");
    response.SetHeader("Retry-After", "3600");
    return response;
  }
  const absl::Status asked = options_.room->subscribers().Ask(address->second, kConsent);
  if (absl::IsInvalidArgument(asked)) {
    return FormPage(400,
                    absl::StrCat("That is no mail address we can write to: ", std::string(asked.message())));
  }
  if (absl::IsResourceExhausted(asked)) return FormPage(503, std::string(asked.message()));
  if (!asked.ok()) return Failed(asked);
  return Redirect(303, "/subscribe/asked");
}

HttpResponse SubscribePages::ShowAsked(const Call& /*call*/) const {
  return Said(200, "Look into your inbox",
              "If a mail can go to that address, one is on its way with a link. The edition comes once you "
              "have followed it and pressed the button there; the link works for 48 hours. At most one "
              "such mail goes to an address a day, and three ever.");
}

HttpResponse SubscribePages::ShowConfirm(const Call& call) const {
  const auto found = options_.room->subscribers().FindByConfirmToken(call.Path("token"));
  if (!found.ok()) return Failed(found.status());
  if (found->state() == v1::Subscriber::CONFIRMED) {
    return Said(200, "You get the edition", "Your address is confirmed already. There is nothing to do.");
  }
  if (found->state() != v1::Subscriber::PENDING) {
    return Said(410, "This link has ended", "You have left since. Ask for the edition again if you want it.");
  }
  return Page(200, {{"title", "One press and you get it"},
                    {"lead", std::string("Press the button to get the edition at ") + found->address() + "."},
                    {"confirm", absl::StrCat("/subscribe/confirm/", PercentEncode(call.Path("token")))}});
}

HttpResponse SubscribePages::Confirm(const Call& call) const {
  Subscribers& subscribers = options_.room->subscribers();
  const auto found = subscribers.FindByConfirmToken(call.Path("token"));
  if (!found.ok()) return Failed(found.status());
  const absl::Status confirmed = subscribers.Confirm(found->subscriber_id());
  if (!confirmed.ok()) return Failed(confirmed);
  const auto now = subscribers.Get(found->subscriber_id());
  if (!now.ok() || now->state() != v1::Subscriber::CONFIRMED) return ShowConfirm(call);
  return Said(200, "You get the edition",
              "It comes once a week, when an editor has approved it. Every mail has a link to leave.");
}

HttpResponse SubscribePages::ShowLeave(const Call& call) const {
  const auto found = options_.room->subscribers().FindByLeaveToken(call.Path("token"));
  if (!found.ok()) return Failed(found.status());
  const std::string path = absl::StrCat("/unsubscribe/", PercentEncode(call.Path("token")));
  const bool left = found->state() == v1::Subscriber::UNSUBSCRIBED;
  return Page(200, {{"title", left ? "You have left" : "Leave the edition"},
                    {"lead", left ? std::string("Nothing is sent to ") + found->address() + " any more."
                                  : std::string("Nothing more goes to ") + found->address() +
                                        " once you press the button."},
                    {"leave", left ? "" : path},
                    {"erase", path + "/erase"}});
}

HttpResponse SubscribePages::Leave(const Call& call) const {
  Subscribers& subscribers = options_.room->subscribers();
  const auto found = subscribers.FindByLeaveToken(call.Path("token"));
  if (!found.ok()) return Failed(found.status());
  const absl::Status left = subscribers.Leave(found->subscriber_id());
  return left.ok() ? ShowLeave(call) : Failed(left);
}

HttpResponse SubscribePages::Erase(const Call& call) const {
  Subscribers& subscribers = options_.room->subscribers();
  const auto found = subscribers.FindByLeaveToken(call.Path("token"));
  if (!found.ok()) return Failed(found.status());
  const absl::Status erased = subscribers.Erase(found->subscriber_id());
  if (!erased.ok()) return Failed(erased);
  return Said(200, "Your address is erased",
              "What stays is a keyed hash that cannot be turned back into it, so that nobody can have mails "
              "sent to it without end.");
}

std::vector<Route> SubscribePages::Routes() const {
  const auto route = [this](const char* method, const char* path,
                            HttpResponse (SubscribePages::*handler)(const Call&) const) {
    return Route{.method = method,
                 .pattern = path,
                 .access = Access::kAnyone,
                 .max_body = kMaxBody,
                 .handler = [this, handler](const Call& call) { return (this->*handler)(call); }};
  };
  return {route("GET", "/subscribe", &SubscribePages::ShowForm),
          route("POST", "/subscribe", &SubscribePages::Ask),
          route("GET", "/subscribe/asked", &SubscribePages::ShowAsked),
          route("GET", "/subscribe/confirm/{token}", &SubscribePages::ShowConfirm),
          route("POST", "/subscribe/confirm/{token}", &SubscribePages::Confirm),
          route("GET", "/unsubscribe/{token}", &SubscribePages::ShowLeave),
          // RFC 8058: no cookie, no redirect, whatever the body.
          route("POST", "/unsubscribe/{token}", &SubscribePages::Leave),
          route("POST", "/unsubscribe/{token}/erase", &SubscribePages::Erase)};
}

}  // namespace seaworthy
