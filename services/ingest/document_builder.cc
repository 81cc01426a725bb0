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
};

std::optional<Replacement> Replace(std::string_view rest) {
  const auto byte = [&](size_t i) { return i < rest.size() ? static_cast<unsigned char>(rest[i]) : 0; };
  if (byte(0) == 0xC2 && byte(1) == 0xA0) return Replacement{2, " "};
  if (byte(0) == 0xC2 && byte(1) == 0xAD) return Replacement{2, ""};
  if (byte(0) == 0xEF && byte(1) == 0xBB && byte(2) == 0xBF) return Replacement{3, ""};
  if (byte(0) == 0xE3 && byte(1) == 0x80 && byte(2) == 0x80) return Replacement{3, " "};
  // Tag characters, which no reader sees.
  if (byte(0) == 0xF3 && byte(1) == 0xA0 && (byte(2) == 0x80 || byte(2) == 0x81)) return Replacement{4, ""};
  if (byte(0) != 0xE2) return std::nullopt;
  if (byte(1) == 0x80) {
    const unsigned last = byte(2);
    if (last >= 0x80 && last <= 0x8A) return Replacement{3, " "};
    if (last >= 0x8B && last <= 0x8F) return Replacement{3, ""};
    if (last >= 0x90 && last <= 0x92) return Replacement{3, "-"};
    if (last == 0x98 || last == 0x99) return Replacement{3, "'"};
    if (last >= 0xAA && last <= 0xAE) return Replacement{3, ""};
    if (last == 0xAF) return Replacement{3, " "};
  }
  if (byte(1) == 0x81 && byte(2) >= 0xA0 && byte(2) <= 0xAF) return Replacement{3, ""};
  return std::nullopt;
}

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
