// Accepted specs: defaults, canonical JSON, hash, schema and help.
//
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "generator/spec/error.hpp"
#include "generator/spec/parameters.hpp"
#include "generator/spec/spec.hpp"

namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using peforge::ArrayKind;
using peforge::parse_spec;
using peforge::Spec;
using peforge::to_json;

const std::string kMinimal = R"({
  "name": "mini",
  "array": { "kind": "systolic", "rows": 2, "cols": 3 },
  "weight": { "format": "pot", "n": 4 },
  "activation": { "format": "int", "n": 8 },
  "output": { "format": "lp", "n": 8, "es": 1, "rs": 3 }
})";

const std::string kMinimalCanonical = R"({
  "name": "mini",
  "array": {
    "kind": "systolic",
    "dataflow": "weight_stationary",
    "rows": 2,
    "cols": 3
  },
  "weight": {
    "format": "pot",
    "n": 4,
    "rounding": "nearest"
  },
  "activation": {
    "format": "int",
    "n": 8
  },
  "accumulator": {
    "max_k": 1152,
    "width": "auto",
    "saturate": false
  },
  "post": {
    "bias": true,
    "scale_bits": 16,
    "relu": true,
    "rounding": "nearest_even",
    "lanes": "auto"
  },
  "output": {
    "format": "lp",
    "n": 8,
    "es": 1,
    "rs": 3,
    "regime": "capped",
    "flush_to_zero": false
  },
  "pe": {
    "lanes": 1,
    "pipeline": 1,
    "zero_gating": true,
    "mixed_precision": false
  },
  "buffers": {
    "rows_m": 256,
    "double_buffer": true
  },
  "interface": {
    "reset": "active_low"
  }
}
)";

// Every key with a value that is not its default.
const std::string kFullLog = R"({
  "buffers": { "double_buffer": true, "rows_m": 7 },
  "pe": { "zero_gating": false, "pipeline": 2, "lanes": 3, "convert": "per_bin" },
  "output": { "format": "pot", "n": 5, "rounding": "log" },
  "post": { "lanes": 2, "rounding": "truncate", "relu": false, "scale_bits": 9, "bias": false },
  "accumulator": { "rounding": "nearest_even", "octaves": 17, "mantissa_bits": 9, "frac_bits": 6,
                   "saturate": true, "width": 40, "max_k": 99 },
  "activation": { "format": "lp", "n": 7, "es": 2, "rs": 3, "regime": "terminated" },
  "weight": { "format": "lp", "n": 5, "es": 0, "rs": 2, "flush_to_zero": true },
  "array": { "kind": "systolic", "cols": 4, "rows": 5, "dataflow": "weight_stationary" },
  "name": "_full"
})";

const std::string kFullLut = R"({
  "name": "L",
  "array": { "kind": "lut", "subvector": 3, "centroids": 5, "metric": "chebyshev", "columns": 7,
             "ccus": 2, "imms": 4 },
  "lut": { "encoder": "distance", "organisation": "folded", "fold": 2 },
  "activation": { "format": "int", "n": 6 },
  "centroid": { "n": 5 }, "entry": { "n": 4, "shift_bits": 1 },
  "buffers": { "indices": 8 },
  "output": { "format": "int", "n": 3 }
})";

std::vector<fs::path> example_files() {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(fs::path(PEFORGE_SOURCE_DIR) / "specs")) {
        files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    return files;
}

std::string read(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream(file).rdbuf();
    return text.str();
}

std::vector<std::string> all_texts() {
    std::vector<std::string> texts{kMinimal, kFullLog, kFullLut};
    for (const fs::path& file : example_files()) {
        texts.push_back(read(file));
    }
    return texts;
}

TEST(Spec, DefaultsAndCanonicalText) {
    EXPECT_EQ(to_json(parse_spec(kMinimal, "f")), kMinimalCanonical);
}

