#include "services/publisher/site/social_painter.h"

#include <pango/pangofc-fontmap.h>

#include <algorithm>
#include <cmath>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace seaworthy {
namespace {

// The tokens of site.css that stand in a picture.
constexpr uint32_t kDeep = 0x0d2436;
constexpr uint32_t kDeepLine = 0x2a4d66;
constexpr uint32_t kWater = 0x16405a;
constexpr uint32_t kOnDeep = 0xf1f4f2;
constexpr uint32_t kOnDeepSoft = 0xb9c9d2;
constexpr uint32_t kAccent = 0xffb38a;
constexpr uint32_t kShip = 0x74d9b0;
constexpr uint32_t kSkip = 0xffac8e;

constexpr char kFace[] = "Vollkorn SemiBold, Vollkorn, serif";
constexpr double kMargin = 72;
constexpr double kTop = 150;
constexpr double kGap = 56;
// Names longer than this are cut before they are laid out: it takes time by length.
constexpr size_t kMaxText = 300;
constexpr size_t kMaxVotes = 8;

std::string Cut(const std::string& text) {
  if (text.size() <= kMaxText) return text;
  size_t end = kMaxText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end) + "…";
}

int Ships(const SocialCard::Side& side) {
  return static_cast<int>(std::count_if(side.votes.begin(), side.votes.end(),
                                        [](const v1::PersonaVote& vote) { return vote.vote() == v1::SHIP; }));
}

cairo_status_t Append(void* out, const unsigned char* data, unsigned int size) {
  static_cast<std::string*>(out)->append(reinterpret_cast<const char*>(data), size);
  return CAIRO_STATUS_SUCCESS;
}

}  // namespace

SocialCards::Painter::Painter(const std::string& font_file) : config_(FcInitLoadConfigAndFonts()) {
  // A face that is not there leaves the machine's.
  FcConfigAppFontAddFile(config_.get(), reinterpret_cast<const FcChar8*>(font_file.c_str()));
  map_.reset(pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT));
  pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map_.get()), config_.get());
  context_.reset(pango_font_map_create_context(map_.get()));
}

void SocialCards::Painter::Color(uint32_t rgb) {
  cairo_set_source_rgb(cairo_, (rgb >> 16 & 0xff) / 255.0, (rgb >> 8 & 0xff) / 255.0, (rgb & 0xff) / 255.0);
}

