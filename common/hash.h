// SHA-256 as bytes and hex (OpenSSL, which uses the processor's own
// instructions), and random tokens (libsodium).
#pragma once

#include <memory>
#include <string>
#include <string_view>

struct evp_md_ctx_st;

namespace seaworthy {

// 32 bytes.
std::string Sha256(std::string_view bytes);
// 64 lower-case hex digits.
std::string Sha256Hex(std::string_view bytes);
// HMAC-SHA-256 (RFC 2104), 32 bytes.
std::string HmacSha256(std::string_view key, std::string_view bytes);
// Lower-case hex of any bytes.
std::string ToHex(std::string_view bytes);
// `bytes` bytes from the system's generator, in lower-case hex: for tokens.
std::string RandomHex(size_t bytes);
// Whether two secrets are equal, in time that depends on their lengths only.
bool SecretEquals(std::string_view a, std::string_view b);

// SHA-256 piece by piece.
class Sha256Stream {
 public:
  Sha256Stream();
  void Update(std::string_view bytes);
  // 32 bytes; call once.
  std::string Final();

 private:
  struct Free {
    void operator()(evp_md_ctx_st* context) const;
  };
  std::unique_ptr<evp_md_ctx_st, Free> context_;
};

}  // namespace seaworthy
