#include "services/reviewer/prompt/data_marking.h"

#include <algorithm>

#include "common/hash.h"
#include "services/reviewer/prompt/visible_text.h"
#include "services/reviewer/text.h"

namespace seaworthy {
namespace {

// Writes marked characters, one line or many.
class Marker {
 public:
  Marker(bool lines, std::string_view marker) : lines_(lines), marker_(marker) {}

  std::string Run(std::string_view text) {
    const std::string visible = VisibleText(text);
    for (size_t at = 0; at < visible.size();) {
      const Character character = CharacterAt(visible, at);
      Put(std::string_view(visible).substr(at, character.bytes));
      at += character.bytes;
    }
    if (lines_) EndLine();
    return std::move(out_);
  }

 private:
  void Put(std::string_view character) {
    if (character == "\n" && lines_) return EndLine();
    if (character == "\n" || character == " " || character == marker_) {
      gap_ = true;
      return;
    }
    const bool ascii = character.size() == 1;
    const bool full = ascii ? run_ascii_ >= kMaxUnmarkedAscii : run_other_ >= kMaxUnmarkedOther;
    if (gap_ || full) {
      out_.append(marker_);
      run_ascii_ = 0;
      run_other_ = 0;
    }
    gap_ = false;
    ++(ascii ? run_ascii_ : run_other_);
    out_.append(character);
  }

  void EndLine() {
    if (!out_.empty() && out_.back() != '\n') out_.push_back('\n');
    gap_ = true;
  }

  const bool lines_;
  const std::string_view marker_;
  bool gap_ = true;
  size_t run_ascii_ = 0;
  size_t run_other_ = 0;
  std::string out_;
};

}  // namespace

std::string_view ChooseMarker(std::initializer_list<std::string_view> texts) {
  for (const std::string_view marker : kMarkers) {
    const auto holds = [marker](std::string_view text) { return text.find(marker) != text.npos; };
    if (std::none_of(texts.begin(), texts.end(), holds)) return marker;
  }
  return kMarkers[0];
}

std::string MarkData(std::string_view text, std::string_view marker) {
  return Marker(true, marker).Run(text);
}

std::string MarkLine(std::string_view text, std::string_view marker) {
  return Marker(false, marker).Run(text);
}

std::string DataCode(std::string_view key, std::string_view data) {
  std::string code;
  std::string round(data);
  do {
    code = ToHex(HmacSha256(key, round)).substr(0, 24);
    round.append(code);
  } while (data.find(code) != data.npos);
  return code;
}

}  // namespace seaworthy