double SocialCards::Painter::Text(const std::string& text, const Box& box, double size, double least,
                                  int lines, bool right) {
  const Owned<PangoLayout> layout(pango_layout_new(context_.get()));
  const std::string shown = Cut(text);
  pango_layout_set_text(layout.get(), shown.data(), static_cast<int>(shown.size()));
  pango_layout_set_width(layout.get(), static_cast<int>(box.width * PANGO_SCALE));
  pango_layout_set_wrap(layout.get(), PANGO_WRAP_WORD_CHAR);
  pango_layout_set_ellipsize(layout.get(), PANGO_ELLIPSIZE_END);
  pango_layout_set_height(layout.get(), -lines);
  PangoAttrList* features = pango_attr_list_new();
  pango_attr_list_insert(features, pango_attr_font_features_new("lnum=1"));
  pango_layout_set_attributes(layout.get(), features);  // Takes a reference of its own.
  pango_attr_list_unref(features);
  pango_layout_set_alignment(layout.get(), right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
  const Owned<PangoFontDescription> face(pango_font_description_from_string(kFace));
  pango_font_description_set_weight(face.get(), PANGO_WEIGHT_SEMIBOLD);
  for (double now = size;; now *= 0.9) {
    pango_font_description_set_absolute_size(face.get(), std::max(now, least) * PANGO_SCALE);
    pango_layout_set_font_description(layout.get(), face.get());
    if (now <= least || pango_layout_is_ellipsized(layout.get()) == 0) break;
  }
  int width = 0;
  int height = 0;
  pango_layout_get_pixel_size(layout.get(), &width, &height);
  cairo_move_to(cairo_, box.x, box.y);
  pango_cairo_show_layout(cairo_, layout.get());
  return height;
}

void SocialCards::Painter::Ground() {
  Color(kDeep);
  cairo_paint(cairo_);
  // Depth contours, as on a chart.
  Color(kDeepLine);
  cairo_set_line_width(cairo_, 1.5);
  for (int ring = 0; ring < 6; ++ring) {
    const double radius = 150.0 + 95 * ring;
    cairo_save(cairo_);
    cairo_translate(cairo_, kWidth - 40, kHeight + 60);
    cairo_scale(cairo_, 1.5, 1);
    cairo_arc(cairo_, 0, 0, radius, 0, 2 * M_PI);
    cairo_restore(cairo_);
    cairo_stroke(cairo_);
  }
}

void SocialCards::Painter::Brand() {
  cairo_set_line_width(cairo_, 5);
  Color(kOnDeep);
  cairo_arc(cairo_, kMargin + 20, 74, 18, 0, 2 * M_PI);
  cairo_stroke(cairo_);
  Color(kAccent);
  cairo_move_to(cairo_, kMargin - 8, 74);
  cairo_line_to(cairo_, kMargin + 48, 74);
  cairo_stroke(cairo_);
  Color(kOnDeep);
  Text("Seaworthy", {kMargin + 68, 50, 500}, 38, 38, 1);
}

void SocialCards::Painter::Mark(bool ship, double x, double y) {
  cairo_set_line_width(cairo_, 4);
  cairo_new_path(cairo_);
  if (ship) {
    Color(kShip);
    cairo_arc(cairo_, x, y, 20, 0, 2 * M_PI);
    cairo_fill(cairo_);
    Color(kDeep);
    cairo_move_to(cairo_, x - 9, y + 1);
    cairo_line_to(cairo_, x - 3, y + 7.5);
    cairo_line_to(cairo_, x + 9, y - 6.5);
    cairo_stroke(cairo_);
    return;
  }
  Color(kDeep);
  cairo_rectangle(cairo_, x - 18, y - 18, 36, 36);
  cairo_fill_preserve(cairo_);
  Color(kSkip);
  cairo_stroke(cairo_);
  for (const double way : {1.0, -1.0}) {
    cairo_move_to(cairo_, x - 8, y - 8 * way);
    cairo_line_to(cairo_, x + 8, y + 8 * way);
  }
  cairo_stroke(cairo_);
}

void SocialCards::Painter::Votes(const SocialCard::Side& side, const Box& box) {
  const size_t count = std::min(side.votes.size(), kMaxVotes);
  if (count == 0) return;
  const double column = std::min(84.0, box.width / static_cast<double>(count));
  const double width = column * static_cast<double>(count);
  Color(kWater);
  cairo_rectangle(cairo_, box.x, box.y, width, 76);
  cairo_fill(cairo_);
  Color(kOnDeepSoft);
  cairo_set_line_width(cairo_, 3);
  cairo_move_to(cairo_, box.x, box.y);
  for (size_t i = 0; i < count; ++i) {
    const double x = box.x + column * static_cast<double>(i);
    cairo_curve_to(cairo_, x + column / 4, box.y - 9, x + column / 4, box.y - 9, x + column / 2, box.y);
    cairo_curve_to(cairo_, x + column * 3 / 4, box.y + 9, x + column * 3 / 4, box.y + 9, x + column, box.y);
  }
  cairo_stroke(cairo_);
  for (size_t i = 0; i < count; ++i) {
    const bool ship = side.votes[i].vote() == v1::SHIP;
    const double said = side.votes[i].confidence();
    const double off = 27 + 22 * (std::isfinite(said) ? std::clamp(said, 0.0, 1.0) : 0);
    Mark(ship, box.x + column * (static_cast<double>(i) + 0.5), ship ? box.y - off : box.y + off);
  }
}

void SocialCards::Painter::Side(const SocialCard::Side& side, const Box& box) {
  Color(kOnDeepSoft);
  double y = box.y;
  if (!side.category.empty()) y += Text(side.category, {box.x, y, box.width}, 26, 26, 1) + 6;
  Color(kOnDeep);
  Text(side.name, {box.x, y, box.width}, 56, 40, 2);
  const size_t total = side.votes.size();
  const int ships = Ships(side);
  const std::string percent =
      total == 0 ? "—" : absl::StrCat((100 * static_cast<size_t>(ships) + total / 2) / total, "%");
  Text(percent, {box.x, 326, box.width}, 84, 84, 1);
  Color(kOnDeepSoft);
  if (total > 0) {
    Text(absl::StrCat(ships, " of ", total, " ship"), {box.x + 216, 374, box.width - 216}, 34, 24, 1);
  }
  Votes(side, {box.x, 516, box.width});
}

absl::StatusOr<std::string> SocialCards::Painter::Paint(const SocialCard& card) {
  const Owned<cairo_surface_t> surface(cairo_image_surface_create(CAIRO_FORMAT_RGB24, kWidth, kHeight));
  const Owned<cairo_t> cairo(cairo_create(surface.get()));
  cairo_ = cairo.get();
  pango_cairo_update_context(cairo_, context_.get());
  Ground();
  Brand();
  const double whole = kWidth - 2 * kMargin;
  if (card.sides.empty()) {
    Color(kOnDeep);
    Text(card.headline, {kMargin, 220, whole}, 112, 60, 3);
  }
  const double width = card.sides.size() < 2 ? whole : (whole - kGap) / 2;
  for (size_t i = 0; i < std::min<size_t>(card.sides.size(), 2); ++i) {
    Side(card.sides[i], {kMargin + static_cast<double>(i) * (width + kGap), kTop, width});
  }
  if (card.sides.size() > 1) {
    Color(kDeepLine);
    cairo_set_line_width(cairo_, 2);
    cairo_move_to(cairo_, kWidth / 2.0, kTop);
    cairo_line_to(cairo_, kWidth / 2.0, kHeight - 48);
    cairo_stroke(cairo_);
  }
  Color(kOnDeepSoft);
  Text(card.foot, {500, 58, kWidth - 500 - kMargin}, 24, 18, 1, true);
  cairo_ = nullptr;
  std::string png;
  cairo_surface_flush(surface.get());
  const cairo_status_t written = cairo_surface_write_to_png_stream(surface.get(), &Append, &png);
  if (cairo_status(cairo.get()) != CAIRO_STATUS_SUCCESS || written != CAIRO_STATUS_SUCCESS) {
    return absl::InternalError(
        absl::StrCat("cannot draw the picture: ", cairo_status_to_string(cairo_status(cairo.get()))));
  }
  return png;
}

}  // namespace seaworthy
