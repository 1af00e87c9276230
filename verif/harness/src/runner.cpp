// SPDX-License-Identifier: Apache-2.0
#include <cxxabi.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <numeric>
#include <regex>
#include <sstream>

#include "coco/test.hpp"

namespace peforge::coco {

namespace {

using WallClock = std::chrono::steady_clock;

double seconds_since(WallClock::time_point start) {
    return std::chrono::duration<double>(WallClock::now() - start).count();
}

std::string formatted(const char* format, double value) {
    char text[64];
    std::snprintf(text, sizeof text, format, value);
    return text;
}

std::string module_of(const std::string& file) {
    const std::size_t slash = file.find_last_of('/');
    const std::string name = slash == std::string::npos ? file : file.substr(slash + 1);
    return name.substr(0, name.find_last_of('.'));
}

std::vector<std::string> split(const std::string& text, char separator) {
    std::vector<std::string> parts;
    std::istringstream stream(text);
    for (std::string part; std::getline(stream, part, separator);) {
        if (!part.empty()) parts.push_back(part);
    }
    return parts;
}

struct Described {
    std::string type;
    std::string message;
};

Described describe(const std::exception_ptr& thrown) {
    Described result;
    try {
        std::rethrow_exception(thrown);
    } catch (const std::exception& e) {
        result.message = e.what();
    } catch (...) {
        result.message = "an exception that is not a std::exception";
    }
    try {
        std::rethrow_exception(thrown);
    } catch (...) {
        int status = 0;
        const char* name = abi::__cxa_current_exception_type()->name();
        char* readable = abi::__cxa_demangle(name, nullptr, nullptr, &status);
        result.type = status == 0 ? readable : name;
        std::free(readable);
    }
    return result;
}

/// The verdict of cocotb: expect_error over expect_fail over the plain rule.
void judge(const TestEnd& end, const TestOptions& options, TestResult& result) {
    const auto failed = [&](std::string type, std::string message) {
        result.verdict = Verdict::kFail;
        result.error_type = std::move(type);
        result.message = std::move(message);
    };
    result.verdict = Verdict::kPass;
    if (end.error && error<TestPassed>(end.error)) return;
    if (!end.error) {
        if (options.expect_error != nullptr) {
            failed("peforge::coco::TestFailure", "passed, but an error was expected");
        } else if (options.expect_fail) {
            failed("peforge::coco::TestFailure", "passed, but a failure was expected");
        }
        return;
    }
    if (options.expect_error != nullptr && options.expect_error(end.error)) return;
    if (options.expect_fail && error<TestFailure>(end.error)) return;
    Described what = describe(end.error);
    if (options.expect_error != nullptr || options.expect_fail) {
        what.message = "not what was expected: " + what.message;
    }
    failed(std::move(what.type), std::move(what.message));
}

int level_number(std::string_view level) {
    static constexpr std::pair<std::string_view, int> kLevels[] = {
        {"TRACE", 5},    {"DEBUG", 10}, {"INFO", 20},    {"WARN", 30},
        {"WARNING", 30}, {"ERROR", 40}, {"CRITICAL", 50}};
    for (const auto& [name, number] : kLevels) {
        if (name == level) return number;
    }
    throw std::invalid_argument("unknown log level \"" + std::string(level) +
                                "\"; allowed: TRACE, DEBUG, INFO, WARNING, ERROR, CRITICAL");
}

/// Where log() of the running tests goes.
struct LogTarget {
    std::ostream* stream = nullptr;
    int level = 20;
};

LogTarget& log_target() {
    static LogTarget target;
    return target;
}

std::string padded(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
}

std::string right(const std::string& text, std::size_t width) {
    return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

std::string ratio(double sim_time_ns, double seconds) {
    return seconds > 0.0 ? formatted("%.2f", sim_time_ns / seconds) : "-";
}

std::vector<const TestEntry*> chosen(const std::vector<TestEntry>& tests,
                                     const RunnerConfig& config) {
    std::vector<const TestEntry*> result;
    const std::regex filter(config.filter);
    for (const TestEntry& test : tests) {
        const bool named = std::find(config.testcases.begin(), config.testcases.end(), test.name) !=
                           config.testcases.end();
        if (!config.testcases.empty() && !named) continue;
        if (!config.filter.empty() &&
            !std::regex_search(module_of(test.file) + "." + test.name, filter)) {
            continue;
        }
        result.push_back(&test);
    }
    for (const std::string& name : config.testcases) {
        if (std::none_of(tests.begin(), tests.end(),
                         [&](const TestEntry& test) { return test.name == name; })) {
            throw std::invalid_argument("no test is named \"" + name + "\"");
        }
    }
    if (result.empty()) throw std::invalid_argument("no test was chosen");
    std::stable_sort(result.begin(), result.end(), [](const TestEntry* a, const TestEntry* b) {
        return a->options.stage < b->options.stage;
    });
    return result;
}

std::string file_name(std::string text) {
    for (char& c : text) {
        if (c == '/' || c == ' ' || c == '=') c = '_';
    }
    return text;
}

TestResult run_test(const TestEntry& test, const RunnerConfig& config) {
    TestResult result;
    result.name = test.name;
    result.module = module_of(test.file);
    result.file = test.file;
    result.line = test.line;
    if (test.options.skip && config.testcases.empty()) {
        result.verdict = Verdict::kSkip;
        return result;
    }
    TestSetup setup{test.name, config.seed, config.precision, {}, config.plusargs};
    const auto start = WallClock::now();
    const TestEnd end = test.run(setup);
    result.seconds = seconds_since(start);
    result.sim_time_ns = end.sim_time_ns;
    judge(end, test.options, result);
    if (result.verdict == Verdict::kFail && config.waves) {
        setup.waves = config.waves_dir + "/" + file_name(test.name) + ".fst";
        if (test.run(setup).waves_written) result.waves = setup.waves;
    }
    return result;
}

}  // namespace

std::string xml_text(std::string_view text) {
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            case '\n':
                out += "&#10;";
                break;
            case '\t':
                out += "&#9;";
                break;
            default:
                out += static_cast<unsigned char>(c) < 0x20 ? '?' : c;
        }
    }
    return out;
}

