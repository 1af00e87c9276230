// Resolved numbers against hand calculation and enumeration.
//
// SPDX-License-Identifier: Apache-2.0
#include "generator/design/design.hpp"
#include "generator/design/lut_model.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <vector>

#include "generator/spec/error.hpp"
#include "generator/tests/mutate.hpp"

namespace {

namespace fs = std::filesystem;
using peforge::Design;
using peforge::Spec;

Design example(const std::string& name) {
    return peforge::resolve(
        peforge::load_spec(fs::path(PEFORGE_SOURCE_DIR) / "specs" / (name + ".json")), name);
}

std::vector<std::string> port_texts(const Design& d) {
    std::vector<std::string> texts;
    for (const peforge::Port& p : d.ports) {
        texts.push_back(p.name + "[" + std::to_string(p.width) + "]" + (p.input ? "i" : "o"));
    }
    return texts;
}

TEST(Design, EveryExampleResolves) {
    int count = 0;
    for (const auto& entry : fs::directory_iterator(fs::path(PEFORGE_SOURCE_DIR) / "specs")) {
        const Design d = example(entry.path().stem().string());
        EXPECT_EQ(d.top, entry.path().stem().string());
        EXPECT_NE(d.systolic.has_value(), d.lut.has_value());
        for (const peforge::Port& p : d.ports) {
            EXPECT_EQ(p.input, p.name.ends_with("i")) << p.name;
            EXPECT_GE(p.width, 1) << p.name;
        }
        ++count;
    }
    EXPECT_GE(count, 12);
}

TEST(Design, Int8Numbers) {
    const Design d = example("int8_ws_8x8");
    EXPECT_EQ(d.systolic->datapath.term_bits, 16);  // (-128)^2 = 2^14
    EXPECT_EQ(d.psum_bits, 19);                     // 8 terms
    EXPECT_EQ(d.accumulator().width, 27);           // 1152 terms: 11 more bits
    EXPECT_FALSE(d.accumulator().saturate);
    EXPECT_EQ(d.tile_k, 8);
    EXPECT_EQ(d.cols, 8);
    EXPECT_EQ(d.m_bits, 9);      // 256
    EXPECT_EQ(d.tiles_bits, 8);  // 144
    EXPECT_EQ(d.post_lanes, 2);
    EXPECT_EQ(d.timing.post_cycles, 4);
    EXPECT_EQ(d.post().z_bits, 8);
    EXPECT_EQ(d.bounds.product_relative, 0.0);
    EXPECT_EQ(d.bounds.dot_absolute, 0.0);
    const std::vector<std::string> expected{
        "clk_i[1]i",       "rst_ni[1]i",       "clear_i[1]i",     "job_valid_i[1]i",
        "job_ready_o[1]o", "job_m_i[9]i",      "job_tiles_i[8]i", "job_relu_i[1]i",
        "prm_valid_i[1]i", "prm_ready_o[1]o",  "prm_bias_i[27]i", "prm_scale_i[16]i",
        "prm_shift_i[6]i", "wgt_valid_i[1]i",  "wgt_ready_o[1]o", "wgt_data_i[64]i",
        "wgt_last_i[1]i",  "act_valid_i[1]i",  "act_ready_o[1]o", "act_data_i[64]i",
        "act_last_i[1]i",  "out_valid_o[1]o",  "out_ready_i[1]i", "out_data_o[64]o",
        "out_last_o[1]o",  "busy_o[1]o",       "cycles_o[32]o",   "saturations_o[32]o",
        "nar_o[1]o",       "nar_count_o[32]o", "error_o[1]o"};
    EXPECT_EQ(port_texts(d), expected);
}

TEST(Design, TheResetPortFollowsItsLevel) {
    const std::vector<std::string> high = port_texts(example("pot3_ws_5x1"));
    EXPECT_EQ(high[1], "rst_i[1]i");
    EXPECT_EQ(std::count(high.begin(), high.end(), "rst_ni[1]i"), 0);
}

TEST(Design, LanesAndOptionalPorts) {
    const Design d = example("int4x8_ws_1x5");  // 1 row of 2 lanes, no bias
    EXPECT_EQ(d.tile_k, 2);
    EXPECT_EQ(d.weight_bits, 4);
    EXPECT_EQ(d.systolic->datapath.term_bits, 12);  // (-8) * (-128) = 2^10
    EXPECT_EQ(d.psum_bits, 13);
    EXPECT_EQ(d.post_lanes, 1);  // auto: one lane per eight columns
    const std::vector<std::string> ports = port_texts(d);
    const auto has = [&ports](const std::string& text) {
        return std::find(ports.begin(), ports.end(), text) != ports.end();
    };
    EXPECT_TRUE(has("wgt_data_i[40]i"));  // 5 columns * 2 lanes * 4 bits
    EXPECT_TRUE(has("act_data_i[16]i"));
    EXPECT_TRUE(has("out_data_o[40]o"));
    EXPECT_TRUE(has("job_relu_i[1]i"));
    for (const peforge::Port& p : d.ports) {
        EXPECT_NE(p.name, "prm_bias_i");
    }
    for (const peforge::Port& p : example("pot3_ws_5x1").ports) {
        EXPECT_NE(p.name, "job_relu_i");
    }
}

TEST(Design, OutputStationaryNumbers) {
    const Design d = example("pot4_os_3x5");  // lanes 2
    EXPECT_EQ(d.tile_k, 2);
    EXPECT_EQ(d.rows_m, 3);
    EXPECT_EQ(d.systolic->rows_m, 3);
    EXPECT_EQ(d.m_bits, 2);
    EXPECT_EQ(d.tiles_bits, 9);                     // 300 steps
    EXPECT_EQ(d.accumulator().width, 25);           // 600 terms: 10 more bits
    EXPECT_EQ(d.systolic->datapath.term_bits, 15);  // -128 * -2^6 = 2^13
    EXPECT_EQ(d.psum_bits, d.accumulator().width);
    EXPECT_EQ(d.timing.tile_beats, 1);
    const std::vector<std::string> ports = port_texts(d);
    EXPECT_NE(std::find(ports.begin(), ports.end(), "wgt_data_i[40]i"), ports.end());  // 5 * 2 * 4
    EXPECT_NE(std::find(ports.begin(), ports.end(), "act_data_i[48]i"), ports.end());  // 3 * 2 * 8
}

TEST(Design, LutRatesAndWarnings) {
    // rows_m 11, 7 centroids in 3 phases of 3 PEs, 2 units for 4 subspaces.
    const Design d = example("lut_v3_c7_folded");
    EXPECT_EQ(d.tile_k, 12);
    EXPECT_EQ(d.psum_bits, 10 + 3 + 2);  // entries, shifts by up to 3, four of them
    EXPECT_EQ(d.lut->kept_tiles, 12);
    const peforge::LutRates r = peforge::lut_rates(d);
    EXPECT_EQ(r.encode_row, 6);
    EXPECT_EQ(r.load_tile, 28);
    EXPECT_EQ(peforge::rate_warnings(d).size(), 2U);
    EXPECT_TRUE(peforge::rate_warnings(example("lut_v4_c16_n32")).empty());
    EXPECT_TRUE(peforge::rate_warnings(example("int8_ws_8x8")).empty());
}

/// As many rows as there are cycles to load a tile, and no fewer, keep the lookup units busy: the
/// least cycles of a tile that the warning tells are those of the cycle model.
TEST(Design, LutLeastCyclesOfATile) {
    for (const char* name : {"lut_v3_c5_n7", "lut_v3_c7_folded", "lut_v4_c8_maddness",
                             "lut_v2_c6_tree", "lut_v4_c16_n32"}) {
        const Design d = example(name);
        const auto cycles = [&d](int m, int tiles) {
            const std::vector<peforge::golden::Job> jobs = {{.m = m, .n = 1, .tiles = tiles}};
            return static_cast<int>(peforge::golden::cycles(d.timing, jobs));
        };
        const peforge::LutRates r = peforge::lut_rates(d);
        EXPECT_EQ(cycles(1, 30) - cycles(1, 20), 10 * r.encode_tile) << name;
        const int m = d.rows_m;
        EXPECT_EQ(cycles(m, 30) - cycles(m, 20), 10 * std::max(r.encode_tile, m * r.encode_row))
            << name;
    }
}

TEST(Design, LutCyclesInClosedForm) {
    int compared = 0;
    for (const char* encoder : {R"("organisation": "chain")", R"("organisation": "tree")",
                                R"("encoder": "tree")", R"("organisation": "folded", "fold": 3)"}) {
        for (const auto& [ccus, imms] : {std::pair(1, 1), std::pair(2, 2), std::pair(1, 3)}) {
            const Design d = peforge::resolve(peforge::parse_spec(
                R"({"name": "t", "array": {"kind": "lut", "subvector": 2, "centroids": 8,
                        "columns": 4, "ccus": )" +
                    std::to_string(ccus) + R"(, "imms": )" + std::to_string(imms) +
                    R"(}, "lut": {)" + encoder +
                    R"(}, "activation": {"format": "int", "n": 8}, "post": {"lanes": 4},
                        "output": {"format": "int", "n": 8}, "buffers": {"rows_m": 90}})",
                "t"));
            for (const int m : {40, 61, 90}) {
                for (const int tiles : {1, 2, 5}) {
                    for (const int column_tiles : {1, 2, 4}) {
                        const peforge::golden::GemmShape shape{m, tiles * d.tile_k,
                                                               column_tiles * d.cols};
                        EXPECT_EQ(peforge::golden::cycles(d.timing, plan(d, shape)),
                                  peforge::lut_cycles(d, m, tiles, column_tiles))
                            << encoder << " ccus " << ccus << " imms " << imms << " m " << m
                            << " tiles " << tiles << " column tiles " << column_tiles;
                        ++compared;
                    }
                }
            }
        }
    }
    EXPECT_EQ(compared, 4 * 3 * 27);
}

