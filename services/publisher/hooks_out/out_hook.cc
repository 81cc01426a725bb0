#include "services/publisher/hooks_out/out_hook.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/hash.h"

namespace seaworthy {
namespace {

using nlohmann::json;

json TimeValue(absl::Time time) {
  if (time == absl::InfinitePast() || time == absl::InfiniteFuture()) return nullptr;
  return absl::ToUnixMillis(time);
}

absl::Time TimeOr(const json& value, const char* name, absl::Time otherwise) {
  const auto it = value.find(name);
  if (it == value.end() || !it->is_number_integer()) return otherwise;
  return absl::FromUnixMillis(it->get<int64_t>());
}

absl::Status Unreadable() {
  return absl::DataLossError("a webhook in the people store cannot be read: restore its backup");
}

}  // namespace

bool OutHook::Wants(std::string_view type) const {
  return type == kHookPing || std::find(events.begin(), events.end(), type) != events.end();
}

std::string WrittenHook(const OutHook& hook) {
  return json{{"id", hook.id},
              {"url", hook.url},
              {"secret", hook.secret},
              {"description", hook.description},
              {"events", hook.events},
              {"disabled", hook.disabled},
              {"reason", hook.reason},
              {"created", TimeValue(hook.created)},
              {"failures", hook.failures},
              {"failing_since", TimeValue(hook.failing_since)},
              {"open_at", TimeValue(hook.open_at)},
              {"dead", hook.dead},
              {"last_status", hook.last_status},
              {"last_error", hook.last_error},
              {"last_time", TimeValue(hook.last_time)}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

absl::StatusOr<OutHook> ReadHook(std::string_view text) {
  try {
    const json value = json::parse(text);
    OutHook hook;
    value.at("id").get_to(hook.id);
    value.at("url").get_to(hook.url);
    value.at("secret").get_to(hook.secret);
    value.at("description").get_to(hook.description);
    value.at("events").get_to(hook.events);
    value.at("disabled").get_to(hook.disabled);
    value.at("reason").get_to(hook.reason);
    hook.created = TimeOr(value, "created", absl::UnixEpoch());
    value.at("failures").get_to(hook.failures);
    hook.failing_since = TimeOr(value, "failing_since", absl::InfiniteFuture());
    hook.open_at = TimeOr(value, "open_at", absl::InfinitePast());
    value.at("dead").get_to(hook.dead);
    value.at("last_status").get_to(hook.last_status);
    value.at("last_error").get_to(hook.last_error);
    hook.last_time = TimeOr(value, "last_time", absl::InfinitePast());
    return hook;
  } catch (const json::exception&) {
    return Unreadable();
  }
}

std::string WrittenEvent(const HookEvent& event) {
  return json{{"message_id", event.message_id},
              {"type", event.type},
              {"body", event.body},
              {"tries", event.tries},
              {"first_try", TimeValue(event.first_try)},
              {"next_try", TimeValue(event.next_try)}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

absl::StatusOr<HookEvent> ReadEvent(std::string_view key, std::string_view text) {
  try {
    const json value = json::parse(text);
    HookEvent event;
    event.key = std::string(key);
    value.at("message_id").get_to(event.message_id);
    value.at("type").get_to(event.type);
    value.at("body").get_to(event.body);
    value.at("tries").get_to(event.tries);
    event.first_try = TimeOr(value, "first_try", absl::InfiniteFuture());
    event.next_try = TimeOr(value, "next_try", absl::InfinitePast());
    return event;
  } catch (const json::exception&) {
    return Unreadable();
  }
}

std::string SignHook(const std::string& secret, const std::string& message_id, int64_t unix_seconds,
                     const std::string& body) {
  std::string key;
  if (!absl::Base64Unescape(absl::string_view(secret).substr(std::min<size_t>(6, secret.size())), &key))
    key = secret;
  return "v1," + absl::Base64Escape(HmacSha256(key, absl::StrCat(message_id, ".", unix_seconds, ".", body)));
}

absl::Duration HookBackoff(int failures) {
  static constexpr int kSeconds[] = {5, 30, 120, 600, 1800, 3600, 7200, 14'400, 28'800};
  const int last = static_cast<int>(std::size(kSeconds)) - 1;
  return absl::Seconds(kSeconds[std::clamp(failures - 1, 0, last)]);
}

}  // namespace seaworthy
