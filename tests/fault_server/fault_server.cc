#include "tests/fault_server/fault_server.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <deque>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tests/fault_server/certificate.h"
#include "tests/fault_server/connection_impl.h"

namespace seaworthy {
namespace {

using Tcp = asio::ip::tcp;

constexpr size_t kMaxHeld = 1024;

// Connects until a connection no longer comes about: the backlog is full.
// Plain sockets: Asio's own connect waits.
void FillBacklog(asio::io_context* context, const Tcp::endpoint& endpoint, std::deque<Tcp::socket>* held) {
  constexpr int kMost = 16;
  constexpr int kWaitMs = 50;
  for (int i = 0; i < kMost; ++i) {
    const int fd = held->emplace_back(*context, endpoint.protocol()).native_handle();
    fcntl(fd, F_SETFL, O_NONBLOCK);
    if (connect(fd, endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0) continue;
    pollfd waiting{fd, POLLOUT, 0};
    if (poll(&waiting, 1, kWaitMs) == 0) return;
  }
}

}  // namespace

class FaultServer::Impl : public ConnectionHost {
 public:
  explicit Impl(FaultServerOptions options)
      : options_(std::move(options)), api_(options_.provider), tls_(asio::ssl::context::tls_server) {
    for (int i = 0; i < std::max(1, options_.threads); ++i)
      contexts_.push_back(std::make_unique<asio::io_context>(1));
    acceptor_ = std::make_unique<Tcp::acceptor>(*contexts_[0]);
  }
  ~Impl() override {
    for (const auto& context : contexts_) context->stop();
    for (std::thread& thread : threads_) thread.join();
    // Connections end with their contexts, before what they refer to.
    acceptor_.reset();
    held_.clear();
    contexts_.clear();
  }
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  absl::Status Listen() {
    const bool full = options_.door == FaultKind::kBacklogFull;
    const Tcp::endpoint wanted(asio::ip::address_v4::loopback(), options_.port);
    asio::error_code error;
    acceptor_->open(wanted.protocol(), error);
    if (!error) acceptor_->set_option(Tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_->bind(wanted, error);
    if (!error) acceptor_->listen(full ? 0 : 4096, error);
    if (error) {
      return absl::UnavailableError(absl::StrCat("fault server: port ", options_.port, ": ", error.message(),
                                                 "; stop what listens there, or use --port 0"));
    }
    port_ = acceptor_->local_endpoint().port();
    if (uses_tls()) UseCertificate();
    api_.set_origin(url());
    if (full) FillBacklog(contexts_[0].get(), acceptor_->local_endpoint(), &held_);
    if (!full) Accept(0);
    for (const auto& context : contexts_) threads_.emplace_back([raw = context.get()] { Run(raw); });
    return absl::OkStatus();
  }

  WireReply Answer(const HttpRequest& request) override {
    if (request.target == "/stats") return SizedReply(200, kJsonType, StatsJson());
    return api_.Answer(request, &counters_);
  }
  FaultCounters& counters() override { return counters_; }
  absl::Duration latency() const override { return options_.latency; }
  absl::Duration drip_interval() const override { return options_.drip_interval; }
  size_t max_body() const override { return options_.max_body; }

  bool uses_tls() const {
    return options_.tls || options_.door == FaultKind::kTlsWrongHost ||
           options_.door == FaultKind::kTlsUnknownCa;
  }
  int port() const { return port_; }
  std::string url() const { return absl::StrCat(uses_tls() ? "https" : "http", "://127.0.0.1:", port_); }
  const std::string& ca_pem() const { return ca_pem_; }
  ProviderApi& api() { return api_; }

  FaultServerStats stats() const {
    FaultServerStats stats;
    stats.requests = counters_.requests;
    stats.ok = counters_.ok;
    stats.errors = counters_.errors;
    stats.connections = counters_.connections;
    stats.open_connections = counters_.open;
    stats.in_flight = counters_.in_flight;
    stats.most_in_flight = counters_.most_in_flight;
    stats.bytes_in = counters_.bytes_in;
    stats.bytes_out = counters_.bytes_out;
    for (const FaultInfo& fault : AllFaults()) {
      const uint64_t count = counters_.faults.at(static_cast<size_t>(fault.kind));
      if (count > 0) stats.faults[fault.name] = count;
    }
    return stats;
  }

  std::string StatsJson() const {
    const FaultServerStats now = stats();
    const nlohmann::json document = {{"requests", now.requests},
                                     {"ok", now.ok},
                                     {"errors", now.errors},
                                     {"connections", now.connections},
                                     {"open_connections", now.open_connections},
                                     {"in_flight", now.in_flight},
                                     {"most_in_flight", now.most_in_flight},
                                     {"bytes_in", now.bytes_in},
                                     {"bytes_out", now.bytes_out},
                                     {"faults", now.faults}};
    return document.dump();
  }

 private:
  static void Run(asio::io_context* context) {
    const auto guard = asio::make_work_guard(*context);
    context->run();
  }

  void UseCertificate() {
    const ServerCertificate made = MakeServerCertificate(options_.door == FaultKind::kTlsWrongHost,
                                                         options_.door == FaultKind::kTlsUnknownCa);
    tls_.use_certificate_chain(asio::buffer(made.certificate_pem));
    tls_.use_private_key(asio::buffer(made.key_pem), asio::ssl::context::pem);
    ca_pem_ = made.ca_pem;
  }

  // Connections go to the threads in turn.
  void Accept(size_t turn) {
    acceptor_->async_accept(*contexts_[turn % contexts_.size()],
                            [this, turn](asio::error_code error, Tcp::socket socket) {
                              if (error == asio::error::operation_aborted) return;
                              if (!error) Take(std::move(socket));
                              Accept(turn + 1);
                            });
  }

  void Take(Tcp::socket socket) {
    if (options_.door == FaultKind::kNeverReads) {
      ++counters_.connections;
      held_.push_back(std::move(socket));
      if (held_.size() > kMaxHeld) held_.pop_front();
      return;
    }
    if (counters_.open >= options_.max_connections) return;
    const asio::any_io_executor executor = socket.get_executor();
    if (uses_tls()) {
      auto connection = std::make_shared<Connection<TlsStream>>(TlsStream(std::move(socket), tls_), this);
      asio::post(executor, [connection] { connection->Start(); });
    } else {
      auto connection = std::make_shared<Connection<PlainStream>>(std::move(socket), this);
      asio::post(executor, [connection] { connection->Start(); });
    }
  }

  const FaultServerOptions options_;
  FaultCounters counters_;
  ProviderApi api_;
  asio::ssl::context tls_;
  std::string ca_pem_;
  int port_ = 0;
  std::vector<std::unique_ptr<asio::io_context>> contexts_;
  std::unique_ptr<Tcp::acceptor> acceptor_;
  std::deque<Tcp::socket> held_;  // Used by the first thread only.
  std::vector<std::thread> threads_;
};

absl::StatusOr<std::unique_ptr<FaultServer>> FaultServer::Start(FaultServerOptions options) {
  if (options.door != FaultKind::kNone && !IsDoorFault(options.door)) {
    return absl::InvalidArgumentError(absl::StrCat("fault server: `", FaultName(options.door),
                                                   "` is a fault of requests; put it into the script"));
  }
  auto impl = std::make_unique<Impl>(std::move(options));
  if (absl::Status listening = impl->Listen(); !listening.ok()) return listening;
  return std::unique_ptr<FaultServer>(new FaultServer(std::move(impl)));
}

FaultServer::FaultServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FaultServer::~FaultServer() = default;

int FaultServer::port() const { return impl_->port(); }
std::string FaultServer::url(const std::string& prefix) const {
  return prefix.empty() ? impl_->url() : absl::StrCat(impl_->url(), "/", prefix);
}
const std::string& FaultServer::ca_pem() const { return impl_->ca_pem(); }
void FaultServer::SetScript(const std::string& name, FaultScript script) {
  impl_->api().SetScript(name, std::move(script));
}
FaultServerStats FaultServer::stats() const { return impl_->stats(); }
std::string FaultServer::StatsJson() const { return impl_->StatsJson(); }

}  // namespace seaworthy