/// 95 % of the peak and more at M = 256, K of 16 tiles, N of 4 column tiles, when tables load
/// behind the lookups.
TEST(Design, LutArraysReachTheirPeak) {
    for (const char* lut : {R"("imms": 1, "ccus": 1)", R"("imms": 4, "ccus": 4)"}) {
        for (const char* organisation : {"chain", "tree"}) {
            const Design d = peforge::resolve(peforge::parse_spec(
                R"({"name": "t", "array": {"kind": "lut", "subvector": 4, "centroids": 16,
                    "columns": 32, )" +
                    std::string(lut) + R"(}, "lut": {"organisation": ")" + organisation +
                    R"("}, "activation": {"format": "int", "n": 8}, "post": {"lanes": 32},
                    "output": {"format": "int", "n": 8}, "buffers": {"rows_m": 256}})",
                "t"));
            const peforge::golden::GemmShape shape{256, 16 * d.tile_k, 4 * d.cols};
            const auto cycles =
                static_cast<double>(peforge::golden::cycles(d.timing, plan(d, shape)));
            const double operations = 2.0 * shape.m * shape.k * shape.n;
            EXPECT_GE(operations / cycles, 0.95 * peforge::lut_peak(d)) << lut << organisation;
        }
    }
}

TEST(Design, LutWorkAndStorage) {
    const Design d = example("lut_v4_c16_n32");  // L1, 32 columns, indices kept
    const peforge::LutWork w = peforge::lut_work(d, {10, 9, 40});
    EXPECT_EQ(w.encode, 10.0 * 9 * 16 * 2);  // once, for both column tiles
    EXPECT_EQ(w.add, 10.0 * 40 * 3);
    EXPECT_EQ(w.dense, 2.0 * 10 * 9 * 40);
    const peforge::LutStorage s = peforge::lut_storage(d, {10, 9, 40});
    EXPECT_EQ(s.tables, 3U * 16 * 40 * 8);
    EXPECT_EQ(s.encoders, 3U * 16 * 32);
    EXPECT_EQ(s.indices, 10U * 3 * 4);
    EXPECT_EQ(s.outputs, 10U * 40 * 8);
    const Design again = example("lut_v2_c3_n5_l2");  // 5 columns, no indices kept, L2
    EXPECT_EQ(peforge::lut_work(again, {10, 4, 11}).encode, 3.0 * 10 * 4 * 3 * 3);
}

