#include "services/publisher/access/desk_sessions.h"

#include <algorithm>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/hash.h"
#include "common/status_macros.h"
#include "services/publisher/http/failure_log.h"

namespace seaworthy {
namespace {

constexpr size_t kTokenBytes = 32;
constexpr size_t kMaxAgent = 200;
constexpr size_t kMaxSeen = 4096;
constexpr absl::Duration kKeepSeen = absl::Minutes(1);
constexpr absl::Duration kMailSpacing = absl::Minutes(1);

absl::Status NotThisLink() {
  return absl::UnauthenticatedError("a sign-in link works once and for a time; ask for a new one");
}

}  // namespace

DeskSessions::DeskSessions(Options options)
    : options_(options), csrf_key_(options.store->KeyFor("desk-csrf")) {}

absl::StatusOr<std::string> DeskSessions::MakeLink(const std::string& account, const std::string& how) {
  std::vector<std::pair<absl::Time, std::string>> own;
  PeopleBatch batch;
  const absl::Time now = options_.clock->Now();
  SEAWORTHY_RETURN_IF_ERROR(options_.store->Scan(Family::kLinks, LinkKey(""), "",
                                                 [&](std::string_view key, std::string_view value) {
                                                   const auto link = DecodeLink(value);
                                                   // Mail links are kept for a day: they are counted.
                                                   if (!link.has_value() || now - link->created >= kLinkLife)
                                                     batch.Delete(Family::kLinks, key);
                                                   if (link.has_value() && link->account == account)
                                                     own.emplace_back(link->created, key);
                                                   return true;
                                                 }));
  std::sort(own.begin(), own.end());
  for (size_t i = 0; i + kMaxLinks <= own.size(); ++i) batch.Delete(Family::kLinks, own[i].second);
  const std::string token = RandomHex(kTokenBytes);
  const absl::Duration life = how == "mail" ? kMailLinkLife : kLinkLife;
  batch.Put(Family::kLinks, LinkKey(TokenHash(token)),
            EncodeLink({.account = account, .how = how, .created = now, .expires = now + life}));
  SEAWORTHY_RETURN_IF_ERROR(options_.store->Write(batch));
  return token;
}

std::string DeskSessions::MakeLinkToken() {
  auto token = MakeLink(kOwner, "link");
  if (!token.ok()) LogFailure("a sign-in link", token.status());
  return token.ok() ? *std::move(token) : "";
}

absl::StatusOr<bool> DeskSessions::MayMail(const std::string& account) const {
  int today = 0;
  absl::Time newest = absl::InfinitePast();
  const absl::Time now = options_.clock->Now();
  const auto count = [&](std::string_view, std::string_view value) {
    const auto link = DecodeLink(value);
    if (!link.has_value() || link->account != account || link->how != "mail") return true;
    if (now - link->created < absl::Hours(24)) ++today;
    newest = std::max(newest, link->created);
    return true;
  };
  SEAWORTHY_RETURN_IF_ERROR(options_.store->Scan(Family::kLinks, LinkKey(""), "", count));
  return today < kMailLinksADay && now - newest >= kMailSpacing;
}

bool DeskSessions::IsLinkToken(const std::string& token) const {
  const auto bytes = options_.store->Get(Family::kLinks, LinkKey(TokenHash(token)));
  if (!bytes.ok() || !bytes->has_value()) return false;
  const auto link = DecodeLink(**bytes);
  return link.has_value() && options_.clock->Now() < link->expires;
}

absl::StatusOr<DeskSessions::SignedIn> DeskSessions::SignIn(const std::string& link_token,
                                                            const SignInClient& client) {
  const std::string key = LinkKey(TokenHash(link_token));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto bytes, options_.store->Get(Family::kLinks, key));
  if (!bytes.has_value()) return NotThisLink();
  auto link = DecodeLink(*bytes);
  if (!link.has_value() || options_.clock->Now() >= link->expires) return NotThisLink();
  const auto account = options_.accounts->Get(link->account);
  if (!account.ok() || account->disabled) return NotThisLink();
  PeopleBatch used;
  used.Expect(Family::kLinks, key, *bytes);
  // Used up; what a day's mails are counted by stays.
  link->expires = absl::UnixEpoch();
  if (link->how == "mail") {
    used.Put(Family::kLinks, key, EncodeLink(*link));
  } else {
    used.Delete(Family::kLinks, key);
  }
  // Who signs in by a link has shown who it is: passwords count anew.
  used.Delete(Family::kAccounts, FailuresKey(link->account));
  auto begun = Begin({.account = link->account, .how = link->how, .mail = "", .replaced = ""}, client,
                     std::move(used));
  if (absl::IsAborted(begun.status())) return NotThisLink();
  return begun;
}

