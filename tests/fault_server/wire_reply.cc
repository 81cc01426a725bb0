#include "tests/fault_server/wire_reply.h"

#include <zlib.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace seaworthy {
namespace {

// No divisor of anything, so that chunks cut events and characters.
constexpr size_t kChunk = 1021;
constexpr size_t kZeros = 1U << 20;

const char* Reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 402:
      return "Payment Required";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 413:
      return "Payload Too Large";
    case 429:
      return "Too Many Requests";
    case 500:
      return "Internal Server Error";
    case 502:
      return "Bad Gateway";
    case 503:
      return "Service Unavailable";
    case 529:
      return "Overloaded";
    default:
      return "Unknown";
  }
}

// One raw deflate block of kZeros zeros, flushed so that it can be repeated.
std::string DeflatedZeros() {
  const std::string zeros(kZeros, '\0');
  std::string out(64U << 10, '\0');
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(zeros.data()));
  stream.avail_in = static_cast<uInt>(zeros.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FULL_FLUSH);
  out.resize(out.size() - stream.avail_out);
  deflateEnd(&stream);
  return out;
}

void AppendLittleEndian(uint32_t number, std::string* out) {
  for (int shift = 0; shift < 32; shift += 8) out->push_back(static_cast<char>(number >> shift));
}

}  // namespace

std::string ReplyHead(int status, absl::string_view type, absl::string_view headers) {
  return absl::StrCat("HTTP/1.1 ", status, " ", Reason(status), "\r\ncontent-type: ", type, "\r\n", headers);
}

WireReply SizedReply(int status, absl::string_view type, absl::string_view body, absl::string_view headers) {
  WireReply reply;
  reply.status = status;
  reply.bytes =
      absl::StrCat(ReplyHead(status, type, headers), "content-length: ", body.size(), "\r\n\r\n", body);
  return reply;
}

WireReply ChunkedReply(absl::string_view type, absl::string_view body, bool whole) {
  WireReply reply;
  reply.bytes = absl::StrCat(ReplyHead(200, type, "transfer-encoding: chunked\r\n"), "\r\n");
  for (size_t at = 0; at < body.size(); at += kChunk) {
    const absl::string_view chunk = body.substr(at, kChunk);
    absl::StrAppendFormat(&reply.bytes, "%x\r\n", chunk.size());
    absl::StrAppend(&reply.bytes, chunk, "\r\n");
  }
  if (whole) reply.bytes.append("0\r\n\r\n");
  if (!whole) reply.end = WireReply::End::kClose;
  return reply;
}

std::string GzipOfZeros(int gigabytes) {
  const int blocks = gigabytes * 1024;
  const std::string block = DeflatedZeros();
  const std::string zeros(kZeros, '\0');
  const uLong one = crc32(0, reinterpret_cast<const Bytef*>(zeros.data()), static_cast<uInt>(zeros.size()));
  uLong crc = crc32(0, nullptr, 0);
  std::string out("\x1f\x8b\x08\0\0\0\0\0\0\x03", 10);
  for (int i = 0; i < blocks; ++i) {
    out.append(block);
    crc = crc32_combine(crc, one, static_cast<z_off_t>(kZeros));
  }
  out.append("\x03\0", 2);  // An empty last block.
  AppendLittleEndian(static_cast<uint32_t>(crc), &out);
  AppendLittleEndian(static_cast<uint32_t>(static_cast<uint64_t>(blocks) * kZeros), &out);
  return out;
}

}  // namespace seaworthy
