// Who a service is: a certificate's name, and the files it is read from.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace seaworthy {

// PEM: whom we trust, who we are.
struct TlsFiles {
  std::string ca_file;
  std::string certificate_file;
  std::string key_file;
};

// `spiffe://seaworthy/NAME`, the URI a certificate of ours carries.
std::string IdentityUri(std::string_view name);

struct CertificateFacts {
  // NAME of its only URI of ours.
  std::string name;
  absl::Time not_after;
};

// Reads all three and checks them against each other as far as they go without
// a peer: the certificate has one name of ours, is valid now, was signed by the
// CA and fits the key. Errors: NOT_FOUND, INVALID_ARGUMENT and
// FAILED_PRECONDITION naming file, reason and way out; never what is in a key.
absl::StatusOr<CertificateFacts> CheckTlsFiles(const TlsFiles& files, absl::Time now);

}  // namespace seaworthy
