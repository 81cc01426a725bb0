// A webhook that goes out, an event that waits for it, and how both are kept.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace seaworthy {

inline constexpr char kHookPing[] = "ping";
// What a webhook may ask for.
inline constexpr const char* kHookEvents[] = {"comparison.published", "comparison.changed",
                                              "comparison.corrected", "comparison.withdrawn",
                                              "edition.published"};

struct OutHook {
  std::string id;      // `wh-` and 16 hex digits.
  std::string url;     // http or https.
  std::string secret;  // `whsec_` and base64 of 32 bytes. Never shown again.
  std::string description;
  std::vector<std::string> events;  // Of kHookEvents.
  bool disabled = false;
  std::string reason;  // Why it is disabled.
  absl::Time created;
  int failures = 0;  // In a row.
  absl::Time failing_since = absl::InfiniteFuture();
  absl::Time open_at = absl::InfinitePast();  // Nothing is sent before.
  uint64_t dead = 0;                          // Events given up.
  int last_status = 0;                        // 0: no answer.
  std::string last_error;
  absl::Time last_time = absl::InfinitePast();  // Of the last try.

  bool Wants(std::string_view type) const;
};

struct HookEvent {
  std::string key;  // Its place among those of its webhook.
  std::string message_id;
  std::string type;
  std::string body;
  int tries = 0;
  absl::Time first_try = absl::InfiniteFuture();
  absl::Time next_try = absl::InfinitePast();
};

// As the people store keeps them: JSON. Errors: DATA_LOSS.
std::string WrittenHook(const OutHook& hook);
absl::StatusOr<OutHook> ReadHook(std::string_view text);
std::string WrittenEvent(const HookEvent& event);
absl::StatusOr<HookEvent> ReadEvent(std::string_view key, std::string_view text);

// `v1,BASE64` of Standard Webhooks 1.0.
std::string SignHook(const std::string& secret, const std::string& message_id, int64_t unix_seconds,
                     const std::string& body);

// How long to wait after the nth failure: 5 s, 30 s, 2 min … 8 h.
absl::Duration HookBackoff(int failures);

}  // namespace seaworthy
