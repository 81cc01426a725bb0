// Draws one picture; see social_card.h.
#pragma once

#include <cairo.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/publisher/site/social_card.h"

namespace seaworthy {

// Holds the faces. Not thread-safe.
class SocialCards::Painter {
 public:
  explicit Painter(const std::string& font_file);

  absl::StatusOr<std::string> Paint(const SocialCard& card);

 private:
  struct Free {
    void operator()(cairo_t* cairo) const { cairo_destroy(cairo); }
    void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
    void operator()(PangoLayout* layout) const { g_object_unref(layout); }
    void operator()(PangoFontMap* map) const { g_object_unref(map); }
    void operator()(PangoContext* context) const { g_object_unref(context); }
    void operator()(FcConfig* config) const { FcConfigDestroy(config); }
    void operator()(PangoFontDescription* face) const { pango_font_description_free(face); }
  };
  template <typename T>
  using Owned = std::unique_ptr<T, Free>;
  struct Box {
    double x;
    double y;
    double width;
  };

  void Ground();
  void Brand();
  void Side(const SocialCard::Side& side, const Box& box);
  // Votes about a water line: a ship is a filled disc with a tick above it, a
  // skip an open square with a cross below, the further off the surer.
  void Votes(const SocialCard::Side& side, const Box& box);
  void Mark(bool ship, double x, double y);
  // Text from its top left corner, at most `lines` high; shrinks from `size`
  // to `least` before it is cut. Returns its height.
  double Text(const std::string& text, const Box& box, double size, double least, int lines,
              bool right = false);
  void Color(uint32_t rgb);

  Owned<FcConfig> config_;
  Owned<PangoFontMap> map_;
  Owned<PangoContext> context_;
  cairo_t* cairo_ = nullptr;  // While painting.
};

}  // namespace seaworthy
