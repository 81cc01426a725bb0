#include "services/publisher/edition/smtp_mailer.h"

#include <curl/curl.h>

#include <algorithm>
#include <atomic>
#include <cstring>
#include <string_view>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "common/hash.h"
#include "services/publisher/edition/mail_address.h"

namespace seaworthy {
namespace {

constexpr int64_t kAnswerMillis = 4'000;
constexpr long kConnectMillis = 10'000;  // NOLINT(google-runtime-int): libcurl's type.

struct FreeEasy {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeMime {
  void operator()(curl_mime* mime) const { curl_mime_free(mime); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Easy = std::unique_ptr<CURL, FreeEasy>;
using Mime = std::unique_ptr<curl_mime, FreeMime>;

// A growing list; libcurl copies what is added.
class List {
 public:
  void Add(const std::string& line) {
    curl_slist* const longer = curl_slist_append(list_.get(), line.c_str());
    if (longer == nullptr) return;
    list_.release();  // NOLINT(bugprone-unused-return-value): `longer` begins with it.
    list_.reset(longer);
  }
  curl_slist* get() const { return list_.get(); }

 private:
  std::unique_ptr<curl_slist, FreeList> list_;
};

// The last part of a mail: says when its last bytes are about to go out.
struct LastPart {
  std::string text;
  size_t sent = 0;
  bool committed = false;
  absl::Status stopped;
  const std::function<absl::Status()>* before_end = nullptr;

  size_t Read(char* out, size_t size) {
    const size_t part = std::min(size, text.size() - sent);
    if (sent + part == text.size() && !committed) {
      committed = true;
      if (*before_end) stopped = (*before_end)();
      if (!stopped.ok()) return CURL_READFUNC_ABORT;
    }
    std::memcpy(out, text.data() + sent, part);
    sent += part;
    return part;
  }
};

// What a transfer looks at while it goes on.
struct Progress {
  const std::atomic<int64_t>* interrupted;
  const LastPart* last;
};

// Nonzero ends the transfer.
int OnProgress(void* data, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto* progress = static_cast<const Progress*>(data);
  const int64_t since = *progress->interrupted;
  if (since == 0) return 0;
  // What has gone out deserves a moment for its answer.
  return !progress->last->committed || absl::ToUnixMillis(absl::Now()) - since > kAnswerMillis ? 1 : 0;
}

size_t ReadLastPart(char* out, size_t size, size_t count, void* part) {
  return static_cast<LastPart*>(part)->Read(out, size * count);
}

// Mail's lines end in CR LF.
std::string WithCrLf(const std::string& text) {
  return absl::StrReplaceAll(text, {{"\r\n", "\r\n"}, {"\n", "\r\n"}, {"\r", "\r\n"}});
}

bool IsLoopback(std::string_view host) {
  return host == "localhost" || host == "127.0.0.1" || host == "[::1]";
}

// The host of `smtp://HOST:PORT`, empty where it is none.
std::string HostOf(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == url.npos) return "";
  std::string_view rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find('/'));
  if (rest.find('@') != rest.npos) return "";
  if (!rest.empty() && rest.front() == '[') return std::string(rest.substr(0, rest.find(']') + 1));
  return std::string(rest.substr(0, rest.find(':')));
}

std::string DomainOf(const std::string& address) { return address.substr(address.rfind('@') + 1); }

absl::Status CheckMail(const Mail& mail) {
  const auto to = NormalizedAddress(mail.to);
  if (!to.ok()) return to.status();
  if (!IsHeaderValue(mail.message_id)) return absl::InvalidArgumentError("the message id is no header value");
  for (const auto& [name, value] : mail.headers) {
    if (!IsHeaderName(name) || !IsHeaderValue(value)) {
      return absl::InvalidArgumentError(absl::StrCat("the header ", name, " cannot be sent as it is"));
    }
  }
  return absl::OkStatus();
}

class Smtp final : public SmtpMailer {
 public:
  Smtp(Options options, Mailbox from)
      : options_(std::move(options)),
        from_(std::move(from)),
        is_local_(IsLoopback(HostOf(options_.url))),
        easy_(curl_easy_init()) {}

  absl::Status Send(const Mail& mail) override;
  void Interrupt() override { interrupted_ = absl::ToUnixMillis(absl::Now()); }

 private:
  List Headers(const Mail& mail) const;
  void SetConnection(CURL* easy) const;
  Mime Body(CURL* easy, const Mail& mail, LastPart& last) const;
  absl::Status Outcome(CURL* easy, CURLcode code, const char* error, const LastPart& last) const;

