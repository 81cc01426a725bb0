#include "services/publisher/hooks_out/hook_book.h"

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "common/timestamps.h"
#include "services/publisher/http/url_codec.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr char kCursorKey[] = "cursor";
constexpr char kHookPrefix[] = "hook/";
constexpr char kSeenPrefix[] = "seen/";
constexpr char kEditionsKey[] = "editions";
constexpr char kToldPrefix[] = "told/";
constexpr size_t kMaxUrlBytes = 2000;
constexpr size_t kMaxDescription = 200;
constexpr size_t kMaxErrorBytes = 300;

std::string EventPrefix(const std::string& hook_id) { return absl::StrCat("event/", hook_id, "/"); }
std::string HookKey(const std::string& id) { return kHookPrefix + id; }

std::string TimeText(absl::Time time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", time, absl::UTCTimeZone());
}

json ToolJson(const v1::PublishedToolSummary& tool) {
  const auto ships = std::count_if(tool.votes().begin(), tool.votes().end(),
                                   [](const v1::PersonaVote& vote) { return vote.vote() == v1::SHIP; });
  return {{"id", tool.tool_id()}, {"name", tool.name()}, {"ship", ships}, {"total", tool.votes_size()}};
}

// What tells one public state of a comparison from another.
std::string StateOf(const v1::PublishedChange& change) {
  if (!change.has_summary()) return "withdrawn";
  return absl::StrCat(change.summary().content_hash(), " ", change.summary().correct_time().seconds(), ".",
                      change.summary().correct_time().nanos());
}

std::string Corrected(const std::string& state) { return state.substr(state.find(' ') + 1); }

absl::Status CheckEvents(const std::vector<std::string>& events) {
  for (const std::string& event : events) {
    if (std::find(std::begin(kHookEvents), std::end(kHookEvents), event) != std::end(kHookEvents)) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("there is no event `", event, "`; there are ", absl::StrJoin(kHookEvents, ", ")));
  }
  return absl::OkStatus();
}

