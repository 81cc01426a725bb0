#include "services/ingest/css.h"

#include <gtest/gtest.h>

namespace seaworthy {
namespace {

bool HidesOnWhite(std::string_view css) {
  CssStyle style;
  ReadDeclarations(css, &style);
  return Hides(style, 0xFFFFFF);
}

TEST(Css, KnowsTheWaysToHideWords) {
  for (const char* css : {"display:none",
                          "DISPLAY : None !important",
                          "visibility: hidden",
                          "opacity:0",
                          "opacity: 0.01",
                          "font-size:0",
                          "font-size: 1px",
                          "font: 0/0 a",
                          "position:absolute; left:-9999px",
                          "position:fixed;top:-200vh",
                          "text-indent:-9999px",
                          "clip-path: inset(100%)",
                          "position:absolute;clip:rect(0 0 0 0)",
                          "height:0;overflow:hidden",
                          "color:white",
                          "color:#fff",
                          "color:#FEFEFE",
                          "color: rgb(255, 255, 255)",
                          "color:transparent",
                          "color:rgba(0,0,0,0)",
                          "background:#111;color:#121212",
                          "transform:scale(0)",
                          "transform:translate(-9999px,0)",
                          "d\\69 splay:none",
                          "display/**/:none"}) {
    EXPECT_TRUE(HidesOnWhite(css)) << css;
  }
}

TEST(Css, LeavesOrdinaryStylesAlone) {
  for (const char* css :
       {"display:block", "opacity:0.9", "font-size:12px", "position:absolute;left:10px", "color:#333",
        "color:white;background:#000", "color:red", "width:100%;overflow:hidden", "margin-left:-10px",
        "text-indent:2em", "transform:scale(0.5)", "font: 14px/1.5 serif", "font:italic 10px x"}) {
    EXPECT_FALSE(HidesOnWhite(css)) << css;
  }
}

TEST(Css, SeesTextInTheColourOfWhatIsBehindIt) {
  CssStyle style;
  ReadDeclarations("color: black", &style);
  EXPECT_TRUE(Hides(style, 0x000000));
  EXPECT_FALSE(Hides(style, 0xFFFFFF));
}

}  // namespace
}  // namespace seaworthy
