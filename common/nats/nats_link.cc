#include "common/nats/nats_link.h"

#include <nats/nats.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/synchronization/mutex.h"
#include "common/nats/nats_session.h"
#include "common/nats/server_probe.h"
#include "common/status_macros.h"
#include "common/steady_wait.h"

namespace seaworthy {
namespace {

constexpr absl::Duration kProbeTimeout = absl::Seconds(5);
constexpr int64_t kRequestMs = 5000;
constexpr int64_t kPublishMs = 2000;
constexpr int64_t kHeartbeatNs = 2'000'000'000;
constexpr int kTailMessages = 65536;
constexpr int kTailBytes = 128 * 1024 * 1024;
// Answers after which a message may be stored yet: it is on its way to the other
// servers (nats-server 2.10 and later), or another of its subject is.
constexpr auto kStreamStoreFailed = static_cast<jsErrCode>(10077);
constexpr auto kMessageUnderWay = static_cast<jsErrCode>(10158);
constexpr auto kSubjectUnderWay = static_cast<jsErrCode>(10164);

std::string BytesOf(natsMsg* message) {
  return {natsMsg_GetData(message), static_cast<size_t>(natsMsg_GetDataLength(message))};
}

class Tail : public NatsTail {
 public:
  Tail(std::shared_ptr<NatsSession> session, NatsOwned<natsSubscription> subscription, std::string stream)
      : session_(std::move(session)), subscription_(std::move(subscription)), stream_(std::move(stream)) {}
  ~Tail() override { natsSubscription_Unsubscribe(subscription_.get()); }

  absl::StatusOr<std::optional<NatsMessage>> Next(absl::Duration timeout) override {
    natsMsg* raw = nullptr;
    const natsStatus status = natsSubscription_NextMsg(
        &raw, subscription_.get(), std::max<int64_t>(1, absl::ToInt64Milliseconds(timeout)));
    if (status == NATS_TIMEOUT) return std::optional<NatsMessage>();
    SEAWORTHY_RETURN_IF_ERROR(NatsError(status, absl::StrCat("reading stream ", stream_)));
    const NatsOwned<natsMsg> message(raw);
    jsMsgMetaData* meta = nullptr;
    SEAWORTHY_RETURN_IF_ERROR(NatsError(natsMsg_GetMetaData(&meta, raw), "a message without its place"));
    const NatsOwned<jsMsgMetaData> owned_meta(meta);
    return std::optional<NatsMessage>({meta->Sequence.Stream, BytesOf(raw), natsMsg_GetSubject(raw)});
  }

 private:
  const std::shared_ptr<NatsSession> session_;
  const NatsOwned<natsSubscription> subscription_;
  const std::string stream_;
};

class Link : public NatsLink {
 public:
  // `files`: HashOfTlsFiles from before `session` was opened.
  Link(NatsLinkOptions options, std::string files, std::shared_ptr<NatsSession> session)
      : options_(std::move(options)),
        max_payload_(natsConnection_GetMaxPayload(session->connection())),
        files_(std::move(files)),
        session_(std::move(session)) {
    if (!files_.empty()) renewer_ = std::thread([this] { RenewLoop(); });
  }
  ~Link() override {
    stopping_.Set();
    if (renewer_.joinable()) renewer_.join();
    Session()->Close();
  }

  absl::StatusOr<NatsServerFacts> Facts() override {
    char url[512] = {};
    SEAWORTHY_RETURN_IF_ERROR(NatsError(
        natsConnection_GetConnectedUrl(Session()->connection(), url, sizeof(url)), "the server's address"));
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
    return natsConnection_Status(Session()->connection()) == NATS_CONN_STATUS_CONNECTED;
  }

  uint64_t reconnects() const override {
    absl::MutexLock lock(&mutex_);
    return past_reconnects_ + session_->reconnects();
  }

  absl::Status EnsureStream(const NatsStreamSpec& spec) override {
    absl::StatusOr<NatsOwned<jsStreamInfo>> info = Info(spec.name);
    if (!info.ok() && absl::IsNotFound(info.status())) info = Create(spec);
    if (info.ok()) return CheckStream(spec, *(*info)->Config);
    return absl::UnavailableError(
        absl::StrCat(std::string(info.status().message()),
                     "; see that JetStream runs there, and of several servers more than half"));
  }

  absl::StatusOr<NatsStreamEnd> StreamEnd(const std::string& stream) override {
    SEAWORTHY_ASSIGN_OR_RETURN(const NatsOwned<jsStreamInfo> info, Info(stream));
    return NatsStreamEnd{info->State.FirstSeq, info->State.LastSeq, info->State.Consumers};
  }