TEST(Design, LutNumbers) {
    const Design d = example("lut_v4_c16_n32");
    EXPECT_EQ(d.tile_k, 4);
    EXPECT_EQ(d.cols, 32);
    EXPECT_EQ(d.lut->index_bits, 4);
    EXPECT_EQ(d.lut->distance_bits, 10);   // 4 * 255 = 1020
    EXPECT_EQ(d.accumulator().width, 17);  // 288 entries of 8 bits
    EXPECT_EQ(d.tiles_bits, 9);            // 288
    EXPECT_EQ(d.timing.post_cycles, 8);
    const std::vector<std::string> ports = port_texts(d);
    EXPECT_EQ(ports[17], "wgt_data_i[288]i");  // 32 * 8 above 4 * 8
    EXPECT_EQ(ports[21], "act_data_i[32]i");
    EXPECT_EQ(ports[25], "out_data_o[256]o");
}

/// Largest distance by enumeration of the extreme and of all one-element vectors.
TEST(Design, DistanceBitsAreExact) {
    for (int a = 2; a <= 5; ++a) {
        for (int c = 2; c <= 5; ++c) {
            std::int64_t worst = 0;
            for (int x = -(1 << (a - 1)); x < (1 << (a - 1)); ++x) {
                for (int p = -(1 << (c - 1)); p < (1 << (c - 1)); ++p) {
                    worst = std::max<std::int64_t>(worst, std::abs(x - p));
                }
            }
            for (int v = 1; v <= 16; v += 5) {
                const std::int64_t largest[] = {v * worst, v * worst * worst, worst};
                const char* metrics[] = {"l1", "l2", "chebyshev"};
                for (int m = 0; m < 3; ++m) {
                    const std::string text =
                        R"({"name":"t","array":{"kind":"lut","columns":3,"centroids":2,)"
                        R"("metric":")" +
                        std::string(metrics[m]) + R"(","subvector":)" + std::to_string(v) +
                        R"(},"activation":{"format":"int","n":)" + std::to_string(a) +
                        R"(},"centroid":{"n":)" + std::to_string(c) +
                        R"(},"output":{"format":"int","n":8}})";
                    const Design d = peforge::resolve(peforge::parse_spec(text, "f"));
                    EXPECT_LT(largest[m], std::int64_t{1} << d.lut->distance_bits) << text;
                    EXPECT_GE(largest[m], std::int64_t{1} << (d.lut->distance_bits - 1)) << text;
                    EXPECT_EQ(d.lut->index_bits, 1);
                }
            }
        }
    }
}