std::string to_string(const ParamValue& value) {
    struct Visitor {
        std::string operator()(std::int64_t x) const { return std::to_string(x); }
        std::string operator()(double x) const { return formatted("%g", x); }
        std::string operator()(bool x) const { return x ? "True" : "False"; }
        std::string operator()(const std::string& x) const { return x; }
    };
    return std::visit(Visitor{}, value);
}

void log(std::string_view level, std::string_view message) {
    const LogTarget& target = log_target();
    if (target.stream == nullptr || level_number(level) < target.level) return;
    const double time = Scheduler::has_current() ? get_sim_time("ns") : 0.0;
    *target.stream << right(formatted("%.2f", time), 12) << "ns " << padded(std::string(level), 8)
                   << ' ' << message << '\n';
}

std::vector<std::pair<std::string, Params>> detail::product(const std::string& name,
                                                            const std::vector<Axis>& axes) {
    std::vector<std::pair<std::string, Params>> points = {{name, {}}};
    for (const Axis& axis : axes) {
        std::vector<std::pair<std::string, Params>> longer;
        for (const auto& [prefix, params] : points) {
            for (const ParamValue& value : axis.values) {
                Params point = params;
                point.set(axis.key, value);
                longer.emplace_back(prefix + "/" + axis.key + "=" + to_string(value),
                                    std::move(point));
            }
        }
        points = std::move(longer);
    }
    return points;
}

TestEnd detail::run_body(Scheduler& scheduler, Task<> body, double timeout_ns) {
    TestEnd end;
    try {
        const TaskHandle<> test = start_soon(std::move(body));
        scheduler.run(test.state(), timeout_ns > 0.0 ? scheduler.steps(timeout_ns, "ns") : 0);
    } catch (...) {
        end.error = std::current_exception();
    }
    end.sim_time_ns = from_steps(scheduler.now(), "ns", scheduler.precision());
    scheduler.shutdown();
    return end;
}