absl::StatusOr<DeskSessions::SignedIn> DeskSessions::Begin(const Begun& begun, const SignInClient& client,
                                                           PeopleBatch more) {
  SEAWORTHY_RETURN_IF_ERROR(MakeRoom(begun.account, more));
  SignedIn made;
  made.session = RandomHex(kTokenBytes);
  const absl::Time now = options_.clock->Now();
  if (!begun.replaced.empty()) EndSession(TokenHash(begun.replaced), more);
  PutSession({.hash = TokenHash(made.session),
              .account = begun.account,
              .how = begun.how,
              .mail = begun.mail,
              .address = client.address,
              .agent = client.agent.substr(0, kMaxAgent),
              .created = now,
              .seen = now},
             more);
  made.device = DeviceFor(begun.account, client, more);
  SEAWORTHY_RETURN_IF_ERROR(options_.audit->Append(
      {begun.account, "sign-in", begun.account, "ok", begun.how, client.address}, std::move(more)));
  return made;
}

std::optional<std::string> DeskSessions::SignIn(const std::string& link_token) {
  auto made = SignIn(link_token, SignInClient());
  if (!made.ok()) return std::nullopt;
  return std::move(made->session);
}

std::string DeskSessions::DeviceFor(const std::string& account, const SignInClient& client,
                                    PeopleBatch& batch) const {
  if (!KnownDevice(account, client.device).empty()) return client.device;
  std::string device = RandomHex(kTokenBytes);
  batch.Put(Family::kSessions, DeviceKey(account, TokenHash(device)),
            absl::StrCat(absl::ToUnixMicros(options_.clock->Now())));
  return device;
}

std::string DeskSessions::KnownDevice(const std::string& account, const std::string& device) const {
  if (device.empty()) return "";
  const std::string hash = TokenHash(device);
  const auto made = options_.store->Get(Family::kSessions, DeviceKey(account, hash));
  int64_t micros = 0;
  if (!made.ok() || !made->has_value() || !absl::SimpleAtoi(**made, &micros)) return "";
  return options_.clock->Now() - absl::FromUnixMicros(micros) < kDeviceLife ? hash : "";
}

absl::Time DeskSessions::SeenOf(const SessionRow& row) const {
  absl::MutexLock lock(&mutex_);
  const auto it = seen_.find(row.hash);
  return it == seen_.end() ? row.seen : std::max(row.seen, it->second);
}

bool DeskSessions::Over(const SessionRow& row, absl::Time now) const {
  return now - row.created >= kAbsoluteLife || now - SeenOf(row) >= kIdleLife;
}

absl::Status DeskSessions::DropDevices(const std::string& account, PeopleBatch& batch) const {
  std::vector<std::pair<int64_t, std::string>> devices;
  SEAWORTHY_RETURN_IF_ERROR(options_.store->Scan(Family::kSessions, DeviceKey(account, ""), "",
                                                 [&](std::string_view key, std::string_view value) {
                                                   int64_t micros = 0;
                                                   (void)absl::SimpleAtoi(std::string(value), &micros);
                                                   devices.emplace_back(micros, key);
                                                   return true;
                                                 }));
  std::sort(devices.begin(), devices.end());
  for (size_t i = 0; i + kMaxDevices <= devices.size(); ++i) {
    batch.Delete(Family::kSessions, devices[i].second);
  }
  return absl::OkStatus();
}

