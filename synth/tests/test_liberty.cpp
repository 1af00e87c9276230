// Liberty reader, boolean functions, choice of cells, and where libraries are looked for.
//
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "generator/spec/error.hpp"
#include "generator/support/files.hpp"
#include "generator/support/process.hpp"
#include "generator/support/sha256.hpp"
#include "synth/liberty.hpp"
#include "synth/library_source.hpp"
#include "synth/tests/small_library.hpp"

namespace peforge::synth {
namespace {

using ::testing::HasSubstr;

/// The message of the InputError that `action` throws.
template <class Action>
std::string input_error(Action action) {
    try {
        action();
    } catch (const InputError& e) {
        EXPECT_EQ(e.status(), kBadInput);
        return e.what();
    }
    return "no InputError";
}

TEST(Liberty, ReadsGroupsAndAttributes) {
    const LibertyGroup root = parse_liberty(kSmallLibrary, "small.lib");
    EXPECT_EQ(root.type, "library");
    ASSERT_EQ(root.args.size(), 1U);
    EXPECT_EQ(root.args[0], "small");
    EXPECT_EQ(*root.attribute("delay_model"), "table_lookup");
    EXPECT_EQ(*root.attribute("nom_voltage"), "1.2");
    EXPECT_EQ(*root.attribute("capacitive_load_unit"), "1, pf");
    EXPECT_EQ(root.attribute("nothing"), nullptr);
    EXPECT_EQ(root.groups[0].type, "lu_table_template");
    EXPECT_EQ(*root.groups[0].attribute("index_1"), "1.0, \n    2.0");
}

TEST(Liberty, NamesTheLineOfASyntaxError) {
    EXPECT_THAT(input_error([] { parse_liberty("library (x) {\n  cell (A) {\n", "bad.lib"); }),
                HasSubstr("bad.lib: line 3: cell group without end"));
    EXPECT_THAT(input_error([] { parse_liberty("library (x) {\n  area\n}\n", "bad.lib"); }),
                HasSubstr("line 3: expected ':' or '(' after \"area\""));
    EXPECT_THAT(input_error([] { parse_liberty("module m(); endmodule", "m.lib"); }),
                HasSubstr("expected \"library\""));
    EXPECT_THAT(input_error([] { parse_liberty("", "empty.lib"); }), HasSubstr("end of file"));
}

TEST(Liberty, TruthTables) {
    const std::vector<std::string> ab = {"A", "B"};
    EXPECT_EQ(truth_table("A B", ab), 0b1000U);
    EXPECT_EQ(truth_table("A&B", ab), 0b1000U);
    EXPECT_EQ(truth_table("A+B", ab), 0b1110U);
    EXPECT_EQ(truth_table("!A", ab), 0b0101U);
    EXPECT_EQ(truth_table("A'", ab), 0b0101U);
    EXPECT_EQ(truth_table("(A*B)'", ab), 0b0111U);
    EXPECT_EQ(truth_table("(!(A^B))", ab), 0b1001U);
    EXPECT_EQ(truth_table("1", ab), 0b1111U);
    EXPECT_EQ(truth_table("0", ab), 0U);
    // XOR binds tighter than AND, AND tighter than OR: C | (A & (B ^ C)).
    const std::vector<std::string> abc = {"A", "B", "C"};
    std::uint64_t expected = 0;
    for (unsigned row = 0; row < 8; ++row) {
        const bool a = (row & 1U) != 0;
        const bool b = (row & 2U) != 0;
        const bool c = (row & 4U) != 0;
        expected |= std::uint64_t{c || (a && (b != c))} << row;
    }
    EXPECT_EQ(truth_table("C|A&B^C", abc), expected);
    EXPECT_EQ(truth_table("C + A B^C", abc), expected);
    EXPECT_FALSE(truth_table("IQ", ab));
    EXPECT_FALSE(truth_table("(A", ab));
    EXPECT_FALSE(truth_table("", ab));
}

TEST(Liberty, CellAreasAndChoices) {
    const Library library(kSmallLibrary, "/some/where/small.lib");
    EXPECT_EQ(library.file(), "small.lib");
    EXPECT_EQ(library.name(), "small");
    EXPECT_EQ(library.sha256(), sha256(kSmallLibrary));
    EXPECT_DOUBLE_EQ(*library.voltage(), 1.2);
    EXPECT_DOUBLE_EQ(*library.temperature(), -40.0);
    EXPECT_DOUBLE_EQ(library.area("INV"), 2.5);
    EXPECT_DOUBLE_EQ(library.area("NAND"), 4.0);
    EXPECT_DOUBLE_EQ(library.area("DFF"), 10.0);
    EXPECT_TRUE(library.is_flip_flop("DFFR"));
    EXPECT_FALSE(library.is_flip_flop("LAT"));
    // The second smallest; BUF0 has no delays, NOAREA neither.
    EXPECT_EQ(library.driving_buffer(), "BUFB");
    EXPECT_EQ(library.flip_flop().cell, "DFF");  // DFFN falls, DFFR has a reset
    EXPECT_EQ(library.flip_flop().clock, "CK");
    EXPECT_EQ(library.flip_flop().data, "D");
    EXPECT_EQ(library.flip_flop().output, "Q");
    ASSERT_TRUE(library.full_adder());
    EXPECT_EQ(library.full_adder()->cell, "FA");
    EXPECT_EQ(library.full_adder()->sum, "S");
    EXPECT_EQ(library.full_adder()->carry, "CO");
}

TEST(Liberty, AnAreaIsNeverAssumed) {
    const Library library(kSmallLibrary, "small.lib");
    EXPECT_THAT(input_error([&] { (void)library.area("NOAREA"); }),
                HasSubstr("small.lib: cell NOAREA: is used by the netlist and has no area"));
    EXPECT_THAT(input_error([&] { (void)library.area("LAT"); }), HasSubstr("has no area"));
    EXPECT_THAT(input_error([&] { (void)library.area("ABSENT"); }),
                HasSubstr("not in the library"));
}

TEST(Liberty, NamesWhatALibraryLacks) {
    EXPECT_THAT(input_error([] { Library(without_cell("DFF"), "l.lib"); }),
                HasSubstr("lacks a rising-edge D flip-flop"));
    EXPECT_THAT(input_error([] { Library(without_cell("INV"), "l.lib"); }),
                HasSubstr("lacks an inverter"));
    EXPECT_THAT(input_error([] { Library("library (none) { }", "l.lib"); }),
                HasSubstr("flip-flop without set and reset, an inverter, a two-input"));
    EXPECT_FALSE(Library(without_cell("FA"), "l.lib").full_adder());
    EXPECT_EQ(Library(untimed_library(), "l.lib").driving_buffer(), "");
}

TEST(Liberty, FindsNamedLibrariesInOrder) {
    const ScratchDir scratch;
    const auto put = [&scratch](const std::string& path) {
        std::filesystem::create_directories((scratch.path() / path).parent_path());
        std::ofstream(scratch.path() / path) << "library (x) { }\n";
        return scratch.path() / path;
    };
    const auto odd = put("second/osu050/osu05_stdcells.lib");
    const auto named = put("third/osu018_stdcells.lib");
    put("third/other.lib");
    const std::vector<std::filesystem::path> folders = {
        scratch.path() / "first", scratch.path() / "second/osu050", scratch.path() / "third"};
    EXPECT_EQ(find_liberty("osu018", folders), named);
    EXPECT_EQ(find_liberty("osu050", folders), odd);
    try {
        find_liberty("osu035", folders);
        FAIL() << "found a library that is not there";
    } catch (const MissingToolError& e) {
        EXPECT_EQ(e.status(), kMissingTool);
        EXPECT_THAT(e.what(), HasSubstr("qflow-tech-osu035"));
    }
}

TEST(Sha256, PublishedVectors) {
    EXPECT_EQ(sha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    EXPECT_EQ(sha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
              "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST(Sha256, PiecesAreTheWhole) {
    const std::string text(1000, 'x');
    Sha256 hash;
    for (std::size_t at = 0, n = 1; at < text.size(); at += n, ++n) hash.update(text.substr(at, n));
    EXPECT_EQ(hash.hex(), sha256(text));
}

TEST(LibertyFiles, SeveralAreOneLibrary) {
    const std::string inv =
        "  cell (INV2) { area : 4; pin (A) { direction : input; } /* } */ pin (Y) { direction "
        ": output; function : \"!A\"; } }\n";
    const std::string head =
        "library (more) { nom_voltage : 1.2; capacitive_load_unit (1,pf);\n"
        "  lu_table_template(t) { index_1 (\"1.0, 2.0\"); }\n  define (x, cell, string);\n";
    const std::string merged =
        merge_liberty({{"a.lib", kSmallLibrary}, {"b.lib", head + inv + "}"}});
    const Library library(merged, "a.lib");
    EXPECT_EQ(library.name(), "small");
    EXPECT_DOUBLE_EQ(library.area("INV2"), 4.0);
    EXPECT_DOUBLE_EQ(library.area("INV"), 2.5);
    EXPECT_EQ(library.cells().size(), Library(kSmallLibrary, "a.lib").cells().size() + 1);

    const auto message = [&](const std::string& text) -> std::string {
        try {
            merge_liberty({{"a.lib", kSmallLibrary}, {"b.lib", text}});
        } catch (const InputError& e) {
            return e.what();
        }
        return "no error";
    };
    EXPECT_THAT(message(head + "cell (INV) { }" + "}"),
                HasSubstr("b.lib: cell INV: stands in another"));
    EXPECT_THAT(message("library (m) { nom_voltage : 1.8; capacitive_load_unit (1,pf); }"),
                HasSubstr("b.lib: nom_voltage: is \"1.8\""));
    EXPECT_THAT(message("library (m) { nom_voltage : 1.2; }"), HasSubstr("is missing"));
    EXPECT_THAT(message("library (m) { nom_voltage : 1.2; capacitive_load_unit (1,pf); "
                        "lu_table_template(t) { index_1 (\"3\"); } }"),
                HasSubstr("lu_table_template t: is another one in a.lib"));
}

TEST(LibertyFiles, AreReadCompressed) {
    if (find_program("gzip").empty()) GTEST_SKIP() << "gzip is not installed";
    const ScratchDir dir;
    const std::string file = (dir.path() / "a.lib").string();
    write_file(file, kSmallLibrary);
    ASSERT_EQ(run_process({"gzip", "-k", "a.lib"}, dir.path()).status, 0);
    EXPECT_TRUE(is_library_files(file + ".gz"));
    EXPECT_TRUE(is_library_files(file + "," + file + ".gz"));
    EXPECT_FALSE(is_library_files("osu018"));
    EXPECT_EQ(read_library(file + ".gz").text, read_library(file).text);
    EXPECT_TRUE(read_library(file).own);
    write_file(file + ".gz", "not compressed");
    EXPECT_THROW(read_library(file + ".gz"), InputError);
    EXPECT_THROW(read_library(file + "x.lib"), InputError);
}

}  // namespace
}  // namespace peforge::synth
