// Sends what is due from a ledger in a folder, as the publisher would:
//   mail_probe DIR subscribe N | add N | send URL [CA_FILE] | states | list
#include <cstdint>
#include <cstdio>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "common/clock.h"
#include "common/status_macros.h"
#include "services/publisher/edition/mail_sender.h"
#include "services/publisher/edition/smtp_mailer.h"

namespace seaworthy {
namespace {

constexpr char kEdition[] = "2026-w47";

struct Folder {
  explicit Folder(std::unique_ptr<PeopleStore> opened)
      : store(std::move(opened)),
        ledger(store.get(), Clock::Real()),
        subscribers(store.get(), &ledger, Clock::Real()) {}
  std::unique_ptr<PeopleStore> store;
  MailLedger ledger;
  Subscribers subscribers;
};

absl::StatusOr<std::string> Subscribe(Folder& folder, int number) {
  const std::string address = absl::StrCat("reader", number, "@example.org");
  SEAWORTHY_RETURN_IF_ERROR(folder.subscribers.Ask(address, "Weekly."));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto found, folder.subscribers.FindByAddress(address));
  SEAWORTHY_RETURN_IF_ERROR(folder.subscribers.Confirm(found->subscriber_id()));
  return found->subscriber_id();
}

absl::Status AddSubscribers(Folder& folder, int count) {
  for (int i = 0; i < count; ++i) SEAWORTHY_RETURN_IF_ERROR(Subscribe(folder, i).status());
  return absl::OkStatus();
}

absl::Status AddEditions(Folder& folder, int count) {
  for (int i = 0; i < count; ++i) {
    SEAWORTHY_ASSIGN_OR_RETURN(const std::string id, Subscribe(folder, i));
    v1::MailEntry entry;
    entry.set_mail_id(absl::StrCat("edition/", kEdition, "/", id));
    entry.set_kind(v1::MailEntry::EDITION);
    entry.set_edition_id(kEdition);
    entry.set_subscriber_id(id);
    SEAWORTHY_RETURN_IF_ERROR(folder.ledger.Add({entry}));
  }
  return absl::OkStatus();
}

absl::StatusOr<Mail> Compose(const Subscribers& subscribers, const v1::MailEntry& entry,
                             const v1::Subscriber& to) {
  // The confirmations this probe never needs.
  if (entry.kind() != v1::MailEntry::EDITION) return absl::NotFoundError("not an edition");
  const std::string leave =
      absl::StrCat("https://example.org/unsubscribe/", subscribers.LeaveToken(to.subscriber_id()));
  Mail mail;
  mail.subject = "The week in tools: na\xC3\xAFve & \xE2\x9C\x93";
  mail.text =
      "Lantern ships.\n.\nA line that begins with a dot.\n" + std::string(2000, 'x') + "\n" + leave + "\n";
  mail.html = "<p>Lantern \xE2\x9C\x93 ships.</p>\n.\n<p><a href=\"" + leave + "\">Leave</a></p>\n";
  mail.headers = {{"List-Unsubscribe", "<" + leave + ">"},
                  {"List-Unsubscribe-Post", "List-Unsubscribe=One-Click"}};
  return mail;
}

absl::Status SendAll(Folder& folder, const std::string& url, const std::string& ca_file) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto mailer,
                             SmtpMailer::Create({.url = url,
                                                 .from = "Seaworthy \xE2\x9A\x93 <edition@example.org>",
                                                 .user = "",
                                                 .password = "",
                                                 .ca_file = ca_file,
                                                 .deadline = absl::Seconds(10),
                                                 .clock = Clock::Real()}));
  MailSender sender(
      {.ledger = &folder.ledger,
       .subscribers = &folder.subscribers,
       .mailer = mailer.get(),
       .clock = Clock::Real(),
       .compose = [&](const v1::MailEntry& entry,
                      const v1::Subscriber& to) { return Compose(folder.subscribers, entry, to); },
       .id_domain = "example.org"});
  SEAWORTHY_RETURN_IF_ERROR(folder.ledger.Recover());
  const auto sent = sender.SendDue();
  if (!sender.Trouble().empty()) std::printf("trouble: %s\n", sender.Trouble().c_str());
  return sent.status();
}

absl::Status PrintStates(const Folder& folder) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto counts, folder.ledger.Count(kEdition));
  std::printf("{\"queued\": %llu, \"sending\": %llu, \"sent\": %llu, \"failed\": %llu, \"unknown\": %llu}\n",
              static_cast<unsigned long long>(counts.queued), static_cast<unsigned long long>(counts.sending),
              static_cast<unsigned long long>(counts.sent), static_cast<unsigned long long>(counts.failed),
              static_cast<unsigned long long>(counts.unknown));
  return absl::OkStatus();
}

// Every mail and its state, a line each.
absl::Status PrintMails(const Folder& folder) {
  for (int state = v1::MailEntry::State_MIN; state <= v1::MailEntry::State_MAX; ++state) {
    if (!v1::MailEntry::State_IsValid(state)) continue;
    const auto named = static_cast<v1::MailEntry::State>(state);
    SEAWORTHY_ASSIGN_OR_RETURN(const auto entries, folder.ledger.List("", named, SIZE_MAX));
    for (const v1::MailEntry& entry : entries) {
      std::printf("{\"mail_id\": \"%s\", \"state\": \"%s\"}\n", entry.mail_id().c_str(),
                  v1::MailEntry::State_Name(named).c_str());
    }
  }
  return absl::OkStatus();
}

absl::Status Main(const std::vector<std::string>& args) {
  if (args.size() < 2) {
    return absl::InvalidArgumentError(
        "mail_probe DIR subscribe N | add N | send URL [CA_FILE] | states | list");
  }
  SEAWORTHY_ASSIGN_OR_RETURN(auto store, PeopleStore::Open(args[0]));
  Folder folder(std::move(store));
  int count = 0;
  if (args[1] == "add" && args.size() > 2 && absl::SimpleAtoi(args[2], &count))
    return AddEditions(folder, count);
  if (args[1] == "subscribe" && args.size() > 2 && absl::SimpleAtoi(args[2], &count)) {
    return AddSubscribers(folder, count);
  }
  if (args[1] == "send" && args.size() > 2) return SendAll(folder, args[2], args.size() > 3 ? args[3] : "");
  return args[1] == "list" ? PrintMails(folder) : PrintStates(folder);
}

}  // namespace
}  // namespace seaworthy

int main(int argc, char** argv) {
  const absl::Status status = seaworthy::Main({argv + 1, argv + argc});
  if (status.ok()) return 0;
  std::fprintf(stderr, "%s\n", std::string(status.message()).c_str());
  return 1;
}
