// Tests: registration, parameters, and the runner with cocotb's environment and results.xml.
//
// COCO_TEST and COCO_PARAM register a coroutine for the type `Dut` that is in scope:
//
//     using Dut = MyDut;                       // eval(), ports as Sig<...>
//     COCO_TEST(counts, {.timeout_ns = 1000}) {
//         Clock(dut.clk, 10, "ns").start();
//         co_await RisingEdge(dut.clk);
//     }
//     int main(int argc, char** argv) { return coco::run_tests<Dut>(argc, argv); }
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <iosfwd>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "coco/scheduler.hpp"
#include "coco/task.hpp"

namespace peforge::coco {

/// Says whether an exception is the expected one.
using ErrorMatcher = bool (*)(const std::exception_ptr&);

/// Matches exceptions of type E: `.expect_error = error<std::out_of_range>`.
template <class E>
bool error(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const E&) {
        return true;
    } catch (...) {
        return false;
    }
}

/// The arguments of cocotb's @cocotb.test.
struct TestOptions {
    double timeout_ns = 0;                ///< simulated time; 0: no limit
    bool expect_fail = false;             ///< passes when a check fails (TestFailure)
    ErrorMatcher expect_error = nullptr;  ///< passes when such an exception ends the test
    bool skip = false;                    ///< runs only when COCOTB_TESTCASE names it
    int stage = 0;                        ///< lower stages run first
};

/// Value of a test parameter.
using ParamValue = std::variant<std::int64_t, double, bool, std::string>;

/// As it is shown in the test's name.
std::string to_string(const ParamValue& value);

/// A parameter and the values it takes.
struct Axis {
    std::string key;
    std::vector<ParamValue> values;
};

namespace detail {

template <class T>
ParamValue to_param(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        return value;
    } else if constexpr (std::is_integral_v<T>) {
        return static_cast<std::int64_t>(value);
    } else if constexpr (std::is_floating_point_v<T>) {
        return static_cast<double>(value);
    } else {
        return std::string(value);
    }
}

}  // namespace detail

/// axis("width", {8, 16, 32})
template <class T>
Axis axis(std::string key, std::initializer_list<T> values) {
    Axis result{std::move(key), {}};
    for (const T& value : values) result.values.push_back(detail::to_param(value));
    return result;
}

/// One point of the product of the axes.
class Params {
public:
    /// T: an integer type, double, bool or std::string.
    /// @throws std::out_of_range for an unknown key, std::bad_variant_access for another type
    template <class T>
    T get(const std::string& key) const {
        const ParamValue& value = values_.at(key);
        if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, double> ||
                      std::is_same_v<T, std::string>) {
            return std::get<T>(value);
        } else {
            return static_cast<T>(std::get<std::int64_t>(value));
        }
    }
    void set(const std::string& key, ParamValue value) { values_[key] = std::move(value); }

private:
    std::map<std::string, ParamValue> values_;
};

/// What a model is told when it is made: one model per test.
struct TestSetup {
    std::string name;                               ///< of the test
    std::uint64_t seed = 1;                         ///< of the run
    int precision = -12;                            ///< of simulated time
    std::string waves{};                            ///< file to record to; empty: do not record
    std::map<std::string, std::string> plusargs{};  ///< "+key=value" of COCOTB_PLUSARGS
};

/// How the body of a test ended.
struct TestEnd {
    std::exception_ptr error;  ///< none: it returned
    double sim_time_ns = 0.0;
    bool waves_written = false;
};

/// A registered test. `run` makes a fresh model and never throws.
struct TestEntry {
    std::string name;
    TestOptions options;
    std::string file;
    int line = 0;
    std::function<TestEnd(const TestSetup&)> run;
};

enum class Verdict { kPass, kFail, kSkip };

struct TestResult {
    std::string name;
    std::string module;  ///< the file's stem
    std::string file;
    int line = 0;
    Verdict verdict = Verdict::kPass;
    std::string error_type;
    std::string message;
    double sim_time_ns = 0.0;
    double seconds = 0.0;
    std::string waves;  ///< of the failing test, when they were asked for
    /// Further attributes of the test in results.xml: keys are XML names.
    std::vector<std::pair<std::string, std::string>> properties;
};

struct RunnerConfig {
    std::vector<std::string> testcases;  ///< COCOTB_TESTCASE, separated by commas; empty: all
    std::string filter;                  ///< COCOTB_TEST_FILTER, ECMAScript regex on module.name
    std::uint64_t seed = 0;              ///< COCOTB_RANDOM_SEED; without it from the clock
    std::string results_file = "results.xml";  ///< COCOTB_RESULTS_FILE; empty: none
    std::string log_level = "INFO";            ///< COCOTB_LOG_LEVEL
    std::map<std::string, std::string> plusargs;
    bool waves = false;  ///< WAVES: run a failed test again and record it
    std::string waves_dir = ".";
    int precision = -12;
    bool list = false;  ///< print the names only
};

/// Reads the COCOTB_* variables through `get` (null: not set), then the command line:
/// --list, --waves, --seed N, --results FILE, --testcase A,B, --filter REGEX.
/// @throws std::invalid_argument
RunnerConfig runner_config(int argc, const char* const* argv,
                           const std::function<const char*(const char*)>& get);

/// Runs the chosen tests in order of (stage, registration), writes results.xml and the summary.
/// @throws std::invalid_argument when nothing is chosen, std::runtime_error when the file cannot be
/// written
std::vector<TestResult> run_regression(const std::vector<TestEntry>& tests,
                                       const RunnerConfig& config, std::ostream& log);

