// SPDX-License-Identifier: Apache-2.0
#include "generator/emit/cocotb.hpp"

#include "generator/emit/render.hpp"
#include "generator/plan/plan.hpp"

namespace peforge {

void add_cocotb(const Design& design, FileSet& files) {
    kainjow::mustache::data values;
    values.set("version", PEFORGE_VERSION);
    values.set("name", design.spec.name);
    values.set("hash", design.spec.hash);
    values.set("top", design.top);
    values.set("reset_port", reset_port(design.spec));
    values.set("reset_high", design.spec.reset == ResetLevel::kHigh);
    const auto rendered = [&values](const std::string& name) {
        return render(std::string(bench_templates().at(name)), values);
    };
    files["bench/testplan.json"] = test_plan_json(design, 1, 1);
    files["bench/test_" + design.top + ".py"] = rendered("test_bench.py.mustache");
    files["bench/Makefile"] = rendered("Makefile.mustache");
    files["bench/runner.py"] = rendered("runner.py.mustache");
}

}  // namespace peforge