TEST(Design, AutoAccumulatorNeverOverflows) {
    for (const auto& entry : fs::directory_iterator(fs::path(PEFORGE_SOURCE_DIR) / "specs")) {
        const Design d = example(entry.path().stem().string());
        if (d.accumulator().saturate) continue;
        const int width = d.accumulator().width;
        std::int64_t highest = 0;
        std::int64_t lowest = 0;
        int terms = 0;
        if (d.systolic) {
            for (int w = 0; w < (1 << d.weight_bits); ++w) {
                for (int a = 0; a < (1 << d.act_bits); ++a) {
                    const std::int64_t t = peforge::golden::product_term(
                        d.systolic->datapath, static_cast<std::uint8_t>(w),
                        static_cast<std::uint8_t>(a));
                    highest = std::max(highest, t);
                    lowest = std::min(lowest, t);
                }
            }
            terms = d.spec.max_k;
            const std::int64_t psum_limit = std::int64_t{1} << (d.psum_bits - 1);
            EXPECT_LT(highest * d.tile_k, psum_limit) << d.top;
            EXPECT_GE(lowest * d.tile_k, -psum_limit) << d.top;
        } else {
            highest = (std::int64_t{1} << (d.spec.entry_bits - 1)) - 1;
            lowest = -highest - 1;
            terms = (d.spec.max_k + d.tile_k - 1) / d.tile_k;
        }
        const std::int64_t limit = std::int64_t{1} << (width - 1);
        EXPECT_LT(highest * terms, limit) << d.top;
        EXPECT_GE(lowest * terms, -limit) << d.top;
    }
}

Spec log_spec(const std::string& accumulator) {
    return peforge::parse_spec(
        R"({"name":"t","array":{"kind":"systolic","rows":4,"cols":2},
            "weight":{"format":"lp","n":4,"es":1,"rs":2},
            "activation":{"format":"lp","n":8,"es":1,"rs":3},
            "accumulator":)" +
            accumulator + R"(,"output":{"format":"lp","n":8,"es":1,"rs":3}})",
        "f");
}