TEST(Spec, EveryValueArrives) {
    const Spec s = parse_spec(kFullLog, "f");
    EXPECT_EQ(s.name, "_full");
    EXPECT_EQ(s.rows, 5);
    EXPECT_EQ(s.cols, 4);
    EXPECT_EQ(to_string(s.weight), "lp:n=5,es=0,rs=2,flush_to_zero=true");
    EXPECT_EQ(to_string(s.activation), "lp:n=7,es=2,rs=3,regime=terminated");
    EXPECT_EQ(to_string(s.output), "pot:n=5,rounding=log");
    EXPECT_EQ(s.max_k, 99);
    EXPECT_EQ(s.acc_width, 40);
    EXPECT_TRUE(s.acc_saturate);
    EXPECT_EQ(s.acc_frac_bits, 6);
    EXPECT_EQ(s.mantissa_bits, 9);
    EXPECT_EQ(s.octaves, 17);
    EXPECT_EQ(s.acc_rounding, peforge::golden::Rounding::kNearestEven);
    EXPECT_FALSE(s.bias);
    EXPECT_EQ(s.scale_bits, 9);
    EXPECT_FALSE(s.relu);
    EXPECT_EQ(s.post_rounding, peforge::golden::Rounding::kTruncate);
    EXPECT_EQ(s.post_lanes, 2);
    EXPECT_EQ(s.lanes, 3);
    EXPECT_EQ(s.pipeline, 2);
    EXPECT_FALSE(s.zero_gating);
    EXPECT_EQ(s.convert, peforge::golden::Convert::kPerBin);
    EXPECT_EQ(s.rows_m, 7);

    const Spec lut = parse_spec(kFullLut, "f");
    EXPECT_EQ(lut.kind, ArrayKind::kLut);
    EXPECT_EQ(lut.subvector, 3);
    EXPECT_EQ(lut.centroids, 5);
    EXPECT_EQ(lut.metric, peforge::golden::Metric::kChebyshev);
    EXPECT_EQ(lut.columns, 7);
    EXPECT_EQ(lut.centroid_bits, 5);
    EXPECT_EQ(lut.entry_bits, 4);
    EXPECT_EQ(lut.activation.n, 6);
    EXPECT_EQ(lut.output.n, 3);
    EXPECT_EQ(lut.acc_width, std::nullopt);
}

TEST(Spec, RoundTrip) {
    for (const std::string& text : all_texts()) {
        const Spec spec = parse_spec(text, "f");
        const std::string canonical = to_json(spec);
        const Spec again = parse_spec(canonical, "g");
        EXPECT_EQ(again, spec) << text;
        EXPECT_EQ(to_json(again), canonical);
        EXPECT_EQ(canonical.find('\t'), std::string::npos);
        EXPECT_TRUE(json::accept(canonical));
    }
}

/// FNV-1a from its definition (offset basis, then xor and multiply by 2^40 + 2^8 + 0xb3).
std::uint64_t fnv(const std::string& text) {
    std::uint64_t h = 14695981039346656037U;
    for (const char c : text) {
        h ^= static_cast<unsigned char>(c);
        h = (h << 40) + (h << 8) + h * 0xb3;
    }
    return h;
}

TEST(Spec, HashIsThatOfTheCanonicalText) {
    EXPECT_EQ(fnv("foobar"), 0x85944171f73967e8U);  // published test vector
    for (const std::string& text : all_texts()) {
        const Spec spec = parse_spec(text, "f");
        ASSERT_EQ(spec.hash.size(), 16U);
        EXPECT_EQ(std::stoull(spec.hash, nullptr, 16), fnv(to_json(spec)));
    }
}

TEST(Spec, HashDependsOnValuesAlone) {
    const std::string hash = parse_spec(kMinimal, "f").hash;
    EXPECT_EQ(parse_spec(json::parse(kMinimal).dump(), "other.json").hash, hash);  // keys sorted
    EXPECT_EQ(parse_spec(kMinimalCanonical, "f").hash, hash);  // defaults written out
    std::set<std::string> hashes;
    for (const std::string& text : all_texts()) {
        hashes.insert(parse_spec(text, "f").hash);
    }
    EXPECT_EQ(hashes.size(), all_texts().size());
    // Changes only when the meaning of specs changes: a new key, default or canonical order.
    EXPECT_EQ(hash, "bb89ee3cbb6f592d");
}

TEST(Spec, ByteOrderMarkIsAccepted) {
    EXPECT_EQ(parse_spec("\xef\xbb\xbf" + kMinimal, "f"), parse_spec(kMinimal, "f"));
}

