// Reads [mail].
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/config_toml.h"

namespace seaworthy::config_toml {
namespace {

constexpr double kMostPerSecond = 1000;

constexpr Key<MailConfig> kMailKeys[] = {
    {"ca_file", SetMember<&MailConfig::ca_file>},
    {"from", SetMember<&MailConfig::from>},
    {"password_env", SetMember<&MailConfig::password_env>},
    {"password_file", SetMember<&MailConfig::password_file>},
    {"per_second", SetMember<&MailConfig::per_second>},
    {"url", SetMember<&MailConfig::url>},
    {"user", SetMember<&MailConfig::user>},
};

absl::Status CheckMail(const MailConfig& mail, const std::string& where) {
  const auto wrong = [&where](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(where, "[mail] ", what));
  };
  const bool smtp = absl::StartsWith(mail.url, "smtp://") || absl::StartsWith(mail.url, "smtps://");
  // The URL itself stays out of the message: it may hold a password.
  if (!smtp || absl::StrContains(mail.url, "@")) {
    return wrong("`url` must be smtps://HOST:465 or smtp://HOST:587, without user and password");
  }
  if (!absl::StrContains(mail.from, "@")) {
    return wrong("`from` must say who writes: \"Seaworthy <edition@example.org>\"");
  }
  if (!(mail.per_second > 0 && mail.per_second <= kMostPerSecond)) {
    return wrong("`per_second` must be over 0 and at most 1000");
  }
  const bool password = !mail.password_env.empty() || !mail.password_file.empty();
  if (!mail.user.empty() && !password) {
    return wrong(
        "has a `user` and no password: name an environment variable with `password_env` or a file of "
        "mode 0600 with `password_file`");
  }
  if (mail.user.empty() && password) return wrong("has a password and no `user`; name who signs in");
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadMail(const toml::node& node, const std::string& path, Config& config) {
  const toml::table* table = node.as_table();
  if (table == nullptr) {
    return absl::InvalidArgumentError(absl::StrCat(At(path, node), "`mail` expects a table: [mail]"));
  }
  for (const auto& [key, value] : *table) {
    const absl::string_view name(key.str().data(), key.str().size());
    if (name == "password" || name == "secret" || name == "key") {
      return absl::InvalidArgumentError(absl::StrCat(
          At(path, value), "`", name,
          "` of [mail]: secrets do not belong in the configuration; put it into an environment variable and "
          "name that with `password_env`, or into a file of mode 0600 and name that with `password_file`"));
    }
    if (absl::Status status = SetByName(kMailKeys, name, value, path, "[mail]", config.mail); !status.ok()) {
      return status;
    }
  }
  return CheckMail(config.mail, At(path, node));
}

}  // namespace seaworthy::config_toml
