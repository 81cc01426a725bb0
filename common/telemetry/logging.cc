#include "common/telemetry/logging.h"

#include <spdlog/formatter.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "common/telemetry/log_text.h"
#include "common/telemetry/log_trace.h"

namespace seaworthy {
namespace {

std::string_view LevelName(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
      return "trace";
    case spdlog::level::debug:
      return "debug";
    case spdlog::level::info:
      return "info";
    case spdlog::level::warn:
      return "warn";
    default:
      return "error";
  }
}

std::string_view Payload(const spdlog::details::log_msg& message) {
  return {message.payload.data(), message.payload.size()};
}

// RFC 3339 in UTC with microseconds.
std::string Rfc3339(spdlog::log_clock::time_point time) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%E6SZ", absl::FromChrono(time), absl::UTCTimeZone());
}

std::string JsonLine(const LogOptions& options, const spdlog::details::log_msg& message) {
  std::string line =
      absl::StrCat(R"({"time":")", Rfc3339(message.time), R"(","level":")",
                   std::string(LevelName(message.level)), R"(","service":)", JsonString(options.service));
  if (!options.instance.empty()) absl::StrAppend(&line, R"(,"instance":)", JsonString(options.instance));
  absl::StrAppend(&line, R"(,"message":)", JsonString(Payload(message)));
  const std::string trace = LogTrace::Current();
  if (!trace.empty()) absl::StrAppend(&line, R"(,"trace_id":)", JsonString(trace));
  line += '}';
  return line;
}

class JsonFormatter : public spdlog::formatter {
 public:
  explicit JsonFormatter(LogOptions options) : options_(std::move(options)) {}
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const std::string line = JsonLine(options_, message) + '\n';
    out.append(line.data(), line.data() + line.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonFormatter>(options_);
  }

 private:
  const LogOptions options_;
};

// Time by this machine's clock and zone, the level in colour on a terminal.
class HumanFormatter : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const auto add = [&out](std::string_view text) { out.append(text.data(), text.data() + text.size()); };
    add(absl::FormatTime("%Y-%m-%d %H:%M:%E3S ", absl::FromChrono(message.time), absl::LocalTimeZone()));
    message.color_range_start = out.size();
    add(LevelName(message.level));
    message.color_range_end = out.size();
    add(" ");
    add(EscapeForLog(Payload(message)));
    const std::string trace = LogTrace::Current();
    if (!trace.empty()) add(absl::StrCat(" trace=", trace));
    add("\n");
  }
  std::unique_ptr<spdlog::formatter> clone() const override { return std::make_unique<HumanFormatter>(); }
};

std::unique_ptr<spdlog::formatter> MakeFormatter(const LogOptions& options) {
  if (options.format == "json") return std::make_unique<JsonFormatter>(options);
  return std::make_unique<HumanFormatter>();
}

}  // namespace

absl::Status StartLogging(const LogOptions& options) {
  if (options.format != "human" && options.format != "json") {
    return absl::InvalidArgumentError(
        absl::StrCat("the log format is human or json, not `", options.format, "`"));
  }
  const spdlog::level::level_enum level = spdlog::level::from_str(options.level);
  if (level == spdlog::level::off || level == spdlog::level::critical) {
    return absl::InvalidArgumentError(
        absl::StrCat("the log level is trace, debug, info, warn or error, not `", options.level, "`"));
  }
  auto logger = std::make_shared<spdlog::logger>(options.service,
                                                 std::make_shared<spdlog::sinks::stderr_color_sink_mt>());
  logger->set_formatter(MakeFormatter(options));
  logger->set_level(level);
  spdlog::set_default_logger(std::move(logger));
  return absl::OkStatus();
}

std::string FormatLogLine(const LogOptions& options, int64_t time_us, const std::string& level,
                          const std::string& message) {
  const spdlog::log_clock::time_point time{std::chrono::microseconds(time_us)};
  const spdlog::details::log_msg line(time, spdlog::source_loc(), options.service,
                                      spdlog::level::from_str(level), message);
  spdlog::memory_buf_t out;
  MakeFormatter(options)->format(line, out);
  return std::string(out.data(), out.size() - 1);
}

}  // namespace seaworthy
