// How numbers, sizes, money, dates and licences are said.
#pragma once

#include <string>
#include <string_view>

namespace seaworthy::offline {

// 12345.5 -> `12,345.5`; at most `decimals` of them, trailing zeros dropped.
std::string SayNumber(double number, int decimals = 1);
// Billions of parameters: 0.256 -> `256M`, 70 -> `70B`, 1000 -> `1T`.
std::string SaySize(double parameters_b);
// `250 MB`, `35 GB`, `1,200 GB`.
std::string SayGb(double gigabytes);
// `$0.50`, `$19`, `$6,022`.
std::string SayMoney(double dollars);
// `2025-04-29` -> `29 April 2025`, `2025-04` -> `April 2025`, else as it is.
std::string SayDate(std::string_view date);
// `Apache-2.0` -> `Apache 2.0`; what is no SPDX id stays as it is.
std::string SayLicense(std::string_view license);
// `python` -> `Python`, `bash` -> `shell`, unknown ones stay.
std::string SayCodeLanguage(std::string_view language);
// The host and path of a URL without scheme, query and trailing slash; the host
// alone where that is long; empty where it is no http or https URL.
std::string SayPlace(std::string_view url);
// The memory that holds `gigabytes` with a fifth to spare, in the sizes
// accelerators are sold in: `a 24 GB card`, `four 80 GB cards`.
std::string SayCard(double gigabytes);

}  // namespace seaworthy::offline
