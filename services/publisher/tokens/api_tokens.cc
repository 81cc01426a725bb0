#include "services/publisher/tokens/api_tokens.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/hash.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

using nlohmann::json;

constexpr size_t kMaxNameBytes = 40;
constexpr size_t kMaxSecretBytes = 128;
constexpr absl::Duration kLongestLife = absl::Hours(24 * 36'500);
constexpr int64_t kNever = -1;

int64_t SecondsOf(absl::Time time) {
  return time == absl::InfiniteFuture() || time == absl::InfinitePast() ? kNever : absl::ToUnixSeconds(time);
}

absl::Time TimeOr(const json& value, const char* name, absl::Time never) {
  const int64_t seconds = value.value(name, kNever);
  return seconds == kNever ? never : absl::FromUnixSeconds(seconds);
}

std::string Written(const ApiToken& token) {
  return json{{"id", token.id},
              {"name", token.name},
              {"scopes", token.scopes.Names()},
              {"created", SecondsOf(token.created)},
              {"expires", SecondsOf(token.expires)},
              {"used", SecondsOf(token.used)}}
      .dump();
}

absl::StatusOr<ApiToken> Read(std::string_view text) {
  try {
    const json value = json::parse(text);
    ApiToken token;
    token.id = value.at("id").get<std::string>();
    token.name = value.at("name").get<std::string>();
    SEAWORTHY_ASSIGN_OR_RETURN(token.scopes,
                               ScopeSet::Parse(value.at("scopes").get<std::vector<std::string>>()));
    token.created = TimeOr(value, "created", absl::UnixEpoch());
    token.expires = TimeOr(value, "expires", absl::InfiniteFuture());
    token.used = TimeOr(value, "used", absl::InfinitePast());
    return token;
  } catch (const json::exception&) {
    return absl::DataLossError("a token in the people store cannot be read: restore its backup");
  }
}

absl::Status CheckName(const std::string& name) {
  const auto good = [](char c) {
    return absl::ascii_islower(static_cast<unsigned char>(c)) ||
           absl::ascii_isdigit(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == '_';
  };
  if (!name.empty() && name.size() <= kMaxNameBytes && absl::ascii_islower(name[0]) &&
      std::all_of(name.begin(), name.end(), good)) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(absl::StrCat("a token's name is 1 to ", kMaxNameBytes,
                                                 " of a-z, 0-9, `.`, `-`, `_` and begins with a letter"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<ApiTokens>> ApiTokens::Open(const Options& options) {
  auto tokens = std::unique_ptr<ApiTokens>(new ApiTokens(options));
  SEAWORTHY_RETURN_IF_ERROR(tokens->Load());
  return tokens;
}

absl::Status ApiTokens::Load() {
  absl::Status read;
  const absl::Status scanned =
      options_.store->Scan(Family::kTokens, "", "", [&](std::string_view key, std::string_view value) {
        auto token = Read(value);
        read = token.status();
        if (!read.ok()) return false;
        absl::MutexLock lock(&mutex_);
        tokens_[std::string(key)] = *std::move(token);
        return true;
      });
  return scanned.ok() ? read : scanned;
}

absl::StatusOr<ApiTokens::Made> ApiTokens::Add(const std::string& name, ScopeSet scopes, absl::Duration life,
                                               const ChangedBy& by) {
  SEAWORTHY_RETURN_IF_ERROR(CheckName(name));
  if (life < absl::ZeroDuration() || life > kLongestLife) {
    return absl::InvalidArgumentError("a token holds for 0 (no end) to 36,500 days");
  }
  absl::MutexLock lock(&mutex_);
  if (tokens_.size() >= kMaxTokens) {
    return absl::ResourceExhaustedError(absl::StrCat("there are ", kMaxTokens, " tokens; revoke some"));
  }
  for (const auto& [hash, other] : tokens_) {
    if (other.name != name) continue;
    return absl::AlreadyExistsError(
        absl::StrCat("there is a token named ", name, " (", other.id, "); revoke it or choose another name"));
  }
  Made made;
  made.token.id = RandomHex(4);
  made.token.name = name;
  made.token.scopes = scopes;
  made.token.created = options_.clock->Now();
  if (life > absl::ZeroDuration()) made.token.expires = made.token.created + life;
  made.secret = absl::StrCat("sw_", made.token.id, "_", RandomHex(32));
  const std::string hash = Sha256Hex(made.secret);
  PeopleBatch batch;
  batch.Put(Family::kTokens, hash, Written(made.token));
  SEAWORTHY_RETURN_IF_ERROR(options_.audit->Append({.actor = by.actor,
                                                    .action = "token add",
                                                    .target = absl::StrCat(name, " ", made.token.id),
                                                    .outcome = "ok",
                                                    .detail = absl::StrJoin(scopes.Names(), " "),
                                                    .address = by.address},
                                                   std::move(batch)));
  tokens_[hash] = made.token;
  return made;
}

absl::Status ApiTokens::Revoke(const std::string& id, const ChangedBy& by) {
  absl::MutexLock lock(&mutex_);
  const auto found =
      std::find_if(tokens_.begin(), tokens_.end(), [&](const auto& row) { return row.second.id == id; });
  if (found == tokens_.end()) {
    return absl::NotFoundError(
        absl::StrCat("there is no token `", id, "`; `seaworthy token list` shows their ids"));
  }
  PeopleBatch batch;
  batch.Delete(Family::kTokens, found->first);
  SEAWORTHY_RETURN_IF_ERROR(
      options_.audit->Append({.actor = by.actor,
                              .action = "token revoke",
                              .target = absl::StrCat(found->second.name, " ", found->second.id),
                              .outcome = "ok",
                              .detail = "",
                              .address = by.address},
                             std::move(batch)));
  tokens_.erase(found);
  return absl::OkStatus();
}

std::vector<ApiToken> ApiTokens::List() const {
  std::vector<ApiToken> list;
  {
    absl::MutexLock lock(&mutex_);
    for (const auto& [hash, token] : tokens_) list.push_back(token);
  }
  std::sort(list.begin(), list.end(), [](const ApiToken& a, const ApiToken& b) {
    return std::tie(a.created, a.id) < std::tie(b.created, b.id);
  });
  return list;
}

std::optional<ApiToken> ApiTokens::Find(const std::string& secret) {
  if (secret.size() > kMaxSecretBytes) return std::nullopt;
  // Looked up by its hash, so the time says nothing about the token.
  const std::string hash = Sha256Hex(secret);
  const absl::Time now = options_.clock->Now();
  std::string write;
  ApiToken token;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = tokens_.find(hash);
    if (found == tokens_.end() || found->second.expires <= now) return std::nullopt;
    if (now - found->second.used >= kUsedEvery) {
      found->second.used = now;
      write = Written(found->second);
    }
    token = found->second;
  }
  if (!write.empty()) {
    PeopleBatch batch;
    // Not where it was revoked meanwhile.
    const auto stored = options_.store->Get(Family::kTokens, hash);
    if (stored.ok() && stored->has_value()) {
      batch.Expect(Family::kTokens, hash, **stored);
      batch.Put(Family::kTokens, hash, write);
      options_.store->Write(batch).IgnoreError();
    }
  }
  return token;
}

}  // namespace seaworthy