/// Text as XML and HTML want it; characters that XML 1.0 does not allow become '?'.
std::string xml_text(std::string_view text);

/// Results that belong together in results.xml: one testsuite.
struct Suite {
    std::string name = "all";
    std::uint64_t seed = 0;
    std::vector<std::pair<std::string, std::string>> properties;
    std::vector<TestResult> results;
};

/// JUnit XML: the superset of the dialects of cocotb 1.9 and 2.0.
std::string results_xml(const std::vector<Suite>& suites);

/// The table of results at the end of a run.
void print_summary(const std::vector<TestResult>& results, std::ostream& log);

/// Writes "<time>ns LEVEL    message" when COCOTB_LOG_LEVEL allows. Levels: DEBUG, INFO, WARNING,
/// ERROR, CRITICAL.
void log(std::string_view level, std::string_view message);

/// main() of a test program. 0: all passed, 1: a test failed, 2: bad use.
int run_main(const std::vector<TestEntry>& tests, int argc, const char* const* argv);

namespace detail {

/// Runs one test's body under a scheduler with an attached model.
TestEnd run_body(Scheduler& scheduler, Task<> body, double timeout_ns);

template <Model Dut>
std::unique_ptr<Dut> make_dut(const TestSetup& setup) {
    if constexpr (std::is_constructible_v<Dut, const TestSetup&>) {
        return std::make_unique<Dut>(setup);
    } else {
        return std::make_unique<Dut>();
    }
}

/// The part of a test that depends on the type of the model.
template <Model Dut, class Body>
TestEnd run_one(const TestSetup& setup, const TestOptions& options, const Body& body) {
    TestEnd end;
    try {
        Scheduler scheduler({.precision = setup.precision, .seed = setup.seed, .test = setup.name});
        scheduler.plusargs() = setup.plusargs;
        const std::unique_ptr<Dut> dut = make_dut<Dut>(setup);
        scheduler.attach(*dut);
        bool recording = false;
        if constexpr (requires { dut->open_waves(setup.waves); }) {
            if (!setup.waves.empty()) recording = dut->open_waves(setup.waves);
        }
        scheduler.enable_dump(recording);
        end = run_body(scheduler, body(*dut), options.timeout_ns);
        end.waves_written = recording;
    } catch (...) {
        end.error = std::current_exception();
    }
    return end;
}

/// Every point of the product; the last axis changes fastest, as in itertools.product.
std::vector<std::pair<std::string, Params>> product(const std::string& name,
                                                    const std::vector<Axis>& axes);

struct ParamSpec {
    TestOptions options;
    std::vector<Axis> axes;
};

template <class... A>
ParamSpec param_spec(TestOptions options, A... axes) {
    return {options, {std::move(axes)...}};
}

inline TestOptions test_options(TestOptions options = {}) {
    return options;
}

}  // namespace detail

/// The tests registered for a type of model, in the order of their registration.
template <Model Dut>
class Registry {
public:
    static std::vector<TestEntry>& tests() {
        static std::vector<TestEntry> entries;
        return entries;
    }

    /// Registers when a static object of this type is made.
    struct Add {
        Add(std::string name, TestOptions options, const char* file, int line,
            Task<> (*body)(Dut&)) {
            tests().push_back({std::move(name), options, file, line, [=](const TestSetup& setup) {
                                   return detail::run_one<Dut>(setup, options, body);
                               }});
        }
        Add(const std::string& name, const detail::ParamSpec& spec, const char* file, int line,
            Task<> (*body)(Dut&, const Params&)) {
            const TestOptions options = spec.options;
            for (auto& [full_name, params] : detail::product(name, spec.axes)) {
                tests().push_back(
                    {full_name, options, file, line, [=, point = params](const TestSetup& setup) {
                         return detail::run_one<Dut>(setup, options,
                                                     [&](Dut& dut) { return body(dut, point); });
                     }});
            }
        }
    };
};

/// main() of a test program for one type of model.
template <Model Dut>
int run_tests(int argc, const char* const* argv) {
    return run_main(Registry<Dut>::tests(), argc, argv);
}

}  // namespace peforge::coco

/// A test: COCO_TEST(name, {options}) { body with `dut` }. The options may be left out.
#define COCO_TEST(test_name, ...)                                                           \
    static ::peforge::coco::Task<> coco_test_##test_name(Dut& dut);                         \
    static const ::peforge::coco::Registry<Dut>::Add coco_add_##test_name(                  \
        #test_name, ::peforge::coco::detail::test_options(__VA_ARGS__), __FILE__, __LINE__, \
        coco_test_##test_name);                                                             \
    static ::peforge::coco::Task<> coco_test_##test_name([[maybe_unused]] Dut& dut)

/// A test for every point of a product: COCO_PARAM(name, {options}, axis(...), ...) { body with
/// `dut` and `params` }. Names: name/key=value/key=value.
#define COCO_PARAM(test_name, ...)                                                        \
    static ::peforge::coco::Task<> coco_test_##test_name(Dut& dut,                        \
                                                         const ::peforge::coco::Params&); \
    static const ::peforge::coco::Registry<Dut>::Add coco_add_##test_name(                \
        #test_name, ::peforge::coco::detail::param_spec(__VA_ARGS__), __FILE__, __LINE__, \
        coco_test_##test_name);                                                           \
    static ::peforge::coco::Task<> coco_test_##test_name(                                 \
        [[maybe_unused]] Dut& dut, [[maybe_unused]] const ::peforge::coco::Params& params)