void print_summary(const std::vector<TestResult>& results, std::ostream& log) {
    std::size_t width = 30;
    for (const TestResult& r : results)
        width = std::max(width, r.module.size() + r.name.size() + 1);
    const auto line = [&](const std::string& name, const std::string& status,
                          const std::string& sim, const std::string& real,
                          const std::string& per_second) {
        log << "** " << padded(name, width) << "  " << padded(status, 6) << "  " << right(sim, 14)
            << "  " << right(real, 13) << "  " << right(per_second, 14) << "  **\n";
    };
    const std::string rule(width + 63, '*');
    int pass = 0;
    int fail = 0;
    int skip = 0;
    double sim = 0.0;
    double real = 0.0;
    log << rule << '\n';
    line("TEST", "STATUS", "SIM TIME (ns)", "REAL TIME (s)", "RATIO (ns/s)");
    log << rule << '\n';
    for (const TestResult& r : results) {
        ++(r.verdict == Verdict::kPass ? pass : r.verdict == Verdict::kFail ? fail : skip);
        sim += r.sim_time_ns;
        real += r.seconds;
        const char* status = r.verdict == Verdict::kPass   ? "PASS"
                             : r.verdict == Verdict::kFail ? "FAIL"
                                                           : "SKIP";
        line(r.module + "." + r.name, status, formatted("%.2f", r.sim_time_ns),
             formatted("%.2f", r.seconds), ratio(r.sim_time_ns, r.seconds));
    }
    log << rule << '\n';
    line("TESTS=" + std::to_string(results.size()) + " PASS=" + std::to_string(pass) +
             " FAIL=" + std::to_string(fail) + " SKIP=" + std::to_string(skip),
         "", formatted("%.2f", sim), formatted("%.2f", real), ratio(sim, real));
    log << rule << std::endl;
}

namespace {

/// The counters of a suite or of all of them, as attributes.
std::string counters(const std::vector<const TestResult*>& results) {
    const auto count = [&](Verdict verdict) {
        return std::to_string(
            std::count_if(results.begin(), results.end(),
                          [=](const TestResult* result) { return result->verdict == verdict; }));
    };
    const double seconds =
        std::accumulate(results.begin(), results.end(), 0.0,
                        [](double sum, const TestResult* result) { return sum + result->seconds; });
    return " tests=\"" + std::to_string(results.size()) + "\" failures=\"" + count(Verdict::kFail) +
           "\" errors=\"0\" skipped=\"" + count(Verdict::kSkip) + "\" time=\"" +
           formatted("%.6f", seconds) + "\"";
}

std::string property(const std::string& name, const std::string& value) {
    return "    <property name=\"" + xml_text(name) + "\" value=\"" + xml_text(value) + "\" />\n";
}

std::string testcase(const TestResult& r, std::uint64_t seed) {
    std::string xml = "    <testcase name=\"" + xml_text(r.name) + "\" classname=\"" +
                      xml_text(r.module) + "\" file=\"" + xml_text(r.file) + "\" lineno=\"" +
                      std::to_string(r.line) + "\" time=\"" + formatted("%.6f", r.seconds) +
                      "\" sim_time_ns=\"" + formatted("%.3f", r.sim_time_ns) + "\" ratio_time=\"" +
                      formatted("%.3f", r.seconds > 0.0 ? r.sim_time_ns / r.seconds : 0.0) + "\"";
    for (const auto& [name, value] : r.properties) {
        xml += " " + name + "=\"" + xml_text(value) + "\"";
    }
    if (r.verdict == Verdict::kPass) return xml + " />\n";
    if (r.verdict == Verdict::kSkip) return xml + ">\n      <skipped />\n    </testcase>\n";
    const std::string message = xml_text(r.message + " (RANDOM_SEED=" + std::to_string(seed) + ")");
    const std::string type = xml_text(r.error_type);
    return xml + ">\n      <failure message=\"" + message + "\" type=\"" + type +
           "\" error_type=\"" + type + "\" error_msg=\"" + xml_text(r.message) + "\">" + message +
           (r.waves.empty() ? "" : "&#10;waves: " + xml_text(r.waves)) +
           "</failure>\n    </testcase>\n";
}

}  // namespace

std::string results_xml(const std::vector<Suite>& suites) {
    std::vector<const TestResult*> all;
    std::string body;
    for (const Suite& suite : suites) {
        std::vector<const TestResult*> results;
        for (const TestResult& result : suite.results) results.push_back(&result);
        all.insert(all.end(), results.begin(), results.end());
        body += "  <testsuite name=\"" + xml_text(suite.name) + "\" package=\"" +
                xml_text(suite.name) + "\"" + counters(results) + ">\n" +
                property("random_seed", std::to_string(suite.seed));
        for (const auto& [name, value] : suite.properties) body += property(name, value);
        for (const TestResult& result : suite.results) body += testcase(result, suite.seed);
        body += "  </testsuite>\n";
    }
    return "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<testsuites name=\"results\"" +
           counters(all) + ">\n" + body + "</testsuites>\n";
}

