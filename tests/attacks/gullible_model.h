// Plays a model that obeys.
#pragma once

#include <string>
#include <string_view>

namespace seaworthy {

// What became of an attack in a prompt.
struct Sight {
  bool visible = false;  // Its words stand in the prompt, marked or not.
  bool obeyed = false;   // They stand there as nothing but an instruction.
};

// Reads the user part of a prompt. It obeys `instruction` where
//  - any of it stands outside the two lines that carry the prompt's code, or
//  - it stands between them word for word with the author's own spaces, or on
//    a line that does not carry the mark, or
//  - the data holds the line that ends it, so that what follows is outside.
// It takes marked text for data and decodes nothing. `canary` is a word of the
// instruction that stands nowhere else.
Sight LookAt(std::string_view user, std::string_view instruction, std::string_view canary);

}  // namespace seaworthy