  absl::Status PurgeBefore(const std::string& stream, uint64_t sequence) override {
    jsOptions options;
    jsOptions_Init(&options);
    options.Wait = kRequestMs;
    options.Stream.Purge.Sequence = sequence;
    return NatsError(js_PurgeStream(Session()->js(), stream.c_str(), &options, nullptr),
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
    SEAWORTHY_RETURN_IF_ERROR(
        NatsError(js_GetMsg(&raw, Session()->js(), stream.c_str(), sequence, nullptr, nullptr),
                  absl::StrCat("message ", sequence, " of stream ", stream)));
    const NatsOwned<natsMsg> message(raw);
    return BytesOf(raw);
  }

  absl::StatusOr<std::string> GetLast(const std::string& stream, const std::string& subject) override {
    SEAWORTHY_ASSIGN_OR_RETURN(NatsMessage message, GetLastMessage(stream, subject));
    return std::move(message.bytes);
  }

  absl::StatusOr<NatsMessage> GetLastMessage(const std::string& stream, const std::string& subject) override {
    natsMsg* raw = nullptr;
    SEAWORTHY_RETURN_IF_ERROR(NatsError(
        js_GetLastMsg(&raw, Session()->js(), stream.c_str(), subject.c_str(), nullptr, nullptr), subject));
    const NatsOwned<natsMsg> message(raw);
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
    std::shared_ptr<NatsSession> session = Session();
    natsSubscription* raw = nullptr;
    SEAWORTHY_RETURN_IF_ERROR(
        NatsError(js_SubscribeSync(&raw, session->js(), spec.subject.c_str(), nullptr, &options, nullptr),
                  absl::StrCat("following stream ", spec.name)));
    NatsOwned<natsSubscription> subscription(raw);
    SEAWORTHY_RETURN_IF_ERROR(
        NatsError(natsSubscription_SetPendingLimits(raw, kTailMessages, kTailBytes), "following"));
    return std::make_unique<Tail>(std::move(session), std::move(subscription), spec.name);
  }

 private:
  absl::StatusOr<NatsOwned<jsStreamInfo>> Info(const std::string& stream) {
    jsStreamInfo* raw = nullptr;
    const natsStatus status = js_GetStreamInfo(&raw, Session()->js(), stream.c_str(), nullptr, nullptr);
    SEAWORTHY_RETURN_IF_ERROR(NatsError(status, absl::StrCat("stream ", stream)));
    return NatsOwned<jsStreamInfo>(raw);
  }

  absl::StatusOr<NatsOwned<jsStreamInfo>> Create(const NatsStreamSpec& spec) {
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
    const absl::Status made = NatsError(js_AddStream(&raw, Session()->js(), &config, nullptr, nullptr),
                                        absl::StrCat("making stream ", spec.name));
    if (made.ok()) return NatsOwned<jsStreamInfo>(raw);
    // Another process was first? The server has several words for that.
    absl::StatusOr<NatsOwned<jsStreamInfo>> there = Info(spec.name);
    if (there.ok()) return there;
    return made;
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
    const natsStatus status = js_Publish(&raw, Session()->js(), subject.c_str(), bytes.data(),
                                         static_cast<int>(bytes.size()), &options, &code);
    const NatsOwned<jsPubAck> ack(raw);
    NatsStored stored;
    if (status == NATS_OK) {
      stored.outcome = NatsStored::Outcome::kStored;
      stored.sequence = raw->Sequence;
      return stored;
    }
    stored.reason = NatsText(status);
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

  std::shared_ptr<NatsSession> Session() const {
    absl::MutexLock lock(&mutex_);
    return session_;
  }

  // Certificates end; what connects again must show those that are there now.
  // The new connection stands before the old one goes.
  void RenewLoop() {
    std::string refused;
    while (!stopping_.WaitFor(options_.refresh)) {
      const std::string files = HashOfTlsFiles(options_);
      if (files == files_) continue;
      absl::StatusOr<std::shared_ptr<NatsSession>> made = NatsSession::Open(options_, absl::ZeroDuration());
      if (made.ok()) {
        files_ = files;
        Renew(*std::move(made));
      } else if (files != refused) {
        spdlog::warn("NATS: the files of TLS have changed, and no connection comes with them: {}",
                     std::string(made.status().message()));
        refused = files;
      }
    }
  }

  void Renew(std::shared_ptr<NatsSession> session) {
    {
      absl::MutexLock lock(&mutex_);
      past_reconnects_ += session_->reconnects() + 1;
      session_.swap(session);
    }
    session->Close();
    spdlog::info("NATS: connected anew, with the files of TLS there are now");
  }

  const NatsLinkOptions options_;
  const size_t max_payload_;
  std::string files_;  // The renewer's.
  mutable absl::Mutex mutex_;
  std::shared_ptr<NatsSession> session_ ABSL_GUARDED_BY(mutex_);
  uint64_t past_reconnects_ ABSL_GUARDED_BY(mutex_) = 0;
  SteadyFlag stopping_;
  std::thread renewer_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<NatsLink>> NatsLink::Connect(const NatsLinkOptions& options,
                                                            absl::Duration timeout) {
  std::string files = HashOfTlsFiles(options);
  SEAWORTHY_ASSIGN_OR_RETURN(std::shared_ptr<NatsSession> session, NatsSession::Open(options, timeout));
  return std::make_unique<Link>(options, std::move(files), std::move(session));
}

}  // namespace seaworthy
