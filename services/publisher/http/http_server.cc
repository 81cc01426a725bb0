#include "services/publisher/http/http_server.h"

#include <atomic>
#include <chrono>
#include <exception>
#include <restinio/all.hpp>
#include <thread>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "common/telemetry/log_trace.h"
#include "services/publisher/http/failure_log.h"
#include "services/publisher/http/guarded_socket.h"
#include "services/publisher/http/http_streams.h"
#include "services/publisher/http/worker_pool.h"

namespace seaworthy {
namespace {

struct Traits
    : public restinio::traits_t<restinio::asio_timer_manager_t, restinio::null_logger_t,
                                restinio::default_request_handler_t,
                                restinio::asio_ns::strand<restinio::default_asio_executor>, GuardedSocket> {
  static constexpr bool use_connection_count_limiter = true;
};
using RestinioServer = restinio::http_server_t<Traits>;

constexpr absl::Duration kStopGrace = absl::Seconds(5);

HttpRequest ToRequest(const restinio::request_t& request) {
  HttpRequest out;
  out.method = request.header().method().c_str();
  out.target = request.header().request_target();
  request.header().for_each_field(
      [&out](const auto& field) { out.headers.emplace_back(field.name(), field.value()); });
  out.body = request.body();
  return out;
}

// Counts answers not yet written.
class InFlight {
 public:
  void Add() {
    absl::MutexLock lock(&mutex_);
    ++count_;
  }
  void Remove() {
    absl::MutexLock lock(&mutex_);
    --count_;
  }
  void WaitForNone(absl::Duration timeout) {
    absl::MutexLock lock(&mutex_);
    mutex_.AwaitWithTimeout(absl::Condition(this, &InFlight::None), timeout);
  }

 private:
  bool None() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) { return count_ == 0; }
  absl::Mutex mutex_;
  int count_ ABSL_GUARDED_BY(mutex_) = 0;
};

template <typename Builder>
void AppendHeaders(Builder& builder, const HttpResponse& response) {
  for (const auto& [name, value] : response.headers) builder.append_header(name, value);
  builder.append_header_date_field();
}

// The whole block goes out as the value of one field that ends where a value
// may end: the library then neither compares nor copies the fields one by one.
void SendPrepared(const restinio::request_handle_t& request, PreparedAnswer answer) {
  const restinio::http_status_line_t line{restinio::http_status_code_t{static_cast<uint16_t>(answer.status)},
                                          std::string(ReasonPhrase(answer.status))};
  const size_t colon = answer.head->find(": ");
  std::string name = answer.head->substr(0, colon);
  std::string values = answer.head->substr(colon + 2);
  const auto fill = [&](auto& builder) {
    builder.append_header(std::move(name), std::move(values));
    builder.append_header_date_field();
  };
  if (request->header().method() == restinio::http_method_head() && answer.status != 304) {
    auto builder = request->create_response<restinio::user_controlled_output_t>(line);
    fill(builder);
    builder.set_content_length(answer.body->size());
    builder.done();
    return;
  }
  auto builder = request->create_response(line);
  fill(builder);
  if (answer.status != 304) builder.set_body(std::move(answer.body));
  builder.done();
}

void Send(const restinio::request_handle_t& request, HttpResponse response, bool https,
          std::function<void()> after_write) {
  AddSecurityHeaders(response, https);
  const restinio::http_status_line_t line{
      restinio::http_status_code_t{static_cast<uint16_t>(response.status)},
      std::string(ReasonPhrase(response.status))};
  const auto done = [after_write = std::move(after_write)](const auto&) { after_write(); };
  if (request->header().method() == restinio::http_method_head()) {
    auto builder = request->create_response<restinio::user_controlled_output_t>(line);
    AppendHeaders(builder, response);
    builder.set_content_length(response.body.size());
    builder.done(done);
    return;
  }
  auto builder = request->create_response(line);
  AppendHeaders(builder, response);
  builder.set_body(std::move(response.body));
  builder.done(done);
}

// A connection refers to the server and the server to its context: what still
// waits, a reader who keeps the connection, has to go while both are there.
class Io : public restinio::asio_ns::io_context {
 public:
  void DropWhatWaits() { shutdown(); }
};

}  // namespace

class HttpServer::Impl {
 public:
  Impl(const Options& options, HttpHandler handler)
      : options_(options),
        handler_(std::move(handler)),
        streams_(options.max_streams),
        pool_(options.handler_threads, options.max_waiting) {}
  ~Impl() { Stop(); }

  absl::Status Start();
  void Stop();
  int port() const { return port_; }

 private:
  template <typename Settings>
  void Configure(Settings& settings);
  restinio::request_handling_status_t Accept(const restinio::request_handle_t& request);
  bool AnswerPrepared(const restinio::request_handle_t& request);
  void Handle(const restinio::request_handle_t& request);
  void SendStream(const restinio::request_handle_t& request, HttpResponse response);
  HttpResponse Answer(const restinio::request_t& request);
  void RunLoop();

  const Options options_;
  const HttpHandler handler_;
  InFlight in_flight_;
  HttpStreams streams_;
  Io io_;
  std::unique_ptr<RestinioServer> server_;
  std::thread io_thread_;
  WorkerPool pool_;
  std::atomic<int> port_{0};
  absl::Mutex stop_mutex_;
  bool stopped_ ABSL_GUARDED_BY(stop_mutex_) = false;
};

