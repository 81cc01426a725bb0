#include "services/ingest/document_builder.h"

#include <optional>
#include <utility>

#include "services/ingest/text.h"

namespace seaworthy {
namespace {

constexpr size_t kMaxLinks = 4000;
constexpr size_t kMaxEmphasis = 20'000;

// What stands for the character at the start of `rest` in visible text, and
// its length there; nothing where it stands for itself.
struct Replacement {
  size_t size = 0;
  std::string_view with;
  const char* hidden = nullptr;  // Its kind, where no reader sees it.
};

std::optional<Replacement> Replace(std::string_view rest) {
  size_t size = 1;
  const char32_t code = DecodeUtf8(rest, &size);
  if (code == 0xA0 || code == 0x1680 || code == 0x3000 || code == 0x202F || code == 0x205F ||
      (code >= 0x2000 && code <= 0x200A)) {
    return Replacement{size, " ", nullptr};
  }
  if (code >= 0x2010 && code <= 0x2012) return Replacement{size, "-", nullptr};
  if (code == 0x2018 || code == 0x2019) return Replacement{size, "'", nullptr};
  if (const char* kind = InvisibleKind(code)) return Replacement{size, "", kind};
  return std::nullopt;
}

// Of emoji, joined words and hyphenation: nothing an editor need be told of.
bool IsUsual(char32_t code) { return code == 0xFE0F || code == 0xFE0E || code == 0x200D || code == 0xAD; }

}  // namespace

void DocumentBuilder::Begin(Block block) {
  End();
  block_ = std::move(block);
  block_.text.begin = position();
  open_ = true;
}

void DocumentBuilder::End() {
  if (!open_) return;
  open_ = false;
  std::string& text = document_->text;
  size_t end = text.size();
  while (end > block_.text.begin && IsSpace(text[end - 1])) --end;
  text.resize(end);
  block_.text.end = end;
  if (block_.text.empty()) return;
  document_->blocks.push_back(block_);
  text.push_back('\n');
}

void DocumentBuilder::Put(std::string_view visible, const OffsetMap& map, Span source) {
  const size_t at = position();
  document_->text.append(visible);
  OffsetMap one;
  one.Add(at, visible.size(), source.begin, source.size());
  one.Compose(map, &document_->map);
}

void DocumentBuilder::Add(std::string_view text, const OffsetMap& map, size_t base) {
  if (!open_) Begin(Block{});
  const bool fold = block_.kind != BlockKind::kCode;
  size_t run = 0;
  const auto flush = [&](size_t end) {
    if (end > run) Put(text.substr(run, end - run), map, {base + run, base + end});
  };
  size_t i = 0;
  while (i < text.size()) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c == ' ' && i > run && text[i - 1] != ' ') {  // The common case: one space between words.
      ++i;
      continue;
    }
    std::optional<Replacement> other;
    if (c >= 0xC2) other = Replace(text.substr(i));
    if (!other && fold && IsSpace(text[i])) other = Replacement{1, " "};
    if (!other && c < 0x20 && !IsSpace(text[i])) other = Replacement{1, ""};
    if (!other) {
      ++i;
      continue;
    }
    flush(i);
    if (other->hidden != nullptr) {
      size_t size = 0;
      const std::string_view rest = text.substr(i, other->size);
      if (!IsUsual(DecodeUtf8(rest, &size))) document_->hidden.Add(other->hidden, rest);
    }
    const bool doubled =
        other->with == " " && fold && (position() == block_.text.begin || IsSpace(document_->text.back()));
    if (!other->with.empty() && !doubled) Put(other->with, map, {base + i, base + i + other->size});
    i += other->size;
    run = i;
  }
  flush(text.size());
}

void DocumentBuilder::AddBreak() {
  if (!open_ || position() == block_.text.begin || document_->text.back() == '\n') return;
  document_->text.push_back('\n');
}

void DocumentBuilder::AddEmphasis(size_t begin) {
  if (begin < position() && position() - begin <= 200 && document_->emphasis.size() < kMaxEmphasis) {
    document_->emphasis.push_back({begin, position()});
  }
}

void DocumentBuilder::AddLink(Link link) {
  if (document_->links.size() < kMaxLinks) document_->links.push_back(std::move(link));
}

}  // namespace seaworthy
