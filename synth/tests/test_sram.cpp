// SRAM models: what a file may hold, and how memories are tiled from macros.
//
// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <nlohmann/json.hpp>

#include "generator/spec/error.hpp"
#include "synth/sram.hpp"

namespace peforge::synth {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::StartsWith;

json macro(const std::string& name, int width, int depth, double area) {
    return {{"name", name},          {"width", width},       {"depth", depth},   {"area_um2", area},
            {"read_energy_pj", 2.0}, {"write_energy_pj", 3}, {"leakage_uw", 0.5}};
}

json two_macros() {
    return {{"name", "test"},
            {"source", "made up for a test"},
            {"technology", "none"},
            {"macros", {macro("wide", 32, 64, 1000), macro("narrow", 8, 64, 300)}}};
}

std::string error_of(const json& model) {
    try {
        parse_sram_model(model.dump(), "m.json");
    } catch (const InputError& e) {
        EXPECT_EQ(e.status(), kBadInput);
        return e.what();
    }
    return "accepted";
}

TEST(SramModel, ReadsWhatAFileSays) {
    json file = two_macros();
    file["macros"][1]["leakage_uw"] = nullptr;
    file["macros"][1]["access_ns"] = 1.5;
    const SramModel m = parse_sram_model(file.dump(), "folder/m.json");
    EXPECT_EQ(m.file, "m.json");
    EXPECT_EQ(m.source, "made up for a test");
    EXPECT_EQ(m.sha256.size(), 64U);
    EXPECT_FALSE(m.scale);
    ASSERT_EQ(m.macros.size(), 2U);
    EXPECT_EQ(m.macros[0].width, 32);
    EXPECT_EQ(m.macros[0].write_energy_pj, 3.0);
    EXPECT_EQ(m.macros[0].leakage_uw, 0.5);
    EXPECT_FALSE(m.macros[1].leakage_uw);
    EXPECT_EQ(m.macros[1].access_ns, 1.5);
}

TEST(SramModel, TheSmallestAreaIsTaken) {
    const SramModel m = parse_sram_model(two_macros().dump(), "m.json");
    const SramTiling narrow = tile(m, 17, 64);  // 3 narrow ones, 900; one wide one, 1000
    EXPECT_EQ(narrow.macro, "narrow");
    EXPECT_EQ(narrow.across, 3);
    EXPECT_EQ(narrow.down, 1);
    EXPECT_DOUBLE_EQ(narrow.area_um2, 900.0);
    EXPECT_DOUBLE_EQ(*narrow.read_energy_pj, 6.0);
    EXPECT_DOUBLE_EQ(*narrow.leakage_uw, 1.5);
    const SramTiling wide = tile(m, 33, 65);  // 2 x 2 wide: 4000; 5 x 2 narrow: 3000
    EXPECT_EQ(wide.macro, "narrow");
    EXPECT_EQ(wide.down, 2);
    EXPECT_DOUBLE_EQ(wide.area_um2, 3000.0);
    EXPECT_DOUBLE_EQ(*wide.write_energy_pj, 15.0);  // one row of macros
    EXPECT_DOUBLE_EQ(*wide.leakage_uw, 5.0);        // all of them
    EXPECT_EQ(tile(m, 32, 64).macro, "wide");       // 1000 against 1200
}

TEST(SramModel, OfEqualAreasTheFewestMacros) {
    json file = two_macros();
    file["macros"] = {macro("narrow", 16, 64, 500), macro("wide", 32, 64, 1000),
                      macro("other", 32, 64, 1000)};
    EXPECT_EQ(tile(parse_sram_model(file.dump(), "m.json"), 32, 64).macro, "wide");
}

TEST(SramModel, ScaleIsWhole) {
    json file = two_macros();
    file["scale_area"] = 2;
    EXPECT_THAT(error_of(file), StartsWith("m.json: /scale_energy: is missing"));
    file["scale_energy"] = 1.5;
    EXPECT_THAT(error_of(file), StartsWith("m.json: /scale_reason: is missing"));
    file["scale_reason"] = "a test";
    const SramTiling t = tile(parse_sram_model(file.dump(), "m.json"), 32, 64);
    EXPECT_DOUBLE_EQ(t.area_um2, 2000.0);
    EXPECT_DOUBLE_EQ(*t.read_energy_pj, 3.0);
    EXPECT_DOUBLE_EQ(*t.leakage_uw, 0.5);
}

TEST(SramModel, Formula) {
    json file = two_macros();
    file.erase("macros");
    file["formula"] = {{"fixed_um2", 100}, {"row_um2", 2}, {"column_um2", 3}, {"bit_um2", 0.5}};
    const SramTiling t = tile(parse_sram_model(file.dump(), "m.json"), 10, 20);
    EXPECT_DOUBLE_EQ(t.area_um2, 100 + 2 * 20 + 3 * 10 + 0.5 * 200);
    EXPECT_TRUE(t.macro.empty());
    EXPECT_FALSE(t.read_energy_pj);
    file["formula"]["bit_um2"] = 0;
    EXPECT_EQ(error_of(file), "m.json: /formula/bit_um2: is 0; allowed: a number above 0");
    file["macros"] = two_macros()["macros"];
    EXPECT_EQ(error_of(file), "m.json: /formula: stands beside macros; allowed: one of the two");
}

TEST(SramModel, BadFilesAreRefusedInOneLine) {
    for (const char* key : {"name", "source", "technology", "macros"}) {
        json file = two_macros();
        file.erase(key);
        EXPECT_THAT(error_of(file), StartsWith(std::string("m.json: /") + key + ": is missing"));
        file[key] = 7;
        EXPECT_THAT(error_of(file),
                    StartsWith(std::string("m.json: /") + key + ": is 7; allowed:"));
    }
    const json whole = macro("x", 8, 8, 1);
    for (const auto& [key, value] : whole.items()) {
        json file = two_macros();
        file["macros"][1].erase(key);
        EXPECT_THAT(error_of(file), StartsWith("m.json: /macros/1/" + key + ": is missing")) << key;
        file["macros"][1][key] = -1;
        EXPECT_THAT(error_of(file), StartsWith("m.json: /macros/1/" + key + ": is -1; allowed"));
    }
    json file = two_macros();
    file["source"] = "";
    EXPECT_THAT(error_of(file), StartsWith("m.json: /source: is \"\""));
    file = two_macros();
    file["area"] = 1;
    EXPECT_THAT(error_of(file), HasSubstr("/area: unknown key; allowed: name, source"));
    file = two_macros();
    file["macros"] = json::array();
    EXPECT_THAT(error_of(file), HasSubstr("/macros: is empty"));
    file["macros"] = {3};
    EXPECT_EQ(error_of(file), "m.json: /macros/0: is 3; allowed: an object");
    file = two_macros();
    file["macros"][0]["width"] = 2.5;
    EXPECT_THAT(error_of(file), HasSubstr("/macros/0/width: is 2.5; allowed: an integer of 1.."));
    file = two_macros();
    file["macros"][0]["area_um2"] = nullptr;  // never a default
    EXPECT_THAT(error_of(file), HasSubstr("/macros/0/area_um2: is null"));
    EXPECT_THAT(error_of(json::array()), HasSubstr("m.json: is an array; allowed: an object"));
    EXPECT_THROW(parse_sram_model("{\"name\": ", "m.json"), InputError);
    EXPECT_THROW(parse_sram_model(R"({"name": "a", "name": "b"})", "m.json"), InputError);
    EXPECT_THROW(load_sram_model("/nowhere/m.json"), InputError);
}

/// The shipped files: every area is the product of the sides that its source names.
TEST(SramModel, ShippedModelsHaveTheirSources) {
    const std::filesystem::path folder = std::filesystem::path(PEFORGE_SOURCE_DIR) / "synth/sram";
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        SCOPED_TRACE(entry.path());
        ++files;
        const SramModel m = load_sram_model(entry.path());
        ASSERT_FALSE(m.macros.empty());
        for (const SramMacro& macro : m.macros) {
            const std::size_t size = macro.source.find("SIZE ");
            ASSERT_NE(size, std::string::npos) << macro.name;
            double width = 0.0;
            double height = 0.0;
            ASSERT_EQ(std::sscanf(macro.source.c_str() + size, "SIZE %lf BY %lf", &width, &height),
                      2);
            EXPECT_NEAR(macro.area_um2, width * height, 1e-3) << macro.name;
            EXPECT_THAT(macro.source, HasSubstr(macro.name + ".lef"));
        }
    }
    EXPECT_EQ(files, 2);
    const SramModel native = load_sram_model(folder / "sky130.json");
    const SramModel scaled = load_sram_model(folder / "sky130_for_osu018.json");
    EXPECT_FALSE(native.scale);
    ASSERT_TRUE(scaled.scale);
    EXPECT_NEAR(scaled.scale->area, (180.0 / 130.0) * (180.0 / 130.0), 1e-4);
    EXPECT_NEAR(tile(scaled, 32, 256).area_um2 / tile(native, 32, 256).area_um2, scaled.scale->area,
                1e-9);
}

}  // namespace
}  // namespace peforge::synth
