#include "common/service_identity.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <ctime>
#include <memory>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/status_macros.h"

namespace seaworthy {
namespace {

constexpr std::string_view kPrefix = "spiffe://seaworthy/";
// Certificates in one file, at most.
constexpr size_t kMaxChain = 100;

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* p) const {
    Free(p);
  }
};
using Bio = std::unique_ptr<BIO, Freer<BIO_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Store = std::unique_ptr<X509_STORE, Freer<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Freer<X509_STORE_CTX_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freer<GENERAL_NAMES_free>>;

absl::StatusOr<Bio> OpenFile(const char* key, const std::string& path) {
  Bio bio(BIO_new_file(path.c_str(), "r"));
  if (bio == nullptr) {
    return absl::NotFoundError(absl::StrCat("[services] ", key, ": ", path,
                                            " cannot be read; scripts/make_certificates.sh makes files to "
                                            "try, docs/services.md says what they must hold"));
  }
  return bio;
}

absl::Status NotPem(const char* key, const std::string& path, const char* what) {
  ERR_clear_error();
  return absl::InvalidArgumentError(
      absl::StrCat("[services] ", key, ": ", path, " holds no ", what, " in PEM"));
}

absl::StatusOr<std::vector<Certificate>> ReadCertificates(const char* key, const std::string& path) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Bio bio, OpenFile(key, path));
  std::vector<Certificate> all;
  while (all.size() < kMaxChain) {
    Certificate one(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (one == nullptr) break;
    all.push_back(std::move(one));
  }
  ERR_clear_error();
  if (all.empty()) return NotPem(key, path, "certificate");
  return all;
}

absl::StatusOr<Key> ReadKeyFile(const std::string& path) {
  SEAWORTHY_ASSIGN_OR_RETURN(const Bio bio, OpenFile("key_file", path));
  // A key under a password would make OpenSSL ask the terminal for it.
  const auto no_password = [](char*, int, int, void*) { return -1; };
  Key key(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_password, nullptr));
  if (key == nullptr) return NotPem("key_file", path, "private key without a password");
  return key;
}

// The names of ours among its URIs.
std::vector<std::string> NamesOf(X509* certificate) {
  std::vector<std::string> found;
  const Names names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names != nullptr && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const std::string_view uri(reinterpret_cast<const char*>(ASN1_STRING_get0_data(name->d.ia5)),
                               static_cast<size_t>(ASN1_STRING_length(name->d.ia5)));
    if (uri.substr(0, kPrefix.size()) == kPrefix) found.emplace_back(uri.substr(kPrefix.size()));
  }
  return found;
}

absl::Time TimeOf(const ASN1_TIME* time) {
  std::tm tm{};
  if (ASN1_TIME_to_tm(time, &tm) != 1) return absl::InfinitePast();
  return absl::FromTM(tm, absl::UTCTimeZone());
}

// Empty where the CA stands behind the first certificate at `now`.
std::string WhyNotTrusted(const std::vector<Certificate>& roots, const std::vector<Certificate>& chain,
                          absl::Time now) {
  const Store store(X509_STORE_new());
  for (const Certificate& root : roots) X509_STORE_add_cert(store.get(), root.get());
  STACK_OF(X509)* others = sk_X509_new_null();
  for (size_t i = 1; i < chain.size(); ++i) sk_X509_push(others, chain[i].get());
  const StoreContext context(X509_STORE_CTX_new());
  std::string why;
  if (X509_STORE_CTX_init(context.get(), store.get(), chain[0].get(), others) == 1) {
    X509_STORE_CTX_set_time(context.get(), 0, absl::ToTimeT(now));
    if (X509_verify_cert(context.get()) != 1) {
      why = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
    }
  }
  sk_X509_free(others);
  ERR_clear_error();
  return why;
}

}  // namespace

std::string IdentityUri(std::string_view name) {
  return absl::StrCat(std::string(kPrefix), std::string(name));
}

absl::StatusOr<CertificateFacts> CheckTlsFiles(const TlsFiles& files, absl::Time now) {
  SEAWORTHY_ASSIGN_OR_RETURN(const auto roots, ReadCertificates("ca_file", files.ca_file));
  SEAWORTHY_ASSIGN_OR_RETURN(const auto chain, ReadCertificates("certificate_file", files.certificate_file));
  SEAWORTHY_ASSIGN_OR_RETURN(const Key key, ReadKeyFile(files.key_file));
  X509* own = chain[0].get();
  const auto wrong = [&files](const std::string& why) {
    return absl::FailedPreconditionError(
        absl::StrCat("[services] certificate_file: ", files.certificate_file, ": ", why));
  };
  if (X509_check_private_key(own, key.get()) != 1) {
    ERR_clear_error();
    return wrong(absl::StrCat("is not of the key in ", files.key_file, "; make both anew together"));
  }
  const std::vector<std::string> names = NamesOf(own);
  if (names.size() != 1) {
    return wrong(absl::StrCat("has ", names.size(), " URIs `", IdentityUri("NAME"),
                              "` as subject alternative names; it needs one, which says who it is"));
  }
  if (const std::string why = WhyNotTrusted(roots, chain, now); !why.empty()) {
    return wrong(absl::StrCat("is not valid under ", files.ca_file, ": ", why, "; make it anew"));
  }
  return CertificateFacts{.name = names[0], .not_after = TimeOf(X509_get0_notAfter(own))};
}

}  // namespace seaworthy