template <typename Settings>
void HttpServer::Impl::Configure(Settings& settings) {
  const auto duration = [](absl::Duration d) { return absl::ToChronoMilliseconds(d); };
  settings.address(options_.address)
      .port(static_cast<uint16_t>(options_.port))
      .read_next_http_message_timelimit(duration(options_.read_timeout))
      .write_http_response_timelimit(duration(options_.write_timeout))
      .handle_request_timeout(duration(options_.handle_timeout))
      .max_pipelined_requests(1)
      .max_parallel_connections(options_.max_connections)
      .incoming_http_msg_limits(restinio::incoming_http_msg_limits_t{}
                                    .max_url_size(4096)
                                    .max_field_name_size(256)
                                    .max_field_value_size(8192)
                                    .max_field_count(100)
                                    .max_body_size(kMaxHttpBodyBytes))
      .acceptor_post_bind_hook([this](restinio::asio_ns::ip::tcp::acceptor& acceptor) {
        port_ = acceptor.local_endpoint().port();
      })
      .request_handler([this](const restinio::request_handle_t& request) { return Accept(request); });
}

absl::Status HttpServer::Impl::Start() {
  if (options_.port < 0 || options_.port > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("HTTP port ", options_.port, " is no port; choose 0 to 65535"));
  }
  restinio::asio_ns::use_service<ServerFacts>(io_).https = options_.https;
  try {
    server_ = std::make_unique<RestinioServer>(restinio::external_io_context(io_),
                                               [this](auto& settings) { Configure(settings); });
    io_thread_ = std::thread([this] { RunLoop(); });
    server_->open_sync();
  } catch (const std::exception& error) {
    return absl::UnavailableError(
        absl::StrCat("cannot serve HTTP on ", options_.address, ":", options_.port, ": ", error.what(),
                     ". Stop what uses that port, or choose another with --port N (0 for any free one)"));
  }
  return absl::OkStatus();
}

void HttpServer::Impl::RunLoop() {
  const auto keep = restinio::asio_ns::make_work_guard(io_);
  while (!io_.stopped()) {
    try {
      io_.run();
    } catch (const std::exception&) {
      // A connection's own failure; the others go on.
    }
  }
}

bool HttpServer::Impl::AnswerPrepared(const restinio::request_handle_t& request) {
  const auto& head = request->header();
  if (options_.prepared == nullptr) return false;
  if (head.method() != restinio::http_method_get() && head.method() != restinio::http_method_head())
    return false;
  const auto value = [&head](restinio::http_field_t field) {
    const auto found = head.opt_value_of(field);
    return found ? absl::string_view(found->data(), found->size()) : absl::string_view();
  };
  auto answer = options_.prepared({.target = head.request_target(),
                                   .accept_encoding = value(restinio::http_field_t::accept_encoding),
                                   .if_none_match = value(restinio::http_field_t::if_none_match)});
  if (!answer.has_value()) return false;
  SendPrepared(request, *std::move(answer));
  return true;
}

restinio::request_handling_status_t HttpServer::Impl::Accept(const restinio::request_handle_t& request) {
  if (AnswerPrepared(request)) return restinio::request_accepted();
  in_flight_.Add();
  if (!pool_.Post([this, request] { Handle(request); })) {
    HttpResponse busy = JsonError(503, "unavailable", "the server is busy; try again in a moment");
    busy.SetHeader("Retry-After", "2");
    Send(request, std::move(busy), options_.https, [this] { in_flight_.Remove(); });
  }
  return restinio::request_accepted();
}

void HttpServer::Impl::Handle(const restinio::request_handle_t& request) {
  try {
    HttpResponse response = Answer(*request);
    if (response.stream != nullptr && request->header().method() != restinio::http_method_head()) {
      SendStream(request, std::move(response));
      return;
    }
    Send(request, std::move(response), options_.https, [this] { in_flight_.Remove(); });
  } catch (const std::exception&) {
    // The connection is gone: nobody is left to tell.
    in_flight_.Remove();
  }
}

void HttpServer::Impl::SendStream(const restinio::request_handle_t& request, HttpResponse response) {
  AddSecurityHeaders(response, options_.https);
  const auto stream = streams_.Open(request, response);
  if (stream == nullptr) {
    HttpResponse busy = JsonError(503, "unavailable", "too many are listening; try again in a minute");
    busy.SetHeader("Retry-After", "60");
    Send(request, std::move(busy), options_.https, [this] { in_flight_.Remove(); });
    return;
  }
  response.stream(stream);
  in_flight_.Remove();
}

HttpResponse HttpServer::Impl::Answer(const restinio::request_t& request) {
  try {
    HttpRequest read = ToRequest(request);
    read.peer = request.remote_endpoint().address().to_string();
    const LogTrace trace(std::string(read.Header("traceparent").value_or("")));
    return handler_(read);
  } catch (const std::exception& error) {
    LogFailure(std::string(request.header().path()), absl::InternalError(error.what()));
    return JsonError(500, "internal", "the request could not be answered; the server's log says more");
  }
}

void HttpServer::Impl::Stop() {
  absl::MutexLock lock(&stop_mutex_);
  if (stopped_) return;
  stopped_ = true;
  streams_.Stop();
  if (io_thread_.joinable()) {
    try {
      server_->close_sync();
    } catch (const std::exception&) {
      // It never listened.
    }
    in_flight_.WaitForNone(kStopGrace);
  }
  pool_.Stop();
  io_.stop();
  if (io_thread_.joinable()) io_thread_.join();
  io_.DropWhatWaits();
}

HttpServer::HttpServer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
HttpServer::~HttpServer() = default;

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const Options& options, HttpHandler handler) {
  auto impl = std::make_unique<Impl>(options, std::move(handler));
  const absl::Status started = impl->Start();
  if (!started.ok()) return started;
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(impl)));
}

int HttpServer::port() const { return impl_->port(); }
void HttpServer::Stop() { impl_->Stop(); }

}  // namespace seaworthy
