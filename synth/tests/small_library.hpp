// A hand-written liberty file, small enough to check by eye.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace peforge::synth {

/// Every construct the reader must know: comments, strings over two lines, values with and without
/// quotes, a missing semicolon, complex attributes.
inline const std::string kSmallLibrary = R"lib(/* small
   library */
library (small) {
  delay_model : table_lookup;   // a line comment
  nom_voltage : 1.2
  nom_temperature : -40.0;
  capacitive_load_unit (1,pf);
  lu_table_template(t) { index_1 ("1.0, \
    2.0"); }
  cell (INV) { area : 2.5; pin (A) { direction : input; } pin (Y) { direction : output; function : "!A"; } }
  cell ("NAND") {
    area : "4" ;
    pin (A) { direction : input; }
    pin (B) { direction : input; }
    pin (Y) { direction : output; function : "(A B)'"; }
  }
  cell (BUFA) { area : 3; pin(A) { direction : input; }
    pin(Y) { direction : output; function : "A"; timing () { cell_rise (t) { values ("1, 1"); } } } }
  cell (BUFB) { area : 5; pin(A) { direction : input; }
    pin(Y) { direction : output; function : "(A)"; timing () { cell_rise (t) { values ("1, 1"); } } } }
  cell (BUFC) { area : 9; pin(A) { direction : input; }
    pin(Y) { direction : output; function : "A"; timing () { cell_rise (t) { values ("1, 1"); } } } }
  cell (BUF0) { area : 1; pin(A) { direction : input; } pin(Y) { direction : output; function : "A"; } }
  cell (TRI) { area : 1; pin(A) { direction : input; }
    pin(Y) { direction : output; function : "A"; three_state : "!A"; } }
  cell (FA) {
    area : 20;
    pin(A) { direction : input; } pin(B) { direction : input; } pin(CI) { direction : input; }
    pin(S) { direction : output; function : "A ^ B ^ CI"; }
    pin(CO) { direction : output; function : "A*B + CI*(A|B)"; }
  }
  cell (NOAREA) { pin(A) { direction : input; } pin(Y) { direction : output; function : "A"; } }
  cell (LAT) { area : 0; latch (IQ, IQN) { data_in : "D"; enable : "G"; }
    pin(D) { direction : input; } pin(G) { direction : input; } pin(Q) { direction : output; function : "IQ"; } }
  cell (DFFN) { area : 6; ff (IQ, IQN) { next_state : "D"; clocked_on : "!CK"; }
    pin(D) { direction : input; } pin(CK) { direction : input; } pin(Q) { direction : output; function : "IQ"; } }
  cell (DFFR) { area : 7; ff (IQ, IQN) { next_state : "D"; clocked_on : "CK"; clear : "!R"; }
    pin(D) { direction : input; } pin(CK) { direction : input; } pin(R) { direction : input; }
    pin(Q) { direction : output; function : "IQ"; } }
  cell (DFF) { area : 10; ff (IQ, IQN) { next_state : "D"; clocked_on : "CK"; }
    pin(D) { direction : input; } pin(CK) { direction : input; clock : true; }
    pin(Q) { direction : output; function : "IQ"; } pin(QN) { direction : output; function : "IQN"; } }
}
)lib";

/// `text` without the cell that starts with `cell (NAME)`.
inline std::string without_cell(const std::string& name, std::string text = kSmallLibrary) {
    const std::size_t start = text.find("  cell (" + name + ")");
    const std::size_t next = text.find("\n  cell (", start);
    const std::size_t end = next == std::string::npos ? text.rfind('}') : next + 1;
    return text.erase(start, end - start);
}

/// A library that tools accept whole: its delay tables are no real ones, so they are left out.
inline std::string untimed_library() {
    return without_cell("BUFA", without_cell("BUFB", without_cell("BUFC")));
}

}  // namespace peforge::synth
