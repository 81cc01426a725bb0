#include "services/publisher/access/desk_sessions.h"

#include <algorithm>

#include "common/hash.h"

namespace seaworthy {
namespace {

constexpr size_t kTokenBytes = 32;

// Makes room for one more by dropping the oldest.
template <typename Map, typename Created>
void MakeRoom(Map& map, size_t limit, Created created) {
  while (map.size() >= limit) {
    map.erase(std::min_element(map.begin(), map.end(), [&created](const auto& a, const auto& b) {
      return created(a.second) < created(b.second);
    }));
  }
}

}  // namespace

void DeskSessions::DropExpired() {
  const absl::Time now = clock_->Now();
  std::erase_if(links_, [now](const auto& link) { return now - link.second >= kLinkLife; });
  std::erase_if(sessions_, [now](const auto& session) {
    return now - session.second.created >= kAbsoluteLife || now - session.second.seen >= kIdleLife;
  });
}

std::string DeskSessions::MakeLinkToken() {
  std::string token = RandomHex(kTokenBytes);
  absl::MutexLock lock(&mutex_);
  DropExpired();
  MakeRoom(links_, kMaxLinks, [](absl::Time created) { return created; });
  links_[Sha256(token)] = clock_->Now();
  return token;
}

bool DeskSessions::IsLinkToken(const std::string& token) {
  absl::MutexLock lock(&mutex_);
  DropExpired();
  return links_.contains(Sha256(token));
}

std::optional<std::string> DeskSessions::SignIn(const std::string& link_token) {
  absl::MutexLock lock(&mutex_);
  DropExpired();
  if (links_.erase(Sha256(link_token)) == 0) return std::nullopt;
  std::string token = RandomHex(kTokenBytes);
  MakeRoom(sessions_, kMaxSessions, [](const Entry& entry) { return entry.created; });
  const absl::Time now = clock_->Now();
  sessions_[Sha256(token)] = {
      .session = {.editor = "editor", .csrf_token = RandomHex(kTokenBytes), .role = Role::kAdmin},
      .created = now,
      .seen = now};
  return token;
}

std::optional<DeskSession> DeskSessions::Find(const std::string& session_token) {
  absl::MutexLock lock(&mutex_);
  DropExpired();
  const auto it = sessions_.find(Sha256(session_token));
  if (it == sessions_.end()) return std::nullopt;
  it->second.seen = clock_->Now();
  return it->second.session;
}

void DeskSessions::SignOut(const std::string& session_token) {
  absl::MutexLock lock(&mutex_);
  sessions_.erase(Sha256(session_token));
}

}  // namespace seaworthy