/// The part of JSON Schema 2020-12 that the schema uses.
bool accepts(const json& root, const json& schema, const json& value) {
    if (schema.contains("$ref")) {
        const std::string ref = schema["$ref"];
        return ref.starts_with("#") &&
               accepts(root, root.at(json::json_pointer(ref.substr(1))), value);
    }
    if (schema.contains("oneOf")) {
        int matches = 0;
        for (const json& option : schema["oneOf"]) {
            matches += accepts(root, option, value) ? 1 : 0;
        }
        if (matches != 1) {
            return false;
        }
    }
    if (schema.contains("const") && schema["const"] != value) {
        return false;
    }
    if (schema.contains("enum") &&
        std::find(schema["enum"].begin(), schema["enum"].end(), value) == schema["enum"].end()) {
        return false;
    }
    const std::string type = schema.value("type", "");
    if ((type == "integer" && !value.is_number_integer()) ||
        (type == "boolean" && !value.is_boolean()) || (type == "string" && !value.is_string())) {
        return false;
    }
    if (type == "integer" && (value < schema.at("minimum") || value > schema.at("maximum"))) {
        return false;
    }
    if (type != "object") {
        return true;
    }
    if (!value.is_object() || schema.at("additionalProperties") != false) {
        return false;
    }
    for (const json& key : schema.at("required")) {
        if (!value.contains(key.get<std::string>())) {
            return false;
        }
    }
    for (const auto& [key, member] : value.items()) {
        if (!schema.at("properties").contains(key) ||
            !accepts(root, schema["properties"][key], member)) {
            return false;
        }
    }
    return true;
}

TEST(Schema, AcceptsSpecs) {
    const json schema = json::parse(peforge::json_schema());
    EXPECT_EQ(schema.at("$schema"), "https://json-schema.org/draft/2020-12/schema");
    for (const std::string& text : all_texts()) {
        EXPECT_TRUE(accepts(schema, schema, json::parse(text))) << text;
        EXPECT_TRUE(accepts(schema, schema, json::parse(to_json(parse_spec(text, "f"))))) << text;
    }
}

TEST(Schema, RejectsWhatTheTableRejects) {
    const json schema = json::parse(peforge::json_schema());
    const auto changed = [](const std::string& text, const std::string& pointer, json value) {
        json spec = json::parse(text);
        spec[json::json_pointer(pointer)] = std::move(value);
        return spec;
    };
    const std::vector<json> wrong{
        changed(kMinimal, "/foo", 1),
        changed(kMinimal, "/array/rows", 0),
        changed(kMinimal, "/array/rows", 257),
        changed(kMinimal, "/array/rows", "8"),
        changed(kMinimal, "/array/kind", "lut"),
        changed(kMinimal, "/array/dataflow", "row_stationary"),
        changed(kMinimal, "/weight/n", 6),
        changed(kMinimal, "/weight/es", 1),
        changed(kMinimal, "/weight/format", "posit"),
        changed(kMinimal, "/weight", {{"format", "ternary"}, {"n", 2}}),
        changed(kMinimal, "/activation", {{"format", "apot"}, {"n", 4}}),
        changed(kMinimal, "/output", {{"format", "binary"}}),
        changed(kMinimal, "/accumulator/width", 49),
        changed(kMinimal, "/buffers/double_buffer", false),
        changed(kFullLut, "/pe/lanes", 1),
        changed(kFullLut, "/array/ccus", 17),
        changed(kFullLut, "/array/metric", "l3"),
        json::object(),
    };
    for (const json& spec : wrong) {
        EXPECT_FALSE(accepts(schema, schema, spec)) << spec.dump(2);
        EXPECT_THROW(parse_spec(spec.dump(), "f"), peforge::InputError) << spec.dump(2);
    }
}

TEST(Help, NamesEveryKey) {
    const std::string help = peforge::spec_help();
    const std::string reference = peforge::spec_reference_markdown();
    for (const peforge::Parameter& p : peforge::parameters()) {
        std::string key(p.pointer.substr(1));
        std::replace(key.begin(), key.end(), '/', '.');
        EXPECT_NE(help.find("  " + key + " "), std::string::npos) << key;
        EXPECT_NE(reference.find("| `" + key + "` |"), std::string::npos) << key;
        EXPECT_NE(help.find(std::string(p.help)), std::string::npos) << key;
        EXPECT_NE(reference.find(std::string(p.help)), std::string::npos) << key;
    }
    for (const peforge::FormatParameter& p : peforge::format_parameters()) {
        EXPECT_NE(help.find("  " + std::string(p.key) + " "), std::string::npos) << p.key;
        EXPECT_NE(reference.find(std::string(p.help)), std::string::npos) << p.key;
    }
}

TEST(Examples, ParseAndCarryTheirFileName) {
    const std::vector<fs::path> files = example_files();
    EXPECT_GE(files.size(), 12U);
    for (const fs::path& file : files) {
        EXPECT_EQ(peforge::load_spec(file).name, file.stem().string());
    }
}

}  // namespace
