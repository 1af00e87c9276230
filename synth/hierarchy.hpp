// The module tree of an elaborated design, and what each module is there for.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace peforge::synth {

/// What a module's area is spent on.
enum class Unit {
    kPe,    ///< PE array: *_mul_pe and other *_pe, *_dpe, *_ccu_*, *_decision_tree, *_lookup_sum; a
            ///< bare *_floor_pe
    kEdge,  ///< decoders and operand skew at the array's edge
    kAccumulator,  ///< accumulator columns, without their memories
    kPost,         ///< post-processing: column parameters, scale, encode
    kControl,      ///< controllers, FIFOs, counters, status
    kMemory,       ///< storage wrapper, a black box whose bits are counted
    kOther,        ///< the top's own glue, and every module not named above
};

/// "pe_array", "edge", "accumulators", "post", "control", "memory", "other".
const char* to_string(Unit unit);

/// Unit of a module by the end of its name; `top` is the prefix of every emitted module.
Unit unit_of(const std::string& module, const std::string& top);

/// Whether a unit stands many times inside another and is worth a boundary of its own: *_post_lane.
bool is_repeated(const std::string& module, const std::string& top);

/// Clean name of a Yosys module: "$paramod$HASH\name" and "$paramod\name\W=s32'..." give "name",
/// "\name" and "name" themselves.
std::string clean_name(const std::string& yosys_name);

/// Names of the modules that Verilog text declares, in order.
std::vector<std::string> declared_modules(const std::string& verilog);

/// A port of an elaborated module.
struct ModulePort {
    std::string name;
    int width = 1;
    bool input = true;
};

/// One elaborated module (one parameterisation).
struct ElaboratedModule {
    std::string name;                                           ///< clean
    std::vector<std::pair<std::string, std::string>> children;  ///< instance, Yosys module name
    std::map<std::string, long long> parameters;                ///< integer values in force
    std::vector<ModulePort> ports;
};

/// The modules below a top, by Yosys name without a leading backslash.
class Hierarchy {
public:
    /// Reads `write_json` output. Throws CheckFailedError when the top is not in it.
    Hierarchy(const std::string& json, const std::string& top);

    [[nodiscard]] const std::string& top() const { return top_; }
    [[nodiscard]] const std::map<std::string, ElaboratedModule>& modules() const {
        return modules_;
    }

    /// How often each module of the tree is instantiated below the top (the top itself: once).
    [[nodiscard]] const std::map<std::string, long>& instances() const { return instances_; }

    /// Clean module name of an instance path such as {"gen_row[0].u_pe"}; empty when unknown.
    [[nodiscard]] std::string module_at(const std::vector<std::string>& path) const;

private:
    void count(const std::string& module, long times);

    std::string top_;
    std::map<std::string, ElaboratedModule> modules_;
    std::map<std::string, long> instances_;
};

}  // namespace peforge::synth
