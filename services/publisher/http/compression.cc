#include "services/publisher/http/compression.h"

#include <brotli/encode.h>
#include <zlib.h>

#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace seaworthy {
namespace {

// Made once for each page: worth a few milliseconds, not tens.
constexpr int kBrotliQuality = 6;
constexpr int kGzipLevel = 6;
constexpr int kGzipWindow = 15 + 16;  // +16: with a gzip header.
constexpr int kGzipMemory = 8;

std::string Gzip(absl::string_view bytes) {
  z_stream stream{};
  if (deflateInit2(&stream, kGzipLevel, Z_DEFLATED, kGzipWindow, kGzipMemory, Z_DEFAULT_STRATEGY) != Z_OK) {
    return "";
  }
  std::string out(deflateBound(&stream, bytes.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(bytes.data()));
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(done ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

std::string Brotli(absl::string_view bytes) {
  std::string out(BrotliEncoderMaxCompressedSize(bytes.size()), '\0');
  size_t size = out.size();
  const auto* in = reinterpret_cast<const uint8_t*>(bytes.data());
  const bool done = BrotliEncoderCompress(kBrotliQuality, BROTLI_DEFAULT_WINDOW, BROTLI_MODE_TEXT,
                                          bytes.size(), in, &size, reinterpret_cast<uint8_t*>(out.data()));
  out.resize(done == BROTLI_TRUE ? size : 0);
  return out;
}

// The weight of one element, `gzip;q=0.5`; 0 where it is no number.
double WeightOf(absl::string_view parameters) {
  for (absl::string_view parameter : absl::StrSplit(parameters, ';')) {
    parameter = absl::StripAsciiWhitespace(parameter);
    if (!absl::StartsWithIgnoreCase(parameter, "q=")) continue;
    double weight = 0;
    return absl::SimpleAtod(parameter.substr(2), &weight) ? weight : 0;
  }
  return 1;
}

}  // namespace

Coding ChooseCoding(absl::string_view accept_encoding) {
  double brotli = -1, gzip = -1, any = 0;
  for (absl::string_view element : absl::StrSplit(accept_encoding, ',')) {
    const size_t end = element.find(';');
    const absl::string_view name = absl::StripAsciiWhitespace(element.substr(0, end));
    const double weight = end == absl::string_view::npos ? 1 : WeightOf(element.substr(end + 1));
    if (absl::EqualsIgnoreCase(name, "br")) brotli = weight;
    if (absl::EqualsIgnoreCase(name, "gzip") || absl::EqualsIgnoreCase(name, "x-gzip")) gzip = weight;
    if (name == "*") any = weight;
  }
  if (brotli < 0) brotli = any;
  if (gzip < 0) gzip = any;
  if (brotli > 0 && brotli >= gzip) return Coding::kBrotli;
  return gzip > 0 ? Coding::kGzip : Coding::kIdentity;
}

absl::string_view CodingName(Coding coding) {
  if (coding == Coding::kBrotli) return "br";
  return coding == Coding::kGzip ? "gzip" : "";
}

bool IsCompressible(absl::string_view media_type) {
  return absl::StartsWith(media_type, "text/") || absl::StrContains(media_type, "json") ||
         absl::StrContains(media_type, "xml") || absl::StrContains(media_type, "javascript");
}

std::string Compress(Coding coding, absl::string_view bytes) {
  if (coding == Coding::kIdentity || bytes.size() > (64u << 20)) return "";
  std::string out = coding == Coding::kBrotli ? Brotli(bytes) : Gzip(bytes);
  if (out.size() >= bytes.size()) out.clear();
  return out;
}

}  // namespace seaworthy
