#include "services/publisher/people/session_table.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "common/hash.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr char kSessions[] = "s/";
constexpr char kLinks[] = "l/";
constexpr char kDevices[] = "d/";

std::string Dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

absl::Time TimeIn(const json& value, const char* name) {
  return absl::FromUnixMicros(value.value(name, int64_t{0}));
}

std::optional<SessionRow> DecodeSession(std::string_view key, std::string_view bytes) {
  const json value = json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object()) return std::nullopt;
  return SessionRow{.hash = std::string(key.substr(sizeof(kSessions) - 1)),
                    .account = value.value("account", ""),
                    .how = value.value("how", ""),
                    .mail = value.value("mail", ""),
                    .address = value.value("address", ""),
                    .agent = value.value("agent", ""),
                    .created = TimeIn(value, "created"),
                    .seen = TimeIn(value, "seen")};
}

// Deletes the keys of `family` below `prefix` whose value names the account.
absl::Status DeleteBelow(const PeopleStore& store, Family family, const std::string& prefix,
                         PeopleBatch& batch) {
  return store.Scan(family, prefix, "", [&batch, family](std::string_view key, std::string_view) {
    batch.Delete(family, key);
    return true;
  });
}

}  // namespace

std::string TokenHash(const std::string& token) { return Sha256Hex(token); }

void PutSession(const SessionRow& row, PeopleBatch& batch) {
  batch.Put(Family::kSessions, kSessions + row.hash,
            Dump({{"account", row.account},
                  {"how", row.how},
                  {"mail", row.mail},
                  {"address", row.address},
                  {"agent", row.agent},
                  {"created", absl::ToUnixMicros(row.created)},
                  {"seen", absl::ToUnixMicros(row.seen)}}));
}

void EndSession(const std::string& hash, PeopleBatch& batch) {
  batch.Delete(Family::kSessions, kSessions + hash);
}

absl::StatusOr<std::optional<SessionRow>> GetSession(const PeopleStore& store, const std::string& hash) {
  const std::string key = kSessions + hash;
  SEAWORTHY_ASSIGN_OR_RETURN(const auto bytes, store.Get(Family::kSessions, key));
  if (!bytes.has_value()) return std::optional<SessionRow>();
  return DecodeSession(key, *bytes);
}

absl::StatusOr<std::vector<SessionRow>> AllSessions(const PeopleStore& store) {
  std::vector<SessionRow> rows;
  SEAWORTHY_RETURN_IF_ERROR(
      store.Scan(Family::kSessions, kSessions, "", [&rows](std::string_view key, std::string_view value) {
        auto row = DecodeSession(key, value);
        if (row.has_value()) rows.push_back(*std::move(row));
        return true;
      }));
  std::stable_sort(rows.begin(), rows.end(),
                   [](const SessionRow& a, const SessionRow& b) { return a.created < b.created; });
  return rows;
}

absl::StatusOr<std::vector<SessionRow>> SessionsOf(const PeopleStore& store, const std::string& account) {
  SEAWORTHY_ASSIGN_OR_RETURN(auto rows, AllSessions(store));
  std::erase_if(rows, [&account](const SessionRow& row) { return row.account != account; });
  return rows;
}

absl::Status EndSessionsOf(const PeopleStore& store, const std::string& account, PeopleBatch& batch) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto rows, SessionsOf(store, account));
  for (const SessionRow& row : rows) EndSession(row.hash, batch);
  SEAWORTHY_RETURN_IF_ERROR(
      store.Scan(Family::kLinks, kLinks, "", [&](std::string_view key, std::string_view value) {
        const auto link = DecodeLink(value);
        if (!link.has_value() || link->account == account) batch.Delete(Family::kLinks, key);
        return true;
      }));
  return DeleteBelow(store, Family::kSessions, DeviceKey(account, ""), batch);
}

std::string LinkKey(const std::string& hash) { return kLinks + hash; }

std::string EncodeLink(const LinkRow& row) {
  return Dump({{"account", row.account},
               {"how", row.how},
               {"created", absl::ToUnixMicros(row.created)},
               {"expires", absl::ToUnixMicros(row.expires)}});
}

std::optional<LinkRow> DecodeLink(std::string_view bytes) {
  const json value = json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object()) return std::nullopt;
  return LinkRow{.account = value.value("account", ""),
                 .how = value.value("how", ""),
                 .created = TimeIn(value, "created"),
                 .expires = TimeIn(value, "expires")};
}

std::string DeviceKey(const std::string& account, const std::string& hash) {
  return kDevices + account + "/" + hash;
}

std::string FailuresKey(const std::string& account) { return "f/" + account; }

}  // namespace seaworthy
