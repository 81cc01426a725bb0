#include "common/telemetry/telemetry_server.h"

#include <spdlog/spdlog.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <restinio/all.hpp>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace seaworthy {
namespace {

struct Traits : public restinio::traits_t<restinio::asio_timer_manager_t, restinio::null_logger_t> {
  static constexpr bool use_connection_count_limiter = true;
};
using Server = restinio::http_server_t<Traits>;

constexpr auto kReadTime = std::chrono::seconds(10);
constexpr auto kWriteTime = std::chrono::seconds(10);
constexpr auto kHandleTime = std::chrono::seconds(30);

struct Page {
  uint16_t status = 200;
  const char* reason = "OK";
  const char* media_type = "application/json; charset=utf-8";
  std::string body;
};

Page HealthPage(Health::Answer answer) {
  if (answer.ok) return {200, "OK", "application/json; charset=utf-8", std::move(answer.json)};
  return {503, "Service Unavailable", "application/json; charset=utf-8", std::move(answer.json)};
}

struct HostAndPort {
  std::string host;
  uint16_t port = 0;
};

absl::StatusOr<HostAndPort> SplitAddress(const std::string& address) {
  const size_t colon = address.rfind(':');
  int port = -1;
  const bool read = colon != std::string::npos && absl::SimpleAtoi(address.substr(colon + 1), &port);
  if (!read || port < 0 || port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("[telemetry] `listen` is HOST:PORT, such as 127.0.0.1:9464, not ", address));
  }
  absl::string_view host(address.data(), colon);
  if (absl::ConsumePrefix(&host, "[")) absl::ConsumeSuffix(&host, "]");
  return HostAndPort{host == "localhost" ? "127.0.0.1" : std::string(host), static_cast<uint16_t>(port)};
}

class RestinioTelemetryServer : public TelemetryServer {
 public:
  RestinioTelemetryServer(const Metrics* metrics, const Health* health)
      : metrics_(metrics), health_(health) {}
  ~RestinioTelemetryServer() override { RestinioTelemetryServer::Stop(); }

  absl::Status Listen(const std::string& address) {
    const absl::StatusOr<HostAndPort> at = SplitAddress(address);
    if (!at.ok()) return at.status();
    try {
      server_ = std::make_unique<Server>(restinio::external_io_context(io_),
                                         [this, &at](auto& settings) { Configure(settings, *at); });
      thread_ = std::thread([this] { Run(); });
      server_->open_sync();
    } catch (const std::exception& error) {
      return absl::UnavailableError(absl::StrCat("cannot serve telemetry on ", address, ": ", error.what(),
                                                 ". Stop what uses that port, or change [telemetry] listen"));
    }
    return absl::OkStatus();
  }

  int port() const override { return port_; }

  void Stop() override {
    if (!thread_.joinable()) return;
    try {
      server_->close_sync();
    } catch (const std::exception&) {
      // It never listened.
    }
    io_.stop();
    thread_.join();
  }

 private:
  template <typename Settings>
  void Configure(Settings& settings, const HostAndPort& at) {
    settings.address(at.host)
        .port(at.port)
        .read_next_http_message_timelimit(kReadTime)
        .write_http_response_timelimit(kWriteTime)
        .handle_request_timeout(kHandleTime)
        .max_pipelined_requests(1)
        .max_parallel_connections(32)
        .incoming_http_msg_limits(restinio::incoming_http_msg_limits_t{}
                                      .max_url_size(4096)
                                      .max_field_name_size(256)
                                      .max_field_value_size(8192)
                                      .max_field_count(50)
                                      .max_body_size(1024))
        .acceptor_post_bind_hook([this](restinio::asio_ns::ip::tcp::acceptor& acceptor) {
          port_ = acceptor.local_endpoint().port();
        })
        .request_handler([this](const restinio::request_handle_t& request) { return Handle(request); });
  }

  void Run() {
    const auto keep = restinio::asio_ns::make_work_guard(io_);
    while (!io_.stopped()) {
      try {
        io_.run();
      } catch (const std::exception&) {
        // A connection's own failure; the others go on.
      }
    }
  }

  Page Answer(const restinio::http_request_header_t& head) const {
    if (head.method() != restinio::http_method_get() && head.method() != restinio::http_method_head()) {
      return {405, "Method Not Allowed", "text/plain; charset=utf-8", "GET and HEAD only\n"};
    }
    if (head.path() == "/metrics") {
      return {200, "OK", "text/plain; version=0.0.4; charset=utf-8", metrics_->Text()};
    }
    if (head.path() == "/healthz") return HealthPage(health_->Live());
    if (head.path() == "/readyz") return HealthPage(health_->Ready());
    return {404, "Not Found", "text/plain; charset=utf-8", "/metrics, /healthz and /readyz are here\n"};
  }

  restinio::request_handling_status_t Handle(const restinio::request_handle_t& request) const {
    Page page;
    try {
      page = Answer(request->header());
    } catch (const std::exception& error) {
      spdlog::error("telemetry: {}", error.what());
      page = {500, "Internal Server Error", "text/plain; charset=utf-8", "the program's log says why\n"};
    }
    const restinio::http_status_line_t line{restinio::http_status_code_t{page.status}, page.reason};
    const auto fill = [&page](auto& builder) {
      builder.append_header("Content-Type", page.media_type);
      builder.append_header("Cache-Control", "no-store");
      builder.append_header("X-Content-Type-Options", "nosniff");
      if (page.status == 405) builder.append_header("Allow", "GET, HEAD");
      builder.append_header_date_field();
    };
    if (request->header().method() == restinio::http_method_head()) {
      auto builder = request->create_response<restinio::user_controlled_output_t>(line);
      fill(builder);
      builder.set_content_length(page.body.size());
      builder.done();
    } else {
      auto builder = request->create_response(line);
      fill(builder);
      builder.set_body(std::move(page.body));
      builder.done();
    }
    return restinio::request_accepted();
  }

  const Metrics* const metrics_;
  const Health* const health_;
  restinio::asio_ns::io_context io_;
  std::unique_ptr<Server> server_;
  std::thread thread_;
  std::atomic<int> port_{0};
};

}  // namespace

absl::StatusOr<std::unique_ptr<TelemetryServer>> TelemetryServer::Start(const std::string& address,
                                                                        const Metrics* metrics,
                                                                        const Health* health) {
  auto server = std::make_unique<RestinioTelemetryServer>(metrics, health);
  const absl::Status listening = server->Listen(address);
  if (!listening.ok()) return listening;
  return server;
}

}  // namespace seaworthy