TEST(Design, ErrorBoundsOfTheLogDatapath) {
    // All bits kept: only the table's rounding is left, at most half a unit of 2^-m of a mantissa
    // in [1, 2).
    const Design exact = peforge::resolve(log_spec(R"({"max_k":10,"octaves":40})"));
    const int m = exact.systolic->datapath.mantissa_bits;
    EXPECT_GT(exact.bounds.product_relative, 0.0);
    EXPECT_LE(exact.bounds.product_relative, std::ldexp(1.0, -m - 1));
    // lp4 es1 rs2 reaches 2^3 and lp8 es1 rs3 reaches 2^(6 - 2^-3): the largest product is below
    // 2^9, where the table's unit is 2^(8-m).
    EXPECT_GT(exact.bounds.dot_absolute, 0.0);
    EXPECT_LE(exact.bounds.dot_absolute, 10 * std::ldexp(0.5, 8 - m));

    // Truncated to integers: less than one unit more for each product, and no worse for products of
    // normal size, which are those from 2^m up.
    const Design cut = peforge::resolve(log_spec(R"({"max_k":10,"frac_bits":0})"));
    EXPECT_EQ(cut.systolic->datapath.acc_frac_bits, 0);
    EXPECT_GT(cut.bounds.dot_absolute, exact.bounds.dot_absolute);
    EXPECT_LT(cut.bounds.dot_absolute, exact.bounds.dot_absolute + 10 * 1.0);
    EXPECT_GT(cut.bounds.product_relative, 0.0);
    EXPECT_LE(cut.bounds.product_relative, std::ldexp(1.0, -m - 1));

    // Rounded to nearest: half a unit.
    const Design nearest =
        peforge::resolve(log_spec(R"({"max_k":10,"frac_bits":0,"rounding":"nearest_even"})"));
    EXPECT_LE(nearest.bounds.dot_absolute, exact.bounds.dot_absolute + 10 * 0.5);
    EXPECT_LT(nearest.bounds.dot_absolute, cut.bounds.dot_absolute);

    // max_k alone scales the sum's bound.
    const Design longer = peforge::resolve(log_spec(R"({"max_k":20,"frac_bits":0})"));
    EXPECT_DOUBLE_EQ(longer.bounds.dot_absolute, 2 * cut.bounds.dot_absolute);
}

TEST(Design, SaturatingAccumulator) {
    const Design narrow =
        peforge::resolve(log_spec(R"({"max_k":1000,"width":24,"saturate":true,"octaves":16})"));
    EXPECT_EQ(narrow.accumulator().width, 24);
    EXPECT_TRUE(narrow.accumulator().saturate);
    // Wide enough: nothing can saturate.
    const Design wide =
        peforge::resolve(log_spec(R"({"max_k":1000,"width":48,"saturate":true,"octaves":16})"));
    EXPECT_EQ(wide.accumulator().width, 48);
    EXPECT_FALSE(wide.accumulator().saturate);
}

/// One tile may be longer than max_k; its partial sum must still fit.
/// Products per cycle of a GEMM against what the PEs can do, by the exact cycle model.
double utilisation(const Design& array, int mode, int m, int k_tiles, int n_tiles) {
    const Design d = in_mode(array, mode);
    const peforge::golden::GemmShape shape{m, k_tiles * d.tile_k, n_tiles * d.cols};
    const std::uint64_t cycles = peforge::golden::cycles(
        d.timing, peforge::golden::plan(shape, d.tile_k, d.cols, d.rows_m, mode));
    const double products = static_cast<double>(m) * shape.k * shape.n;
    return products / (static_cast<double>(d.systolic->rows) * d.cols * d.systolic->lanes *
                       static_cast<double>(cycles));
}

TEST(Design, ArraysReachTheirPeakInEveryMode) {
    for (const int size : {8, 16}) {
        for (const bool mixed : {false, true}) {
            const std::string text = fmt::format(
                R"({{"name": "t", "array": {{"kind": "systolic", "rows": {0}, "cols": {0}}},
                    "weight": {{"format": "int", "n": 8}}, "activation": {{"format": "int", "n": 8}},
                    "accumulator": {{"max_k": 1152}}, "post": {{"lanes": {0}}},
                    "output": {{"format": "int", "n": 8}}, "pe": {{"mixed_precision": {1}}}}})",
                size, mixed);
            const Design d = peforge::resolve(peforge::parse_spec(text, "t"));
            for (int mode = 0; mode < mode_count(d); ++mode) {
                // The rest is the fill of the grid before the first row and behind the last.
                EXPECT_GE(utilisation(d, mode, 256, 4, 4), 0.98) << size << " mode " << mode;
                EXPECT_GE(utilisation(d, mode, 256, 16, 16), 0.998) << size << " mode " << mode;
            }
        }
    }
}