RunnerConfig runner_config(int argc, const char* const* argv,
                           const std::function<const char*(const char*)>& get) {
    RunnerConfig config;
    const auto read = [&](const char* name) {
        const char* value = get(name);
        return std::string(value != nullptr ? value : "");
    };
    const auto seed = [](const std::string& text) {
        try {
            return static_cast<std::uint64_t>(std::stoull(text));
        } catch (const std::exception&) {
            throw std::invalid_argument("the seed \"" + text + "\" is not a number");
        }
    };
    config.testcases = split(read("COCOTB_TESTCASE"), ',');
    config.filter = read("COCOTB_TEST_FILTER");
    if (const std::string text = read("COCOTB_RANDOM_SEED"); !text.empty()) {
        config.seed = seed(text);
    } else {
        config.seed =
            static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::seconds>(
                                           std::chrono::system_clock::now().time_since_epoch())
                                           .count());
    }
    if (const std::string file = read("COCOTB_RESULTS_FILE"); !file.empty()) {
        config.results_file = file;
    }
    if (const std::string level = read("COCOTB_LOG_LEVEL"); !level.empty()) {
        config.log_level = level;
    }
    std::istringstream plusargs(read("COCOTB_PLUSARGS"));
    for (std::string word; plusargs >> word;) {
        if (word[0] == '+') word.erase(0, 1);
        const std::size_t equals = word.find('=');
        config.plusargs[word.substr(0, equals)] =
            equals == std::string::npos ? "" : word.substr(equals + 1);
    }
    const std::string waves = read("WAVES");
    config.waves = !waves.empty() && waves != "0";

    for (int i = 1; i < argc; ++i) {
        const std::string option = argv[i];
        const auto value = [&]() -> std::string {
            if (i + 1 == argc) throw std::invalid_argument(option + " needs a value");
            return argv[++i];
        };
        if (option == "--list") {
            config.list = true;
        } else if (option == "--waves") {
            config.waves = true;
        } else if (option == "--seed") {
            config.seed = seed(value());
        } else if (option == "--results") {
            config.results_file = value();
        } else if (option == "--testcase") {
            config.testcases = split(value(), ',');
        } else if (option == "--filter") {
            config.filter = value();
        } else {
            throw std::invalid_argument(
                "unknown option " + option +
                "; allowed: --list --waves --seed N --results FILE --testcase A,B --filter REGEX");
        }
    }
    level_number(config.log_level);
    return config;
}

std::vector<TestResult> run_regression(const std::vector<TestEntry>& tests,
                                       const RunnerConfig& config, std::ostream& log) {
    const std::vector<const TestEntry*> selection = chosen(tests, config);
    const int level = level_number(config.log_level);
    log_target() = {&log, level};
    const bool talks = level <= level_number("INFO");
    if (talks) log << "seed " << config.seed << '\n';
    std::vector<TestResult> results;
    for (const TestEntry* test : selection) {
        if (talks) {
            log << "running " << test->name << " (" << results.size() + 1 << "/" << selection.size()
                << ")" << std::endl;
        }
        results.push_back(run_test(*test, config));
        const TestResult& result = results.back();
        if (result.verdict == Verdict::kFail) {
            log << result.name << " failed: " << result.error_type << ": " << result.message
                << '\n';
            if (!result.waves.empty()) log << "waves: " << result.waves << '\n';
        } else if (talks) {
            log << result.name << (result.verdict == Verdict::kPass ? " passed" : " skipped")
                << '\n';
        }
    }
    log_target() = {};
    if (!config.results_file.empty()) {
        std::ofstream file(config.results_file, std::ios::binary);
        file << results_xml({{"all", config.seed, {}, results}});
        if (!file.flush()) throw std::runtime_error("cannot write " + config.results_file);
    }
    if (talks) print_summary(results, log);
    return results;
}

int run_main(const std::vector<TestEntry>& tests, int argc, const char* const* argv) {
    try {
        const RunnerConfig config =
            runner_config(argc, argv, [](const char* name) { return std::getenv(name); });
        if (config.list) {
            for (const TestEntry* test : chosen(tests, config)) std::cout << test->name << '\n';
            return 0;
        }
        const std::vector<TestResult> results = run_regression(tests, config, std::cout);
        const bool failed = std::any_of(results.begin(), results.end(), [](const TestResult& r) {
            return r.verdict == Verdict::kFail;
        });
        return failed ? 1 : 0;
    } catch (const std::exception& e) {
        std::cerr << e.what() << '\n';
        return 2;
    }
}

}  // namespace peforge::coco
