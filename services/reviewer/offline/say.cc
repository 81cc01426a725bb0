#include "services/reviewer/offline/say.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include "absl/strings/numbers.h"
#include "services/reviewer/offline/phrase.h"
#include "services/reviewer/text.h"

namespace seaworthy::offline {
namespace {

std::string Fixed(double number, int decimals) {
  char buffer[64];
  std::snprintf(buffer, sizeof buffer, "%.*f", decimals, number);
  return buffer;
}

std::string WithThousands(std::string_view digits) {
  const size_t point = std::min(digits.find('.'), digits.size());
  std::string out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && i < point && (point - i) % 3 == 0) out.push_back(',');
    out.push_back(digits[i]);
  }
  return out;
}

}  // namespace

std::string SayNumber(double number, int decimals) {
  std::string out = Fixed(number, decimals);
  if (out.find('.') != std::string::npos) {
    while (out.back() == '0') out.pop_back();
    if (out.back() == '.') out.pop_back();
  }
  return WithThousands(out);
}

std::string SaySize(double parameters_b) {
  if (parameters_b >= 1000) return text::Cat(SayNumber(parameters_b / 1000, 2), "T");
  if (parameters_b >= 1) return text::Cat(SayNumber(parameters_b, 1), "B");
  return text::Cat(SayNumber(parameters_b * 1000, 1), "M");
}

std::string SayGb(double gigabytes) {
  if (gigabytes < 1) return text::Cat(SayNumber(std::max(1.0, gigabytes * 1000), 0), " MB");
  return text::Cat(SayNumber(gigabytes, gigabytes < 10 ? 1 : 0), " GB");
}

std::string SayMoney(double dollars) {
  if (dollars < 0.01) return text::Cat("$", SayNumber(dollars, 4));
  const bool whole = dollars >= 100 || std::abs(dollars - std::round(dollars)) < 0.005;
  return text::Cat("$", WithThousands(Fixed(dollars, whole ? 0 : 2)));
}

std::string SayDate(std::string_view date) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  int month = 0;
  int day = 0;
  if (date.size() < 7 || !absl::SimpleAtoi(std::string(date.substr(5, 2)), &month) || month < 1 ||
      month > 12) {
    return std::string(date);
  }
  const std::string rest = text::Cat(kMonths[month - 1], " ", date.substr(0, 4));
  if (date.size() != 10 || !absl::SimpleAtoi(std::string(date.substr(8, 2)), &day)) return rest;
  return text::Cat(day, " ", rest);
}

std::string SayLicense(std::string_view license) {
  static constexpr std::array<std::string_view, 8> kVersioned = {"Apache-", "GPL-", "LGPL-", "AGPL-",
                                                                 "MPL-",    "EPL-", "CC0-",  "OpenRAIL"};
  std::string out(license);
  if (license.find(' ') != std::string_view::npos) return out;
  if (license.ends_with("-license")) {
    // A card's identifier, as in `acme-community-license`.
    bool begins = true;
    for (char& c : out) {
      if (begins) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
      begins = c == '-';
      if (c == '-') c = ' ';
    }
    return out;
  }
  if (license.starts_with("CC-BY")) {
    // The licence's own name: CC BY-NC 4.0.
    out[2] = ' ';
    const size_t version = out.rfind('-');
    if (version != std::string::npos && version + 1 < out.size() &&
        std::isdigit(static_cast<unsigned char>(out[version + 1]))) {
      out[version] = ' ';
    }
    return out;
  }
  const bool versioned =
      std::any_of(kVersioned.begin(), kVersioned.end(),
                  [license](std::string_view prefix) { return license.starts_with(prefix); });
  if (versioned) std::replace(out.begin(), out.end(), '-', ' ');
  return out;
}

std::string SayCodeLanguage(std::string_view language) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kNames = {
      {{"python", "Python"},
       {"py", "Python"},
       {"bash", "shell"},
       {"sh", "shell"},
       {"shell", "shell"},
       {"console", "shell"},
       {"js", "JavaScript"},
       {"javascript", "JavaScript"},
       {"ts", "TypeScript"},
       {"typescript", "TypeScript"},
       {"rust", "Rust"},
       {"go", "Go"},
       {"swift", "Swift"},
       {"cpp", "C++"}}};
  for (const auto& [id, name] : kNames) {
    if (text::EqualsIgnoreCase(language, id)) return std::string(name);
  }
  return language.size() <= 12 ? std::string(language) : "code";
}

std::string SayPlace(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos || !url.starts_with("http")) return "";
  std::string_view rest = url.substr(scheme + 3);
  rest = rest.substr(0, rest.find_first_of("?#"));
  if (rest.starts_with("www.")) rest.remove_prefix(4);
  while (rest.ends_with("/")) rest.remove_suffix(1);
  while (rest.size() > 48 && rest.find('/') != std::string_view::npos) rest = rest.substr(0, rest.rfind('/'));
  const bool plain = std::all_of(rest.begin(), rest.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) ||
           std::string_view("-._/~").find(c) != std::string_view::npos;
  });
  return plain && rest.size() <= 60 && rest.find('@') == std::string_view::npos ? std::string(rest) : "";
}

std::string SayCard(double gigabytes) {
  const double wanted = gigabytes * 1.2;
  for (int size : {4, 8, 12, 16, 24, 48, 80}) {
    if (wanted <= size) return text::Cat(size == 8 ? "an " : "a ", size, " GB card");
  }
  return text::Cat(NumberWord(static_cast<int>(std::ceil(wanted / 80))), " 80 GB cards");
}

}  // namespace seaworthy::offline
