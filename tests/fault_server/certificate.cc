#include "tests/fault_server/certificate.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <cstdlib>
#include <memory>

namespace seaworthy {
namespace {

template <typename T, void (*Free)(T*)>
struct Freer {
  void operator()(T* object) const { Free(object); }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY, EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509, X509_free>>;
using Memory = std::unique_ptr<BIO, Freer<BIO, BIO_free_all>>;

struct Identity {
  Key key;
  Certificate certificate;
};

void Check(bool ok) {
  if (!ok) std::abort();
}

void AddExtension(X509* certificate, X509* issuer, int nid, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  X509_EXTENSION* const extension = X509V3_EXT_conf_nid(nullptr, &context, nid, value);
  Check(extension != nullptr && X509_add_ext(certificate, extension, -1) == 1);
  X509_EXTENSION_free(extension);
}

// Signed by `issuer`, or by itself where that is null.
Identity MakeIdentity(const char* name, long serial, const Identity* issuer, const char* names) {
  Identity made{Key(EVP_EC_gen("P-256")), Certificate(X509_new())};
  X509* const certificate = made.certificate.get();
  Check(made.key != nullptr && certificate != nullptr);
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), serial);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 86400);
  X509_set_pubkey(certificate, made.key.get());
  X509_NAME* const subject = X509_get_subject_name(certificate);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(name), -1,
                             -1, 0);
  X509* const signer = issuer == nullptr ? certificate : issuer->certificate.get();
  X509_set_issuer_name(certificate, X509_get_subject_name(signer));
  AddExtension(certificate, signer, NID_basic_constraints,
               issuer == nullptr ? "critical,CA:TRUE" : "CA:FALSE");
  if (names != nullptr) AddExtension(certificate, signer, NID_subject_alt_name, names);
  EVP_PKEY* const key = issuer == nullptr ? made.key.get() : issuer->key.get();
  Check(X509_sign(certificate, key, EVP_sha256()) > 0);
  return made;
}

std::string Text(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return std::string(data, static_cast<size_t>(size));
}

std::string PemOf(X509* certificate) {
  const Memory memory(BIO_new(BIO_s_mem()));
  Check(memory != nullptr && PEM_write_bio_X509(memory.get(), certificate) == 1);
  return Text(memory.get());
}

std::string PemOf(EVP_PKEY* key) {
  const Memory memory(BIO_new(BIO_s_mem()));
  Check(memory != nullptr &&
        PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  return Text(memory.get());
}

}  // namespace

ServerCertificate MakeServerCertificate(bool wrong_host, bool unknown_ca) {
  const Identity ca = MakeIdentity("Seaworthy fault server CA", 1, nullptr, nullptr);
  const Identity leaf = MakeIdentity("Seaworthy fault server", 2, &ca,
                                     wrong_host ? "DNS:elsewhere.example" : "DNS:localhost,IP:127.0.0.1");
  const Identity other = MakeIdentity("Another CA", 3, nullptr, nullptr);
  return {PemOf(leaf.certificate.get()), PemOf(leaf.key.get()),
          PemOf((unknown_ca ? other : ca).certificate.get())};
}

}  // namespace seaworthy
