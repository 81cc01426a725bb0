// What HTML's elements mean to a reader: which hide what is in them, which are
// blocks of text.
#pragma once

#include <gumbo.h>

#include <string>
#include <string_view>

namespace seaworthy {

// The attribute's value; empty where there is none.
std::string_view Attribute(const GumboElement& element, const char* name);
bool Has(const GumboElement& element, const char* name);

// Elements that show nothing of what is in them; the kind of HiddenTexts, empty
// for programs and styles, which are no words. nullptr for all others.
const char* HiddenByTag(const GumboElement& element);
// Elements that an attribute or a usual class hides; nullptr for all others.
const char* HiddenByAttribute(const GumboElement& element);
// The words below an element, without recursion.
std::string WordsBelow(const GumboNode* root);

// Navigation, footers and what stands beside the text.
bool IsBoilerplate(const GumboElement& element);
// 1 to 6; 0 for what is no heading.
int HeadingLevel(GumboTag tag);
bool IsBlock(GumboTag tag);
bool IsEmphasis(GumboTag tag);

}  // namespace seaworthy
