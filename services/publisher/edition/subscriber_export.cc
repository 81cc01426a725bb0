#include "services/publisher/edition/subscriber_export.h"

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/time/time.h"
#include "common/status_macros.h"
#include "common/timestamps.h"

namespace seaworthy {
namespace {

using nlohmann::json;

json TimeOrNull(const google::protobuf::Timestamp& time) {
  if (time.seconds() == 0) return nullptr;
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", TimeOf(time), absl::UTCTimeZone());
}

template <typename Times>
json TimeList(const Times& times) {
  json list = json::array();
  for (const auto& time : times) list.push_back(TimeOrNull(time));
  return list;
}

json OrNull(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

json MailList(const std::vector<v1::MailEntry>& mails) {
  json list = json::array();
  for (const v1::MailEntry& mail : mails) {
    list.push_back({{"kind", absl::AsciiStrToLower(v1::MailEntry::Kind_Name(mail.kind()))},
                    {"edition", OrNull(mail.edition_id())},
                    {"state", absl::AsciiStrToLower(v1::MailEntry::State_Name(mail.state()))},
                    {"result", OrNull(mail.result())},
                    {"update_time", TimeOrNull(mail.update_time())}});
  }
  return list;
}

}  // namespace

absl::StatusOr<std::string> ExportAddress(const Subscribers& subscribers, std::string_view address) {
  SEAWORTHY_ASSIGN_OR_RETURN(const AddressRecord record, subscribers.RecordOf(address));
  const bool known = record.subscriber.has_value();
  const v1::Subscriber subscriber = record.subscriber.value_or(v1::Subscriber());
  const json kept = {
      {"address", known ? subscriber.address() : std::string(address)},
      {"known", known},
      {"state", known ? json(absl::AsciiStrToLower(v1::Subscriber::State_Name(subscriber.state()))) : json()},
      {"consent", OrNull(subscriber.consent())},
      {"request_time", TimeOrNull(subscriber.request_time())},
      {"confirm_time", TimeOrNull(subscriber.confirm_time())},
      {"end_time", TimeOrNull(subscriber.end_time())},
      {"end_reason", OrNull(subscriber.end_reason())},
      {"bounce_times", TimeList(subscriber.soft_bounce_times())},
      {"confirmation_times", TimeList(record.history.confirmation_times())},
      {"mails", MailList(record.mails)}};
  return kept.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

}  // namespace seaworthy
