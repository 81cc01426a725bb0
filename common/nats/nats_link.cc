#include "common/nats/nats_link.h"

#include <nats/nats.h>

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "common/nats/server_probe.h"
#include "common/status_macros.h"
#include "common/steady_wait.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kProbeTimeout = absl::Seconds(5);
constexpr int64_t kConnectMs = 2000;
constexpr int64_t kRequestMs = 5000;
constexpr int64_t kPublishMs = 2000;
constexpr int64_t kReconnectWaitMs = 100;
constexpr int64_t kReconnectJitterMs = 100;
constexpr int64_t kPingMs = 5000;
constexpr int kPingsOut = 2;
constexpr int64_t kHeartbeatNs = 2'000'000'000;
constexpr int kTailMessages = 65536;
constexpr int kTailBytes = 128 * 1024 * 1024;
// Answers after which a message may be stored yet: it is on its way to the other
// servers (nats-server 2.10 and later), or another of its subject is.
constexpr auto kStreamStoreFailed = static_cast<jsErrCode>(10077);
constexpr auto kMessageUnderWay = static_cast<jsErrCode>(10158);
constexpr auto kSubjectUnderWay = static_cast<jsErrCode>(10164);

struct Free {
  void operator()(natsOptions* p) const { natsOptions_Destroy(p); }
  void operator()(natsConnection* p) const { natsConnection_Destroy(p); }
  void operator()(jsCtx* p) const { jsCtx_Destroy(p); }
  void operator()(natsMsg* p) const { natsMsg_Destroy(p); }
  void operator()(natsSubscription* p) const { natsSubscription_Destroy(p); }
  void operator()(jsStreamInfo* p) const { jsStreamInfo_Destroy(p); }
  void operator()(jsPubAck* p) const { jsPubAck_Destroy(p); }
  void operator()(jsMsgMetaData* p) const { jsMsgMetaData_Destroy(p); }
  void operator()(natsStatistics* p) const { natsStatistics_Destroy(p); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

std::string Text(natsStatus status) {
  const std::string last(absl::NullSafeStringView(nats_GetLastError(nullptr)));
  const std::string text = natsStatus_GetText(status);
  return last.empty() ? text : absl::StrCat(text, ": ", last);
}

// Why nothing listens, without the library's own words about it.
std::string ConnectTrouble(natsStatus status) {
  if (status == NATS_NO_SERVER) return "nothing answers there";
  return Text(status);
}

absl::Status ToStatus(natsStatus status, const std::string& what) {
  if (status == NATS_OK) return absl::OkStatus();
  const std::string text = absl::StrCat(what, ": ", Text(status));
  return status == NATS_NOT_FOUND ? absl::NotFoundError(text) : absl::UnavailableError(text);
}

std::string BytesOf(natsMsg* message) {
  return {natsMsg_GetData(message), static_cast<size_t>(natsMsg_GetDataLength(message))};
}

class Tail : public NatsTail {
 public:
  Tail(Owned<natsSubscription> subscription, std::string stream)
      : subscription_(std::move(subscription)), stream_(std::move(stream)) {}
  ~Tail() override { natsSubscription_Unsubscribe(subscription_.get()); }

  absl::StatusOr<std::optional<NatsMessage>> Next(absl::Duration timeout) override {
    natsMsg* raw = nullptr;
    const natsStatus status = natsSubscription_NextMsg(
        &raw, subscription_.get(), std::max<int64_t>(1, absl::ToInt64Milliseconds(timeout)));
    if (status == NATS_TIMEOUT) return std::optional<NatsMessage>();
    SEAWORTHY_RETURN_IF_ERROR(ToStatus(status, absl::StrCat("reading stream ", stream_)));
    const Owned<natsMsg> message(raw);
    jsMsgMetaData* meta = nullptr;
    SEAWORTHY_RETURN_IF_ERROR(ToStatus(natsMsg_GetMetaData(&meta, raw), "a message without its place"));
    const Owned<jsMsgMetaData> owned_meta(meta);
    return std::optional<NatsMessage>({meta->Sequence.Stream, BytesOf(raw), natsMsg_GetSubject(raw)});
  }

 private:
  const Owned<natsSubscription> subscription_;
  const std::string stream_;
};

class Link : public NatsLink {
 public:
  Link(Owned<natsConnection> connection, Owned<jsCtx> js)
      : connection_(std::move(connection)),
        js_(std::move(js)),
        max_payload_(natsConnection_GetMaxPayload(connection_.get())) {}
  ~Link() override { natsConnection_Close(connection_.get()); }

  absl::StatusOr<NatsServerFacts> Facts() override {
    char url[512] = {};
    SEAWORTHY_RETURN_IF_ERROR(ToStatus(natsConnection_GetConnectedUrl(connection_.get(), url, sizeof(url)),
                                       "the server's address"));
    std::string place = url;
    place = place.substr(place.rfind('/') + 1);
    // HOST:PORT, an IPv6 address in brackets.
    const size_t colon = place.rfind(':');
    const std::string host = place.substr(0, colon);
    return ProbeNatsServer(std::string(absl::StripSuffix(absl::StripPrefix(host, "["), "]")),
                           place.substr(colon + 1), kProbeTimeout);
  }

  size_t max_payload() const override { return max_payload_; }

  bool connected() const override {
    return natsConnection_Status(connection_.get()) == NATS_CONN_STATUS_CONNECTED;
  }

  uint64_t reconnects() const override {
    natsStatistics* raw = nullptr;
    natsStatistics_Create(&raw);  // Null without memory; what follows takes that.
    const Owned<natsStatistics> statistics(raw);
    uint64_t count = 0;
    natsConnection_GetStats(connection_.get(), raw);
    natsStatistics_GetCounts(raw, nullptr, nullptr, nullptr, nullptr, &count);
    return count;
  }

  absl::Status EnsureStream(const NatsStreamSpec& spec) override {
    absl::StatusOr<Owned<jsStreamInfo>> info = Info(spec.name);
    if (!info.ok() && absl::IsNotFound(info.status())) info = Create(spec);
    if (info.ok()) return CheckStream(spec, *(*info)->Config);
    return absl::UnavailableError(
        absl::StrCat(std::string(info.status().message()),
                     "; see that JetStream runs there, and of several servers more than half"));
  }

  absl::StatusOr<NatsStreamEnd> StreamEnd(const std::string& stream) override {
    SEAWORTHY_ASSIGN_OR_RETURN(const Owned<jsStreamInfo> info, Info(stream));
    return NatsStreamEnd{info->State.FirstSeq, info->State.LastSeq, info->State.Consumers};
  }

  absl::Status PurgeBefore(const std::string& stream, uint64_t sequence) override {
    jsOptions options;
    jsOptions_Init(&options);
    options.Wait = kRequestMs;
    options.Stream.Purge.Sequence = sequence;
    return ToStatus(js_PurgeStream(js_.get(), stream.c_str(), &options, nullptr),
                    absl::StrCat("purging stream ", stream, " before message ", sequence));
  }

  absl::StatusOr<NatsStored> Append(const std::string& subject, std::string_view bytes,
                                    const std::string& message_id, uint64_t expected_last) override {
    jsPubOptions options;
    jsPubOptions_Init(&options);
    options.MsgId = message_id.c_str();
    // Zero would say nothing: the stream has one subject, so "none on it" is the same.
    options.ExpectLastSeq = expected_last;
    options.ExpectNoMessage = expected_last == 0;
    return Store(subject, bytes, options);
  }

  absl::StatusOr<NatsStored> PutOnce(const std::string& subject, std::string_view bytes) override {
    jsPubOptions options;
    jsPubOptions_Init(&options);
    options.ExpectNoMessage = true;
    return Store(subject, bytes, options);
  }

  absl::StatusOr<NatsStored> PutAfter(const std::string& subject, std::string_view bytes,
                                      uint64_t expected_last) override {
    jsPubOptions options;
    jsPubOptions_Init(&options);
    options.ExpectLastSubjectSeq = expected_last;
    options.ExpectNoMessage = expected_last == 0;
    return Store(subject, bytes, options);
  }

  absl::StatusOr<std::string> Get(const std::string& stream, uint64_t sequence) override {
    natsMsg* raw = nullptr;
    SEAWORTHY_RETURN_IF_ERROR(ToStatus(js_GetMsg(&raw, js_.get(), stream.c_str(), sequence, nullptr, nullptr),
                                       absl::StrCat("message ", sequence, " of stream ", stream)));
    const Owned<natsMsg> message(raw);
    return BytesOf(raw);
  }

  absl::StatusOr<std::string> GetLast(const std::string& stream, const std::string& subject) override {
    SEAWORTHY_ASSIGN_OR_RETURN(NatsMessage message, GetLastMessage(stream, subject));
    return std::move(message.bytes);
  }

  absl::StatusOr<NatsMessage> GetLastMessage(const std::string& stream, const std::string& subject) override {
    natsMsg* raw = nullptr;
    SEAWORTHY_RETURN_IF_ERROR(
        ToStatus(js_GetLastMsg(&raw, js_.get(), stream.c_str(), subject.c_str(), nullptr, nullptr), subject));
    const Owned<natsMsg> message(raw);
    return NatsMessage{natsMsg_GetSequence(raw), BytesOf(raw)};
  }

  absl::StatusOr<std::unique_ptr<NatsTail>> Follow(const NatsStreamSpec& spec, uint64_t from) override {
    jsSubOptions options;
    jsSubOptions_Init(&options);
    options.Stream = spec.name.c_str();
    options.Config.DeliverPolicy = js_DeliverByStartSequence;
    options.Config.OptStartSeq = from;
    options.Config.AckPolicy = js_AckNone;
    options.Config.FlowControl = true;
    options.Config.Heartbeat = kHeartbeatNs;
    options.Config.Replicas = 1;
    options.Config.MemoryStorage = true;
    natsSubscription* raw = nullptr;
    SEAWORTHY_RETURN_IF_ERROR(
        ToStatus(js_SubscribeSync(&raw, js_.get(), spec.subject.c_str(), nullptr, &options, nullptr),
                 absl::StrCat("following stream ", spec.name)));
    Owned<natsSubscription> subscription(raw);
    SEAWORTHY_RETURN_IF_ERROR(
        ToStatus(natsSubscription_SetPendingLimits(raw, kTailMessages, kTailBytes), "following"));
    return std::make_unique<Tail>(std::move(subscription), spec.name);
  }

 private:
  absl::StatusOr<Owned<jsStreamInfo>> Info(const std::string& stream) {
    jsStreamInfo* raw = nullptr;
    const natsStatus status = js_GetStreamInfo(&raw, js_.get(), stream.c_str(), nullptr, nullptr);
    SEAWORTHY_RETURN_IF_ERROR(ToStatus(status, absl::StrCat("stream ", stream)));
    return Owned<jsStreamInfo>(raw);
  }

  absl::StatusOr<Owned<jsStreamInfo>> Create(const NatsStreamSpec& spec) {
    jsStreamConfig config;
    jsStreamConfig_Init(&config);
    const char* subjects[] = {spec.subject.c_str()};
    config.Name = spec.name.c_str();
    config.Description = "Seaworthy; docs/event-log-nats.md";
    config.Subjects = subjects;
    config.SubjectsLen = 1;
    config.Discard = js_DiscardNew;
    config.Storage = js_FileStorage;
    config.Replicas = spec.replicas;
    config.DenyDelete = true;
    if (spec.newest_only) config.MaxMsgsPerSubject = 1;
    jsStreamInfo* raw = nullptr;
    jsErrCode code = static_cast<jsErrCode>(0);
    const natsStatus status = js_AddStream(&raw, js_.get(), &config, nullptr, &code);
    // Another process was first.
    if (code == JSStreamNameExistErr) return Info(spec.name);
    SEAWORTHY_RETURN_IF_ERROR(ToStatus(status, absl::StrCat("making stream ", spec.name)));
    return Owned<jsStreamInfo>(raw);
  }

  static absl::Status CheckStream(const NatsStreamSpec& spec, const jsStreamConfig& config) {
    const char* wrong = nullptr;
    if (config.SubjectsLen != 1 || spec.subject != config.Subjects[0]) wrong = "it has other subjects";
    if (config.Storage != js_FileStorage) wrong = "it is kept in memory";
    if (config.Retention != js_LimitsPolicy) wrong = "its retention is not \"limits\"";
    const bool keeps_all_subjects = spec.newest_only || config.MaxMsgsPerSubject <= 0;
    if (config.MaxMsgs > 0 || config.MaxBytes > 0 || config.MaxAge > 0 || !keeps_all_subjects) {
      wrong = "it has limits that drop old messages";
    }
    if (config.NoAck) wrong = "it acknowledges nothing";
    if (config.Replicas < spec.replicas) wrong = "it has fewer replicas than log.replicas";
    if (wrong == nullptr) return absl::OkStatus();
    return absl::FailedPreconditionError(absl::StrCat("stream ", spec.name, " cannot keep the log: ", wrong,
                                                      ". Change it, or name another with log.stream"));
  }

  absl::StatusOr<NatsStored> Store(const std::string& subject, std::string_view bytes,
                                   jsPubOptions& options) {
    options.MaxWait = kPublishMs;
    jsPubAck* raw = nullptr;
    jsErrCode code = static_cast<jsErrCode>(0);
    const natsStatus status = js_Publish(&raw, js_.get(), subject.c_str(), bytes.data(),
                                         static_cast<int>(bytes.size()), &options, &code);
    const Owned<jsPubAck> ack(raw);
    NatsStored stored;
    if (status == NATS_OK) {
      stored.outcome = NatsStored::Outcome::kStored;
      stored.sequence = raw->Sequence;
      return stored;
    }
    stored.reason = Text(status);
    if (code == JSStreamWrongLastSequenceErr) {
      stored.outcome = NatsStored::Outcome::kConflict;
      return stored;
    }
    const bool later = code == kStreamStoreFailed || code == kMessageUnderWay || code == kSubjectUnderWay;
    if (code != 0 && !later) {
      return absl::ResourceExhaustedError(absl::StrCat("the NATS server refuses: ", stored.reason));
    }
    return stored;
  }

  const Owned<natsConnection> connection_;
  const Owned<jsCtx> js_;
  const size_t max_payload_;
};

absl::Status SetFiles(natsOptions* nats, const NatsLinkOptions& options) {
  if (!options.credentials_file.empty()) {
    SEAWORTHY_RETURN_IF_ERROR(
        ToStatus(natsOptions_SetUserCredentialsFromFiles(nats, options.credentials_file.c_str(), nullptr),
                 absl::StrCat("credentials ", options.credentials_file)));
  }
  if (!options.ca_file.empty()) {
    SEAWORTHY_RETURN_IF_ERROR(ToStatus(natsOptions_LoadCATrustedCertificates(nats, options.ca_file.c_str()),
                                       absl::StrCat("roots ", options.ca_file)));
  }
  if (!options.certificate_file.empty()) {
    SEAWORTHY_RETURN_IF_ERROR(ToStatus(
        natsOptions_LoadCertificatesChain(nats, options.certificate_file.c_str(), options.key_file.c_str()),
        absl::StrCat("certificate ", options.certificate_file)));
  }
  return absl::OkStatus();
}

absl::StatusOr<Owned<natsOptions>> MakeOptions(const NatsLinkOptions& options) {
  if (options.url.find('@') != std::string::npos) {
    return absl::InvalidArgumentError(
        "log.url holds a user or password; keep them in a file and name it with log.credentials_file");
  }
  natsOptions* raw = nullptr;
  SEAWORTHY_RETURN_IF_ERROR(ToStatus(natsOptions_Create(&raw), "NATS options"));
  Owned<natsOptions> nats(raw);
  std::vector<const char*> servers;
  const std::vector<std::string> urls = absl::StrSplit(options.url, ',', absl::SkipEmpty());
  for (const std::string& url : urls) servers.push_back(url.c_str());
  // The library would take one of its own choice.
  if (servers.empty()) return absl::InvalidArgumentError("log.url names no NATS server");
  for (const natsStatus status : {
           natsOptions_SetServers(raw, servers.data(), static_cast<int>(servers.size())),
           // It goes by what the server says: a server without TLS would be spoken to in the clear.
           natsOptions_SetSecure(raw, absl::StrContains(options.url, "tls://")),
           natsOptions_SetName(raw, options.client_name.c_str()),
           natsOptions_SetTimeout(raw, kConnectMs),
           natsOptions_SetMaxReconnect(raw, -1),
           natsOptions_SetReconnectWait(raw, kReconnectWaitMs),
           natsOptions_SetReconnectJitter(raw, kReconnectJitterMs, kReconnectJitterMs),
           // Nothing is kept for later: the journal decides anew what is written.
           natsOptions_SetReconnectBufSize(raw, 1),
           natsOptions_SetFailRequestsOnDisconnect(raw, true),
           natsOptions_SetPingInterval(raw, kPingMs),
           natsOptions_SetMaxPingsOut(raw, kPingsOut),
       }) {
    SEAWORTHY_RETURN_IF_ERROR(ToStatus(status, "NATS options"));
  }
  SEAWORTHY_RETURN_IF_ERROR(SetFiles(raw, options));
  return nats;
}

}  // namespace

absl::StatusOr<std::unique_ptr<NatsLink>> NatsLink::Connect(const NatsLinkOptions& options,
                                                            absl::Duration timeout) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Owned<natsOptions> nats, MakeOptions(options));
  const SteadyDeadline deadline(timeout);
  natsConnection* raw = nullptr;
  natsStatus status = natsConnection_Connect(&raw, nats.get());
  while (status != NATS_OK && !deadline.Passed()) {
    nats_Sleep(kReconnectWaitMs);
    status = natsConnection_Connect(&raw, nats.get());
  }
  if (status != NATS_OK) {
    return absl::UnavailableError(absl::StrCat("no NATS server at ", options.url, ": ",
                                               ConnectTrouble(status), "; start it, or correct log.url"));
  }
  Owned<natsConnection> connection(raw);
  jsOptions js_options;
  jsOptions_Init(&js_options);
  js_options.Wait = kRequestMs;
  jsCtx* js = nullptr;
  SEAWORTHY_RETURN_IF_ERROR(ToStatus(natsConnection_JetStream(&js, raw, &js_options), "JetStream"));
  return std::make_unique<Link>(std::move(connection), Owned<jsCtx>(js));
}

}  // namespace seaworthy