absl::Status DeskSessions::MakeRoom(const std::string& account, PeopleBatch& batch) const {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto rows, AllSessions(*options_.store));
  const absl::Time now = options_.clock->Now();
  std::vector<SessionRow> own;
  for (const SessionRow& row : rows) {
    if (Over(row, now)) {
      EndSession(row.hash, batch);
    } else if (row.account == account) {
      own.push_back(row);
    }
  }
  for (size_t i = 0; i + kMaxSessions <= own.size(); ++i) EndSession(own[i].hash, batch);
  return DropDevices(account, batch);
}

bool DeskSessions::IsLive(const std::string& session_token) const {
  const auto row = GetSession(*options_.store, TokenHash(session_token));
  if (!row.ok() || !row->has_value() || Over(**row, options_.clock->Now())) return false;
  const auto account = options_.accounts->Get((*row)->account);
  return account.ok() && !account->disabled;
}

std::optional<DeskSession> DeskSessions::Find(const std::string& session_token) {
  auto row = GetSession(*options_.store, TokenHash(session_token));
  if (!row.ok()) LogFailure("a session", row.status());
  const absl::Time now = options_.clock->Now();
  if (!row.ok() || !row->has_value() || Over(**row, now)) return std::nullopt;
  const auto account = options_.accounts->Get((*row)->account);
  if (!account.ok() || account->disabled) return std::nullopt;
  {
    absl::MutexLock lock(&mutex_);
    if (seen_.size() >= kMaxSeen) seen_.clear();
    seen_[(*row)->hash] = now;
  }
  if (now - (*row)->seen >= kKeepSeen) {
    PeopleBatch batch;
    SessionRow later = **row;
    later.seen = now;
    PutSession(later, batch);
    // Not where it was ended meanwhile: the row is as it was read.
    PeopleBatch as_read;
    PutSession(**row, as_read);
    batch.Expect(Family::kSessions, as_read.changes()[0].key, as_read.changes()[0].value);
    options_.store->Write(batch).IgnoreError();
  }
  return DeskSession{.editor = account->name,
                     .csrf_token = ToHex(HmacSha256(csrf_key_, session_token)),
                     .role = account->role,
                     .hash = (*row)->hash,
                     .how = (*row)->how,
                     .mail = (*row)->mail,
                     .created = (*row)->created};
}

absl::Status DeskSessions::SignOut(const std::string& session_token, const std::string& address) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto row, GetSession(*options_.store, TokenHash(session_token)));
  if (!row.has_value()) return absl::OkStatus();
  PeopleBatch batch;
  EndSession(row->hash, batch);
  return options_.audit->Append({row->account, "sign-out", row->account, "ok", "", address},
                                std::move(batch));
}

absl::StatusOr<std::vector<SessionRow>> DeskSessions::List(const std::string& account) const {
  SEAWORTHY_ASSIGN_OR_RETURN(auto rows, SessionsOf(*options_.store, account));
  const absl::Time now = options_.clock->Now();
  std::erase_if(rows, [this, now](const SessionRow& row) { return Over(row, now); });
  for (SessionRow& row : rows) row.seen = SeenOf(row);
  return rows;
}

absl::Status DeskSessions::End(const std::string& account, const std::string& hash, const ChangedBy& by) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto row, GetSession(*options_.store, hash));
  if (!row.has_value() || row->account != account) {
    return absl::NotFoundError("that session has ended already");
  }
  PeopleBatch batch;
  EndSession(row->hash, batch);
  return options_.audit->Append({by.actor, "session end", account, "ok", "", by.address}, std::move(batch));
}

}  // namespace seaworthy