TEST(Design, ModesHaveTheirProducts) {
    const Design lp = example("lp_mix_ws_8x8");
    ASSERT_EQ(mode_count(lp), 3);
    const Design ints = example("int_mix_ws_3x5");
    ASSERT_EQ(mode_count(ints), 4);
    const std::vector<std::string> names = {"W8A8", "W4A8", "W2A4"};
    for (int mode = 0; mode < 3; ++mode) {
        const Design d = in_mode(lp, mode);
        EXPECT_EQ(mode_name(lp, mode), names[static_cast<std::size_t>(mode)]);
        EXPECT_EQ(d.tile_k, 8 << mode);
        EXPECT_EQ(d.products * d.weight_bits, 8) << "weights fill their word";
        EXPECT_LE(d.products * d.act_bits, 16);
        EXPECT_LE(d.systolic->datapath.term_bits, lp.term_bits);
    }
    EXPECT_EQ(mode_name(ints, 2), "W4A4");
    EXPECT_EQ(in_mode(ints, 3).tile_k, 24);
    EXPECT_EQ(ints.weight_word_bits, 16);
    EXPECT_EQ(ints.act_word_bits, 32);
    EXPECT_EQ(mode_count(example("int8_ws_8x8")), 1);
    EXPECT_THROW(in_mode(example("int8_ws_8x8"), 1), std::out_of_range);
}

TEST(Design, RunTimeFieldsAreModesOfAJob) {
    const Design array = example("lp8_fields_ws_3x5");
    EXPECT_EQ(mode_count(array), 1);
    const auto port = [&array](const std::string& name) {
        for (const peforge::Port& p : array.ports) {
            if (p.name == name) return p.width;
        }
        return 0;
    };
    EXPECT_EQ(port("job_wgt_es_i"), 2);
    EXPECT_EQ(port("job_wgt_rs_i"), 3);
    EXPECT_EQ(port("job_act_es_i"), 2);
    EXPECT_EQ(port("job_act_rs_i"), 3);
    EXPECT_EQ(port("job_mode_i"), 0);
    // The spec's own fields are the array's when nothing else is asked for.
    EXPECT_EQ(in_mode(array, array.mode).systolic->datapath, array.systolic->datapath);
    const auto values = [](std::map<std::string, std::uint64_t> ports) {
        return [ports](const std::string& name) { return ports.at(name); };
    };
    std::map<std::string, std::uint64_t> job = job_mode_ports(array);
    EXPECT_EQ(job_mode(array, values(job)), array.mode);
    job["job_wgt_es_i"] = 3;
    job["job_act_rs_i"] = 7;
    const std::optional<int> mode = job_mode(array, values(job));
    ASSERT_TRUE(mode);
    const Design d = in_mode(array, *mode);
    EXPECT_EQ(d.spec.weight.es, 3);
    EXPECT_EQ(d.spec.activation.rs, 7);
    EXPECT_EQ(job_mode_ports(d), job);
    EXPECT_EQ(d.systolic->datapath.term_bits, array.term_bits);
    EXPECT_EQ(mode_name(array, *mode), "lp:n=8,es=3,rs=3 lp:n=8,es=1,rs=7");
    job["job_act_rs_i"] = 0;
    EXPECT_FALSE(job_mode(array, values(job)));
    EXPECT_THROW(in_mode(array, 0), std::out_of_range);
}

