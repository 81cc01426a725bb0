#include "cli/mail.h"

#include <utility>

#include "common/clock.h"
#include "common/config_keys.h"
#include "common/status_macros.h"
#include "services/publisher/edition/mail_address.h"
#include "services/publisher/edition/smtp_mailer.h"

namespace seaworthy::cli {

absl::StatusOr<OpenedMail> OpenMail(const Config& config) {
  OpenedMail mail;
  if (config.mail.url.empty()) return mail;
  EndpointConfig secret;
  secret.name = "mail";
  secret.key_env = config.mail.password_env;
  secret.key_file = config.mail.password_file;
  SmtpMailer::Options options;
  SEAWORTHY_ASSIGN_OR_RETURN(options.password, ReadKey(secret));
  options.url = config.mail.url;
  options.from = config.mail.from;
  options.user = config.mail.user;
  options.ca_file = config.mail.ca_file;
  options.clock = Clock::Real();
  SEAWORTHY_ASSIGN_OR_RETURN(mail.mailer, SmtpMailer::Create(std::move(options)));
  SEAWORTHY_ASSIGN_OR_RETURN(const Mailbox from, ParseMailbox(config.mail.from));
  mail.domain = from.address.substr(from.address.rfind('@') + 1);
  return mail;
}

}  // namespace seaworthy::cli