absl::Status NoHook(const std::string& id) {
  return absl::NotFoundError(absl::StrCat("there is no webhook `", id, "`; GET /api/v1/webhooks lists them"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<HookBook>> HookBook::Open(const Options& options) {
  auto book = std::unique_ptr<HookBook>(new HookBook(options));
  SEAWORTHY_RETURN_IF_ERROR(book->Load());
  return book;
}

absl::Status HookBook::Load() {
  absl::MutexLock lock(&mutex_);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto cursor, options_.store->Get(Family::kHooksOut, kCursorKey));
  if (cursor.has_value() && !absl::SimpleAtoi(*cursor, &cursor_)) {
    return absl::DataLossError("the webhooks' place in the people store cannot be read: restore its backup");
  }
  return LoadHooks();
}

absl::Status HookBook::LoadHooks() {
  absl::Status read;
  std::map<std::string, Entry> found;
  SEAWORTHY_RETURN_IF_ERROR(
      options_.store->Scan(Family::kHooksOut, kHookPrefix, "", [&](std::string_view, std::string_view value) {
        auto hook = ReadHook(value);
        read = hook.status();
        if (read.ok()) found[hook->id].hook = *hook;
        return read.ok();
      }));
  SEAWORTHY_RETURN_IF_ERROR(read);
  hooks_ = std::move(found);
  for (auto& [id, entry] : hooks_) {
    const std::string prefix = EventPrefix(id);
    auto& waiting = entry.waiting;
    SEAWORTHY_RETURN_IF_ERROR(options_.store->Scan(
        Family::kHooksOut, prefix, "", [&](std::string_view key, std::string_view value) {
          const auto event = ReadEvent(key.substr(prefix.size()), value);
          read = event.status();
          if (read.ok()) waiting[event->key] = {event->tries, event->next_try};
          return read.ok();
        }));
    SEAWORTHY_RETURN_IF_ERROR(read);
  }
  return absl::OkStatus();
}

absl::StatusOr<OutHook> HookBook::Add(const std::string& url, std::vector<std::string> events,
                                      const std::string& description) {
  if (url.size() > kMaxUrlBytes || !SafeHttpUrl(url).has_value()) {
    return absl::InvalidArgumentError(absl::StrCat("`url` must be an http or https URL of at most ",
                                                   kMaxUrlBytes, " bytes, without a user name"));
  }
  SEAWORTHY_RETURN_IF_ERROR(CheckEvents(events));
  if (description.size() > kMaxDescription) {
    return absl::InvalidArgumentError(
        absl::StrCat("`description` is longer than ", kMaxDescription, " bytes"));
  }
  OutHook hook;
  hook.id = absl::StrCat("wh-", RandomHex(8));
  hook.url = url;
  hook.secret = absl::StrCat("whsec_", absl::Base64Escape(absl::HexStringToBytes(RandomHex(32))));
  hook.description = description;
  hook.events = events.empty() ? std::vector<std::string>(std::begin(kHookEvents), std::end(kHookEvents))
                               : std::move(events);
  hook.created = options_.clock->Now();
  absl::MutexLock lock(&mutex_);
  if (hooks_.size() >= kMaxHooks) {
    return absl::ResourceExhaustedError(
        absl::StrCat("there are ", kMaxHooks, " webhooks; delete one that is not needed"));
  }
  SEAWORTHY_RETURN_IF_ERROR(options_.store->Put(Family::kHooksOut, HookKey(hook.id), WrittenHook(hook)));
  hooks_[hook.id].hook = hook;
  return hook;
}

std::vector<HookBook::Listed> HookBook::List() const {
  absl::MutexLock lock(&mutex_);
  std::vector<Listed> list;
  list.reserve(hooks_.size());
  for (const auto& [id, entry] : hooks_) list.push_back({entry.hook, entry.waiting.size()});
  return list;
}

absl::StatusOr<HookBook::Listed> HookBook::Get(const std::string& id) const {
  absl::MutexLock lock(&mutex_);
  const auto found = hooks_.find(id);
  if (found == hooks_.end()) return NoHook(id);
  return Listed{found->second.hook, found->second.waiting.size()};
}

absl::Status HookBook::Remove(const std::string& id) {
  absl::MutexLock lock(&mutex_);
  const auto found = hooks_.find(id);
  if (found == hooks_.end()) return NoHook(id);
  PeopleBatch batch;
  batch.Delete(Family::kHooksOut, HookKey(id));
  for (const auto& [key, place] : found->second.waiting) {
    batch.Delete(Family::kHooksOut, EventPrefix(id) + key);
  }
  SEAWORTHY_RETURN_IF_ERROR(options_.store->Write(batch));
  hooks_.erase(found);
  return absl::OkStatus();
}

absl::Status HookBook::Enable(const std::string& id) {
  absl::MutexLock lock(&mutex_);
  const auto found = hooks_.find(id);
  if (found == hooks_.end()) return NoHook(id);
  OutHook hook = found->second.hook;
  hook.disabled = false;
  hook.reason.clear();
  hook.failures = 0;
  hook.failing_since = absl::InfiniteFuture();
  hook.open_at = absl::InfinitePast();
  SEAWORTHY_RETURN_IF_ERROR(options_.store->Put(Family::kHooksOut, HookKey(id), WrittenHook(hook)));
  found->second.hook = std::move(hook);
  for (auto& [key, place] : found->second.waiting) place.next_try = absl::InfinitePast();
  return absl::OkStatus();
}

absl::Status HookBook::Ping(const std::string& id) {
  absl::MutexLock lock(&mutex_);
  const auto found = hooks_.find(id);
  if (found == hooks_.end()) return NoHook(id);
  if (found->second.hook.disabled) {
    return absl::FailedPreconditionError("the webhook is disabled: enable it first");
  }
  if (found->second.waiting.size() >= kMaxWaiting) {
    return absl::FailedPreconditionError("too many events wait for this webhook");
  }
  HookEvent event;
  event.message_id = absl::StrCat("msg_", RandomHex(16));
  event.key = "ping/" + event.message_id;
  event.type = kHookPing;
  event.body =
      json{{"type", kHookPing}, {"timestamp", TimeText(options_.clock->Now())}, {"data", {{"webhook", id}}}}
          .dump();
  SEAWORTHY_RETURN_IF_ERROR(
      options_.store->Put(Family::kHooksOut, EventPrefix(id) + event.key, WrittenEvent(event)));
  found->second.waiting[event.key] = {};
  return absl::OkStatus();
}

uint64_t HookBook::cursor() const {
  absl::MutexLock lock(&mutex_);
  return cursor_;
}

absl::StatusOr<std::string> HookBook::TypeOf(const v1::PublishedChange& change, PeopleBatch& batch,
                                             std::map<std::string, std::string>& seen) const {
  const std::string key = kSeenPrefix + change.comparison_id();
  auto known = seen.find(key);
  if (known == seen.end()) {
    SEAWORTHY_ASSIGN_OR_RETURN(const auto stored, options_.store->Get(Family::kHooksOut, key));
    known = seen.emplace(key, stored.value_or("withdrawn")).first;
  }
  const std::string before = std::exchange(known->second, StateOf(change));
  const std::string& now = known->second;
  if (before == now) return std::string();
  batch.Put(Family::kHooksOut, key, now);
  if (now == "withdrawn") return std::string("comparison.withdrawn");
  if (before == "withdrawn") return std::string("comparison.published");
  const bool corrected = change.summary().has_correct_time() && Corrected(before) != Corrected(now);
  return std::string(corrected ? "comparison.corrected" : "comparison.changed");
}

HookEvent HookBook::EventOf(const v1::PublishedChange& change, const std::string& type,
                            const std::string& base_url) const {
  const bool is_public = change.has_summary();
  json tools = json::array();
  if (is_public) tools = {ToolJson(change.summary().a()), ToolJson(change.summary().b())};
  HookEvent event;
  event.key = absl::StrCat(absl::StrFormat("%020d", change.sequence()), "/", change.comparison_id());
  // The same event has the same id, whenever it is made.
  event.message_id =
      "msg_" + Sha256Hex(absl::StrCat(change.comparison_id(), "/", change.sequence())).substr(0, 32);
  event.type = type;
  event.body = json{
      {"type", type},
      {"timestamp", TimeText(options_.clock->Now())},
      {"data",
       {{"comparison", change.comparison_id()},
        {"url", absl::StrCat(base_url, "/compare/", change.comparison_id())},
        {"content_hash", is_public ? json(change.summary().content_hash()) : json(nullptr)},
        {"sequence", change.sequence()},
        {"tools",
         tools}}}}.dump(-1, ' ', false, json::error_handler_t::replace);
  return event;
}

HookEvent HookBook::EventOf(const v1::Edition& edition, const std::string& base_url) const {
  HookEvent event;
  event.key = absl::StrCat("edition/", edition.edition_id());
  event.message_id = "msg_" + Sha256Hex(event.key).substr(0, 32);
  event.type = "edition.published";
  event.body = json{{"type", event.type},
                    {"timestamp", TimeText(options_.clock->Now())},
                    {"data",
                     {{"edition", edition.edition_id()},
                      {"url", absl::StrCat(base_url, "/editions/", edition.edition_id())},
                      {"title", edition.title()},
                      {"content_hash", edition.content_hash()},
                      {"items", edition.items_size()}}}}
                   .dump(-1, ' ', false, json::error_handler_t::replace);
  return event;
}

void HookBook::Offer(const HookEvent& event, Taken& taken) const {
  const std::string written = WrittenEvent(event);
  for (const auto& [id, entry] : hooks_) {
    if (entry.hook.disabled || taken.overfull.contains(id) || !entry.hook.Wants(event.type)) continue;
    if (entry.waiting.size() + taken.added[id].size() >= kMaxWaiting) {
      OutHook& hook = taken.overfull.emplace(id, entry.hook).first->second;
      hook.disabled = true;
      hook.reason = absl::StrCat(kMaxWaiting, " events waited for it");
      taken.batch.Put(Family::kHooksOut, HookKey(id), WrittenHook(hook));
      continue;
    }
    taken.batch.Put(Family::kHooksOut, EventPrefix(id) + event.key, written);
    taken.added[id].insert(event.key);
  }
}

absl::Status HookBook::Keep(const Taken& taken) {
  SEAWORTHY_RETURN_IF_ERROR(options_.store->Write(taken.batch));
  for (const auto& [id, keys] : taken.added) {
    for (const std::string& key : keys) hooks_[id].waiting.try_emplace(key);
  }
  for (const auto& [id, hook] : taken.overfull) hooks_[id].hook = hook;
  return absl::OkStatus();
}

absl::Status HookBook::Take(const v1::ListPublishedChangesResponse& page, const std::string& base_url) {
  absl::MutexLock lock(&mutex_);
  if (page.next_sequence() <= cursor_ && page.changes().empty()) return absl::OkStatus();
  Taken taken;
  std::map<std::string, std::string> seen;
  for (const v1::PublishedChange& change : page.changes()) {
    SEAWORTHY_ASSIGN_OR_RETURN(const std::string type, TypeOf(change, taken.batch, seen));
    if (!type.empty()) Offer(EventOf(change, type, base_url), taken);
  }
  const uint64_t next = std::max(cursor_, page.next_sequence());
  taken.batch.Put(Family::kHooksOut, kCursorKey, absl::StrCat(next));
  SEAWORTHY_RETURN_IF_ERROR(Keep(taken));
  cursor_ = next;
  return absl::OkStatus();
}

absl::StatusOr<bool> HookBook::TakeEditions(const std::vector<v1::Edition>& approved,
                                            const std::string& base_url) {
  absl::MutexLock lock(&mutex_);
  SEAWORTHY_ASSIGN_OR_RETURN(const auto begun, options_.store->Get(Family::kHooksOut, kEditionsKey));
  Taken taken;
  if (!begun.has_value()) taken.batch.Put(Family::kHooksOut, kEditionsKey, "");
  for (const v1::Edition& edition : approved) {
    const std::string key = kToldPrefix + edition.edition_id();
    SEAWORTHY_ASSIGN_OR_RETURN(const auto told, options_.store->Get(Family::kHooksOut, key));
    if (told.has_value()) continue;
    taken.batch.Put(Family::kHooksOut, key, "");
    if (begun.has_value()) Offer(EventOf(edition, base_url), taken);
  }
  if (taken.batch.changes().empty()) return false;
  SEAWORTHY_RETURN_IF_ERROR(Keep(taken));
  return true;
}

std::string HookBook::Ready(const Entry& entry, absl::Time now) {
  if (entry.busy || entry.hook.disabled || entry.hook.open_at > now) return "";
  // What was tried least goes first, so that one event nobody takes holds up
  // no other.
  const std::string* best = nullptr;
  int tries = 0;
  for (const auto& [key, place] : entry.waiting) {
    if (place.next_try > now || (best != nullptr && place.tries >= tries)) continue;
    best = &key;
    tries = place.tries;
    if (tries == 0) break;
  }
  return best == nullptr ? "" : *best;
}

std::optional<HookBook::Claimed> HookBook::Claim() {
  const absl::Time now = options_.clock->Now();
  absl::MutexLock lock(&mutex_);
  for (auto& [id, entry] : hooks_) {
    const std::string key = Ready(entry, now);
    if (key.empty()) continue;
    const auto text = options_.store->Get(Family::kHooksOut, EventPrefix(id) + key);
    if (!text.ok()) return std::nullopt;
    const auto event = text->has_value() ? ReadEvent(key, **text) : absl::NotFoundError("gone");
    if (!event.ok()) {
      entry.waiting.erase(key);
      continue;
    }
    entry.busy = true;
    return Claimed{entry.hook, *event};
  }
  return std::nullopt;
}

void HookBook::Fail(const HookEvent& event, const Outcome& outcome, absl::Time now, Entry& entry,
                    PeopleBatch& batch) {
  OutHook& hook = entry.hook;
  ++hook.failures;
  hook.failing_since = std::min(hook.failing_since, now);
  HookEvent again = event;
  again.first_try = std::min(event.first_try, now);
  again.tries = event.tries + 1;
  const absl::Duration asked =
      std::min(outcome.retry_after.value_or(absl::ZeroDuration()), kLongestRetryAfter);
  again.next_try = now + std::max(HookBackoff(again.tries), asked);
  hook.open_at = now + std::max(std::min(HookBackoff(hook.failures), kLongestPause), asked);
  const std::string key = EventPrefix(hook.id) + event.key;
  if (now - again.first_try >= kDeadAfter) {
    ++hook.dead;
    batch.Delete(Family::kHooksOut, key);
    entry.waiting.erase(event.key);
    if (now - hook.failing_since >= kDeadAfter) {
      hook.disabled = true;
      hook.reason = "nothing got through for three days";
    }
  } else {
    batch.Put(Family::kHooksOut, key, WrittenEvent(again));
    entry.waiting[event.key] = {again.tries, again.next_try};
  }
  if (outcome.status == 410) {
    hook.disabled = true;
    hook.reason = "it answered 410 Gone";
  }
}

absl::Status HookBook::Settle(const Claimed& claimed, const Outcome& outcome) {
  const absl::Time now = options_.clock->Now();
  absl::MutexLock lock(&mutex_);
  const auto found = hooks_.find(claimed.hook.id);
  if (found == hooks_.end()) return absl::OkStatus();  // Removed meanwhile.
  Entry& entry = found->second;
  entry.busy = false;
  PeopleBatch batch;
  OutHook& hook = entry.hook;
  hook.last_status = outcome.status;
  hook.last_error = outcome.error.substr(0, kMaxErrorBytes);
  hook.last_time = now;
  if (outcome.status >= 200 && outcome.status < 300) {
    hook.failures = 0;
    hook.failing_since = absl::InfiniteFuture();
    hook.open_at = absl::InfinitePast();
    batch.Delete(Family::kHooksOut, EventPrefix(hook.id) + claimed.event.key);
    entry.waiting.erase(claimed.event.key);
  } else {
    Fail(claimed.event, outcome, now, entry, batch);
  }
  batch.Put(Family::kHooksOut, HookKey(hook.id), WrittenHook(hook));
  // Where this fails the event may be sent again after a restart: at least
  // once.
  return options_.store->Write(batch);
}

void HookBook::Release(const Claimed& claimed) {
  absl::MutexLock lock(&mutex_);
  const auto found = hooks_.find(claimed.hook.id);
  if (found != hooks_.end()) found->second.busy = false;
}

absl::Time HookBook::NextDue() const {
  absl::MutexLock lock(&mutex_);
  absl::Time next = absl::InfiniteFuture();
  for (const auto& [id, entry] : hooks_) {
    if (entry.busy || entry.hook.disabled) continue;
    for (const auto& [key, place] : entry.waiting) {
      next = std::min(next, std::max(place.next_try, entry.hook.open_at));
      if (place.tries == 0) break;
    }
  }
  return next;
}

}  // namespace seaworthy
