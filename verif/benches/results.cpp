// SPDX-License-Identifier: Apache-2.0
#include "verif/benches/results.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "coco/test.hpp"
#include "generator/spec/error.hpp"

namespace peforge {

using Json = nlohmann::ordered_json;

std::size_t SpecResults::failures() const {
    return static_cast<std::size_t>(std::ranges::count_if(
        tests, [](const Test& test) { return !test.result.failure.empty(); }));
}

replay::BeatLog SpecResults::beats() const {
    replay::BeatLog log;
    for (const Test& test : tests) log.tests.push_back(test.beats);
    return log;
}

std::string to_json(const SpecResults& r) {
    Json j;
    j["spec"] = r.spec;
    j["spec_hash"] = r.spec_hash;
    j["level"] = r.level;
    j["seed"] = r.seed;
    j["simulator"] = r.simulator;
    j["beats"] = r.beats().count();
    j["beats_sha256"] = r.beats().sha256();
    j["tests"] = r.tests.size();
    j["failures"] = r.failures();
    j["results"] = Json::array();
    for (const SpecResults::Test& test : r.tests) {
        j["results"].push_back({{"index", test.index},
                                {"name", test.result.name},
                                {"passed", test.result.failure.empty()},
                                {"failure", test.result.failure},
                                {"cycles", test.result.cycles},
                                {"output_beats", test.result.checked},
                                {"seconds", test.result.seconds},
                                {"beats", test.beats.count},
                                {"beats_sha256", test.beats.sha256}});
    }
    return j.dump(2) + "\n";
}

SpecResults parse_results(const std::string& text, const std::string& file) {
    try {
        const Json j = Json::parse(text);
        SpecResults r;
        r.spec = j.at("spec");
        r.spec_hash = j.at("spec_hash");
        r.level = j.at("level");
        r.seed = j.at("seed");
        r.simulator = j.at("simulator");
        for (const Json& test : j.at("results")) {
            const std::string name = test.at("name");
            r.tests.push_back({test.at("index"),
                               {name, test.at("failure"), test.at("cycles"),
                                test.at("output_beats"), test.at("seconds")},
                               {name, test.at("beats"), test.at("beats_sha256")}});
        }
        return r;
    } catch (const Json::exception& e) {
        throw InputError(file, "", fmt::format("not a results.json of peforge: {}", e.what()));
    }
}

SpecResults merged(const std::vector<SpecResults>& parts) {
    SpecResults all = parts.front();
    for (std::size_t i = 1; i < parts.size(); ++i) {
        all.tests.insert(all.tests.end(), parts[i].tests.begin(), parts[i].tests.end());
    }
    std::ranges::sort(all.tests, {}, &SpecResults::Test::index);
    return all;
}

std::string results_xml(const std::vector<SpecResults>& specs) {
    constexpr double kPeriodNs = 10.0;
    std::vector<coco::Suite> suites;
    for (const SpecResults& spec : specs) {
        coco::Suite suite;
        suite.name = spec.spec;
        suite.seed = spec.seed;
        suite.properties = {{"spec_hash", spec.spec_hash},
                            {"simulator", spec.simulator},
                            {"level", std::to_string(spec.level)},
                            {"beats", std::to_string(spec.beats().count())},
                            {"beats_sha256", spec.beats().sha256()}};
        for (const SpecResults::Test& test : spec.tests) {
            coco::TestResult result;
            result.name = test.result.name;
            result.module = "test_" + spec.spec;
            result.file = "testplan.json";
            if (!test.result.failure.empty()) {
                result.verdict = coco::Verdict::kFail;
                result.error_type = "TestFailure";
                result.message = test.result.failure;
            }
            result.sim_time_ns = static_cast<double>(test.result.cycles) * kPeriodNs;
            result.seconds = test.result.seconds;
            result.properties = {{"cycles", std::to_string(test.result.cycles)},
                                 {"output_beats", std::to_string(test.result.checked)},
                                 {"beats_sha256", test.beats.sha256}};
            suite.results.push_back(std::move(result));
        }
        suites.push_back(std::move(suite));
    }
    return coco::results_xml(suites);
}

std::string failure_lines(const SpecResults& results) {
    std::string text;
    for (const SpecResults::Test& test : results.tests) {
        if (test.result.failure.empty()) continue;
        text +=
            fmt::format("FAIL {}.{}: {}\n", results.spec, test.result.name, test.result.failure);
    }
    return text;
}

}  // namespace peforge
