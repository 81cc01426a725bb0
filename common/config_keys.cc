#include "common/config_keys.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/config_endpoints.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxKeyBytes = 4096;
constexpr size_t kMinHookSecretBytes = 16;

// Without the spaces around it; refused where no header could hold it.
absl::StatusOr<std::string> Cleaned(absl::string_view bytes, const std::string& source,
                                    absl::string_view what = "an API key") {
  const absl::string_view key = absl::StripAsciiWhitespace(bytes);
  bool plain = key.size() <= kMaxKeyBytes;
  for (const char c : key) plain = plain && absl::ascii_isgraph(static_cast<unsigned char>(c));
  if (key.empty())
    return absl::NotFoundError(absl::StrCat(source, " is empty or not set; put ", what, " there"));
  if (plain) return std::string(key);
  return absl::InvalidArgumentError(absl::StrCat(source, " does not hold ", what, ": at most ", kMaxKeyBytes,
                                                 " printable characters in one word are expected"));
}

absl::StatusOr<std::string> ReadKeyFile(const std::string& path, absl::string_view what = "an API key") {
  const std::string source = absl::StrCat("the key file ", path);
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) {
    return absl::NotFoundError(absl::StrCat(source, " cannot be read: ", std::strerror(errno)));
  }
  const absl::Cleanup close_file = [file] { close(file); };
  struct stat status {};
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    return absl::InvalidArgumentError(source + " is no file");
  }
  if ((status.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(source, " can be read by others; chmod 600 ", path, " makes it private"));
  }
  std::string bytes(2 * kMaxKeyBytes, '\0');
  const ssize_t size = read(file, bytes.data(), bytes.size());
  if (size < 0) return absl::NotFoundError(absl::StrCat(source, " cannot be read: ", std::strerror(errno)));
  return Cleaned(absl::string_view(bytes).substr(0, static_cast<size_t>(size)), source, what);
}

}  // namespace

std::string DefaultKeyEnv(const std::string& url) {
  struct Known {
    absl::string_view host;
    const char* variable;
  };
  static constexpr Known kKnown[] = {
      {"api.openai.com", "OPENAI_API_KEY"},    {"api.anthropic.com", "ANTHROPIC_API_KEY"},
      {"openrouter.ai", "OPENROUTER_API_KEY"}, {"api.mistral.ai", "MISTRAL_API_KEY"},
      {"api.groq.com", "GROQ_API_KEY"},
  };
  const std::string host = HostOf(url);
  for (const Known& known : kKnown) {
    if (known.host == host) return known.variable;
  }
  return "";
}

absl::StatusOr<std::string> ReadKey(const EndpointConfig& endpoint) {
  if (!endpoint.key_file.empty()) return ReadKeyFile(endpoint.key_file);
  const bool custom = endpoint.key_env.empty();
  const std::string variable = custom ? DefaultKeyEnv(endpoint.url) : endpoint.key_env;
  if (variable.empty()) return std::string();
  const char* value = std::getenv(variable.c_str());
  if (value != nullptr && *value != '\0') return Cleaned(value, absl::StrCat("$", variable));
  return absl::NotFoundError(absl::StrCat("endpoint `", endpoint.name, "` has no key: $", variable,
                                          " is not set; export ", variable,
                                          "=…, or name a file of mode 0600 with `key_file`"));
}

absl::StatusOr<std::vector<std::string>> ReadHookSecrets(const HookConfig& hook) {
  std::vector<std::string> secrets;
  const auto add = [&](absl::StatusOr<std::string> secret, const std::string& source) {
    if (!secret.ok()) {
      return absl::Status(
          secret.status().code(),
          absl::StrCat("webhook `", hook.source_id, "`: ", std::string(secret.status().message())));
    }
    if (secret->size() < kMinHookSecretBytes) {
      return absl::InvalidArgumentError(absl::StrCat(
          "webhook `", hook.source_id, "`: the secret in ", source, " is under ", kMinHookSecretBytes,
          " characters and may be guessed; `openssl rand -hex 32` makes one"));
    }
    secrets.push_back(*std::move(secret));
    return absl::OkStatus();
  };
  for (const std::string& variable : hook.secret_env) {
    const char* value = std::getenv(variable.c_str());
    const std::string source = absl::StrCat("$", variable);
    const absl::Status status = add(Cleaned(value == nullptr ? "" : value, source, "a secret"), source);
    if (!status.ok()) return status;
  }
  for (const std::string& path : hook.secret_file) {
    if (absl::Status status = add(ReadKeyFile(path, "a secret"), path); !status.ok()) return status;
  }
  return secrets;
}

std::string ExposedKeyWarning(const EndpointConfig& endpoint) {
  const absl::StatusOr<std::string> key = ReadKey(endpoint);
  if (!key.ok() || key->empty()) return "";
  const absl::StatusOr<EndpointFamily> family = FamilyOf(endpoint.url);
  if (!family.ok() || IsThisMachine(HostOf(endpoint.url))) return "";
  const bool plain_web = absl::StrContains(endpoint.url, ":http://");
  const bool plain_grpc = *family == EndpointFamily::kGrpc &&
                          !absl::EndsWith(endpoint.url.substr(0, endpoint.url.find(':')), "s");
  if (!plain_web && !plain_grpc) return "";
  return absl::StrCat("endpoint `", endpoint.name, "` sends its key unencrypted to ", HostOf(endpoint.url),
                      "; ", plain_web ? "use https://" : "use grpcs:, tritons: or vllms:",
                      ", or a tunnel that ends on this machine");
}

}  // namespace seaworthy