TEST(Design, RunTimeTypesAreModesOfAJob) {
    const Design array = example("ant4_ws_3x5");
    EXPECT_EQ(mode_count(array), 1);
    std::map<std::string, std::uint64_t> job = job_mode_ports(array);
    EXPECT_EQ(job,
              (std::map<std::string, std::uint64_t>{{"job_wgt_type_i", 1}, {"job_act_type_i", 1}}));
    const auto values = [&job](const std::string& name) { return job.at(name); };
    EXPECT_EQ(job_mode(array, values), array.mode);
    int ports = 0;
    for (const peforge::Port& p : array.ports) {
        if (!p.name.ends_with("_type_i")) continue;
        EXPECT_EQ(p.width, 2) << p.name;
        ++ports;
    }
    EXPECT_EQ(ports, 2);
    // The widest products are those of powers of two, 2^6 * 2^6, for sums of 96.
    EXPECT_EQ(array.term_bits, 14);
    EXPECT_EQ(array.accumulator().width, 21);
    int modes = 0;
    for (job["job_wgt_type_i"] = 0; job["job_wgt_type_i"] < 4; ++job["job_wgt_type_i"]) {
        for (job["job_act_type_i"] = 0; job["job_act_type_i"] < 4; ++job["job_act_type_i"]) {
            const std::optional<int> mode = job_mode(array, values);
            EXPECT_EQ(mode.has_value(), job["job_wgt_type_i"] < 3 && job["job_act_type_i"] < 3);
            if (!mode) continue;
            ++modes;
            const Design d = in_mode(array, *mode);
            EXPECT_EQ(job_mode_ports(d), job);
            EXPECT_EQ(d.systolic->datapath.term_bits, 14);
        }
    }
    EXPECT_EQ(modes, 9);
    EXPECT_EQ(mode_name(array, 2), "pot:n=4 int:n=4");
}

/// A word of a column's sums for each row; finished rows cover the way through the grid; the tables
/// are one word for each centroid in two banks, whose numbers have whole powers of two.
TEST(Design, Memories) {
    const auto sizes = [](const Design& d) {
        std::vector<std::string> texts;
        for (const peforge::Memory& m : d.memories) {
            texts.push_back(fmt::format("{} {} {}x{}", m.name, m.count, m.width, m.depth));
        }
        return texts;
    };
    using Texts = std::vector<std::string>;
    EXPECT_EQ(sizes(example("int8_ws_8x8")), (Texts{"accumulators 8 27x256", "results 8 27x18"}));
    EXPECT_EQ(sizes(example("int8_os_8x8")), Texts{});
    // 7 sums of 14 bits a row; banks of 8 places for 5 centroids; 21 rows of 384 subspaces.
    EXPECT_EQ(sizes(example("lut_v3_c5_n7")), (Texts{"accumulators 1 98x21", "results 1 98x3",
                                                     "tables 1 35x16", "indices 1 3x8064"}));
    // 4 tables, 12 tiles kept, indices written by two passes of two encoders.
    EXPECT_EQ(sizes(example("lut_v3_c7_folded")), (Texts{"accumulators 1 100x11", "results 1 100x4",
                                                         "tables 4 50x16", "indices 2 6x132"}));
}

TEST(Design, TileLongerThanMaxK) {
    const Design d = peforge::resolve(log_spec(R"({"max_k":1,"octaves":16})"));
    EXPECT_EQ(d.accumulator().width, d.psum_bits);
    EXPECT_EQ(d.tiles_bits, 1);
}

TEST(Design, MessagesNameTheFile) {
    try {
        peforge::resolve(log_spec(R"({"max_k":1000,"width":20})"), "dir/x.json");
        FAIL();
    } catch (const peforge::InputError& e) {
        EXPECT_TRUE(std::string(e.what()).starts_with("dir/x.json: /accumulator/width: 20 is"))
            << e.what();
    }
}

/// A mutant is resolved or refused with an InputError; nothing else.
TEST(Design, RandomMutantsAreResolvedOrRefused) {
    const std::vector<std::string> texts = peforge::test::example_texts();
    std::mt19937 random(1);
    int resolved = 0;
    int refused = 0;
    for (int i = 0; i < 6000; ++i) {
        const std::string text = peforge::test::mutate(texts[random() % texts.size()], random);
        try {
            const Spec spec = peforge::parse_spec(text, "f");
            EXPECT_EQ(peforge::parse_spec(peforge::to_json(spec), "f"), spec) << text;
            const Design d = peforge::resolve(spec, "f");
            EXPECT_LE(d.accumulator().width, 48);
            EXPECT_LE(d.post().z_bits, 40);
            ++resolved;
        } catch (const peforge::InputError& e) {
            EXPECT_LT(std::string(e.what()).size(), 500U) << text;
            ++refused;
        } catch (const std::exception& e) {
            ADD_FAILURE() << e.what() << "\n" << text;
        }
    }
    EXPECT_GT(resolved, 300);
    EXPECT_GT(refused, 300);
}

}  // namespace
