#include "common/telemetry/process_metrics.h"

#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <vector>

#include "absl/time/time.h"
#include "common/snapshot.h"

namespace seaworthy {
namespace {

namespace fs = std::filesystem;

// The fields of /proc/self/stat behind the program's name, the third one first.
std::vector<double> StatFields() {
  std::ifstream file("/proc/self/stat");
  std::string text;
  std::getline(file, text);
  const size_t name_end = text.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(text.substr(name_end + 1));
  std::vector<double> fields = {0};  // The state, a letter.
  std::string state;
  rest >> state;
  for (double value = 0; rest >> value;) fields.push_back(value);
  return fields;
}

// Seconds since 1970 at which the machine started.
std::optional<double> BootTime() {
  std::ifstream file("/proc/stat");
  for (std::string line; std::getline(file, line);) {
    double seconds = 0;
    if (std::sscanf(line.c_str(), "btime %lf", &seconds) == 1) return seconds;
  }
  return std::nullopt;
}

std::optional<double> OpenFiles() {
  std::error_code error;
  double count = 0;
  for (fs::directory_iterator it("/proc/self/fd", error), end; !error && it != end; it.increment(error)) {
    ++count;
  }
  // One of them is the folder itself, which is being read.
  return error ? std::nullopt : std::make_optional(count - 1);
}

struct FreeBio {
  void operator()(BIO* bio) const { BIO_free_all(bio); }
};
struct FreeCertificate {
  void operator()(X509* certificate) const { X509_free(certificate); }
};

}  // namespace

void AddProcessSamples(MetricSamples& samples) {
  // proc(5): utime is field 14, stime 15, starttime 22, rss 24.
  const std::vector<double> fields = StatFields();
  const auto field = [&fields](size_t number) { return fields[number - 3]; };
  const auto ticks = static_cast<double>(sysconf(_SC_CLK_TCK));
  if (fields.size() > 24 - 3) {
    samples.Add("process_cpu_seconds_total", (field(14) + field(15)) / ticks);
    samples.Add("process_resident_memory_bytes", field(24) * static_cast<double>(sysconf(_SC_PAGESIZE)));
    if (const auto boot = BootTime()) samples.Add("process_start_time_seconds", *boot + field(22) / ticks);
  }
  if (const auto open = OpenFiles()) samples.Add("process_open_fds", *open);
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    samples.Add("process_max_fds", static_cast<double>(limit.rlim_cur));
  }
}

void AddDiskSamples(const std::string& folder, MetricSamples& samples) {
  struct statvfs disk {};
  if (statvfs(folder.c_str(), &disk) != 0) return;
  const auto block = static_cast<double>(disk.f_frsize);
  samples.Add("seaworthy_data_free_bytes", static_cast<double>(disk.f_bavail) * block);
  samples.Add("seaworthy_data_size_bytes", static_cast<double>(disk.f_blocks) * block);
}

void AddCertificateSample(const std::string& pem_file, MetricSamples& samples) {
  const std::unique_ptr<BIO, FreeBio> file(BIO_new_file(pem_file.c_str(), "r"));
  if (file == nullptr) return;
  const std::unique_ptr<X509, FreeCertificate> certificate(
      PEM_read_bio_X509(file.get(), nullptr, nullptr, nullptr));
  std::tm end{};
  if (certificate == nullptr || ASN1_TIME_to_tm(X509_get0_notAfter(certificate.get()), &end) != 1) return;
  samples.Add("seaworthy_certificate_expiry_timestamp_seconds", static_cast<double>(timegm(&end)));
}

void AddBackupSample(const std::string& data_dir, MetricSamples& samples) {
  const auto mark = ReadSnapshotMark(SnapshotMarkPath(data_dir));
  samples.Add("seaworthy_backup_timestamp_seconds",
              mark.ok() ? static_cast<double>(absl::ToUnixSeconds(mark->time)) : 0);
}

}  // namespace seaworthy
