#include "common/rocksdb_logger.h"

#include <array>
#include <cstdarg>
#include <cstdio>
#include <string_view>
#include <utility>

#include "rocksdb/env.h"
#include "spdlog/spdlog.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxLine = 1024;

class Spoken : public rocksdb::Logger {
 public:
  explicit Spoken(std::string what) : Logger(rocksdb::InfoLogLevel::WARN_LEVEL), what_(std::move(what)) {}

  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    Logv(rocksdb::InfoLogLevel::INFO_LEVEL, format, arguments);
  }
  // Header lines, which list every option, rank above errors there.
  void Logv(const rocksdb::InfoLogLevel level, const char* format, va_list arguments) override {
    if (level < rocksdb::InfoLogLevel::WARN_LEVEL || level > rocksdb::InfoLogLevel::FATAL_LEVEL) return;
    std::array<char, kMaxLine> line{};
    std::vsnprintf(line.data(), line.size(), format, arguments);
    std::string_view said(line.data());
    while (!said.empty() && said.back() == '\n') said.remove_suffix(1);
    const bool error = level >= rocksdb::InfoLogLevel::ERROR_LEVEL;
    spdlog::log(error ? spdlog::level::warn : spdlog::level::debug, "RocksDB, {}: {}", what_,
                std::string(said));
  }

 private:
  const std::string what_;
};

}  // namespace

std::shared_ptr<rocksdb::Logger> RocksDbLogger(std::string what) {
  return std::make_shared<Spoken>(std::move(what));
}

}  // namespace seaworthy
