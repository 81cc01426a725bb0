// What the machine knows of this process and its disk.
#pragma once

#include <string>

#include "common/telemetry/metrics.h"

namespace seaworthy {

// `process_*`. What cannot be read is left out.
void AddProcessSamples(MetricSamples& samples);

// `seaworthy_data_*` of the disk a folder is on.
void AddDiskSamples(const std::string& folder, MetricSamples& samples);

// `seaworthy_certificate_expiry_timestamp_seconds` of a PEM file's first
// certificate, read anew each time; nothing where it cannot be read.
void AddCertificateSample(const std::string& pem_file, MetricSamples& samples);

// `seaworthy_backup_timestamp_seconds` of a data folder.
void AddBackupSample(const std::string& data_dir, MetricSamples& samples);

}  // namespace seaworthy