  const Options options_;
  const Mailbox from_;
  const bool is_local_;
  std::atomic<int64_t> interrupted_{0};  // When, in ms; 0: not.
  absl::Mutex mutex_;
  const Easy easy_ ABSL_GUARDED_BY(mutex_);
};

List Smtp::Headers(const Mail& mail) const {
  List headers;
  const std::string id =
      mail.message_id.empty() ? absl::StrCat(RandomHex(16), "@", DomainOf(from_.address)) : mail.message_id;
  headers.Add(absl::StrCat(
      "Date: ", absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", options_.clock->Now(), absl::UTCTimeZone())));
  headers.Add(from_.name.empty() ? absl::StrCat("From: <", from_.address, ">")
                                 : absl::StrCat("From: ", HeaderText(from_.name), " <", from_.address, ">"));
  headers.Add(absl::StrCat("To: <", mail.to, ">"));
  headers.Add(absl::StrCat("Subject: ", HeaderText(mail.subject)));
  headers.Add(absl::StrCat("Message-ID: <", id, ">"));
  headers.Add("Auto-Submitted: auto-generated");
  for (const auto& [name, value] : mail.headers) headers.Add(absl::StrCat(name, ": ", value));
  return headers;
}

void Smtp::SetConnection(CURL* easy) const {
  curl_easy_setopt(easy, CURLOPT_URL, options_.url.c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, kConnectMillis);
  // NOLINTNEXTLINE(google-runtime-int): libcurl's type.
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, static_cast<long>(absl::ToInt64Milliseconds(options_.deadline)));
  // STARTTLS as well; without it the mail does not go out.
  if (!is_local_) curl_easy_setopt(easy, CURLOPT_USE_SSL, CURLUSESSL_ALL);
  if (is_local_) curl_easy_setopt(easy, CURLOPT_USE_SSL, CURLUSESSL_TRY);
  if (!options_.ca_file.empty()) curl_easy_setopt(easy, CURLOPT_CAINFO, options_.ca_file.c_str());
  if (!options_.user.empty()) {
    curl_easy_setopt(easy, CURLOPT_USERNAME, options_.user.c_str());
    curl_easy_setopt(easy, CURLOPT_PASSWORD, options_.password.c_str());
  }
}

Mime Smtp::Body(CURL* easy, const Mail& mail, LastPart& last) const {
  Mime mime(curl_mime_init(easy));
  curl_mime* kinds = curl_mime_init(easy);
  // The kind a reader should prefer comes last.
  if (!mail.html.empty()) {
    curl_mimepart* text = curl_mime_addpart(kinds);
    const std::string lines = WithCrLf(mail.text);
    curl_mime_data(text, lines.data(), lines.size());
    curl_mime_type(text, "text/plain; charset=utf-8");
    curl_mime_encoder(text, "quoted-printable");
  }
  last.text = WithCrLf(mail.html.empty() ? mail.text : mail.html);
  last.before_end = &mail.before_end;
  curl_mimepart* part = curl_mime_addpart(kinds);
  curl_mime_data_cb(part, -1, ReadLastPart, nullptr, nullptr, &last);
  curl_mime_type(part, mail.html.empty() ? "text/plain; charset=utf-8" : "text/html; charset=utf-8");
  curl_mime_encoder(part, "quoted-printable");
  curl_mimepart* whole = curl_mime_addpart(mime.get());
  curl_mime_subparts(whole, kinds);
  curl_mime_type(whole, "multipart/alternative");
  return mime;
}

absl::Status Smtp::Outcome(CURL* easy, CURLcode code, const char* error, const LastPart& last) const {
  if (code == CURLE_OK) return absl::OkStatus();
  if (!last.stopped.ok()) return last.stopped;
  long said = 0;  // NOLINT(google-runtime-int): libcurl's type.
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &said);
  const std::string what = absl::StrCat("the mail server ", HostOf(options_.url), ": ",
                                        *error == '\0' ? curl_easy_strerror(code) : error);
  const bool for_now = said >= 400 && said < 500;
  const bool for_good = said >= 500;
  if (last.committed && !for_now && !for_good) {
    return absl::UnknownError(absl::StrCat(what, "; it may have taken the mail"));
  }
  if (code == CURLE_LOGIN_DENIED) {
    return absl::FailedPreconditionError(absl::StrCat(what, "; check user and password of [mail]"));
  }
  if (code == CURLE_USE_SSL_FAILED || code == CURLE_PEER_FAILED_VERIFICATION) {
    return absl::FailedPreconditionError(
        absl::StrCat(what, "; mail goes out over TLS only, except to this machine"));
  }
  if (for_good && absl::StartsWith(error, "RCPT failed")) return absl::NotFoundError(what);
  if (for_good) return absl::FailedPreconditionError(what);
  return absl::UnavailableError(what);
}

absl::Status Smtp::Send(const Mail& mail) {
  if (absl::Status checked = CheckMail(mail); !checked.ok()) return checked;
  absl::MutexLock lock(&mutex_);
  CURL* const easy = easy_.get();
  if (easy == nullptr) return absl::UnavailableError("libcurl cannot be started");
  curl_easy_reset(easy);  // Keeps the connection.
  char error[CURL_ERROR_SIZE] = "";
  curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, error);
  SetConnection(easy);
  const std::string sender = absl::StrCat("<", from_.address, ">");
  curl_easy_setopt(easy, CURLOPT_MAIL_FROM, sender.c_str());
  List recipients;
  recipients.Add(absl::StrCat("<", mail.to, ">"));
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients.get());
  const List headers = Headers(mail);
  curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers.get());
  LastPart last;
  const Mime mime = Body(easy, mail, last);
  interrupted_ = 0;
  Progress progress{&interrupted_, &last};
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, OnProgress);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, &progress);
  curl_easy_setopt(easy, CURLOPT_MIMEPOST, mime.get());
  const CURLcode code = curl_easy_perform(easy);
  absl::Status outcome = Outcome(easy, code, error, last);
  curl_easy_reset(easy);  // What is set points into this frame.
  return outcome;
}

}  // namespace

absl::StatusOr<std::unique_ptr<SmtpMailer>> SmtpMailer::Create(Options options) {
  auto from = ParseMailbox(options.from);
  if (!from.ok()) {
    return absl::InvalidArgumentError(absl::StrCat("[mail] from: ", std::string(from.status().message())));
  }
  const bool scheme = absl::StartsWith(options.url, "smtp://") || absl::StartsWith(options.url, "smtps://");
  if (!scheme || HostOf(options.url).empty()) {
    return absl::InvalidArgumentError(
        "[mail] url: expected smtps://HOST:465 or smtp://HOST:587, without user and password");
  }
  static const CURLcode kStarted = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (kStarted != CURLE_OK) return absl::UnavailableError("libcurl cannot be started");
  return std::make_unique<Smtp>(std::move(options), *std::move(from));
}

}  // namespace seaworthy
