// CRC-32C (Castagnoli) as RocksDB's write-ahead log uses it; RocksDB does not
// export its own.
#pragma once

#include <cstdint>
#include <string_view>

namespace seaworthy::event_log_crc32c {

// The checksum of what gave `crc` followed by `bytes`; start from 0.
uint32_t Extend(uint32_t crc, std::string_view bytes);

// LevelDB's masking of stored checksums (rocksdb/util/crc32c.h).
inline uint32_t Mask(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

}  // namespace seaworthy::event_log_crc32c
