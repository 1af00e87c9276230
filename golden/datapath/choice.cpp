// SPDX-License-Identifier: Apache-2.0
#include "golden/datapath/choice.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <string>
#include <utility>

#include "golden/datapath/fields.hpp"
#include "golden/datapath/types.hpp"

namespace peforge::golden {

namespace {

int port_bits(int largest) {
    return static_cast<int>(std::bit_width(static_cast<unsigned>(largest)));
}

}  // namespace

// The places are those of fields_mode() and types_mode().
std::vector<Selector> selectors(Choice choice, const Format& weight, const Format& activation) {
    std::vector<Selector> all;
    int place = 0;
    for (const auto& [role, n] : {std::pair("wgt", weight.n), std::pair("act", activation.n)}) {
        const std::string name = role;
        if (choice == Choice::kFields) {
            const int es = largest_es(n);
            all.push_back({name + "_es", 0, es, std::max(1, port_bits(es)), place});
            all.push_back({name + "_rs", 1, n - 1, port_bits(n - 1), place + 2});
            place += 5;
        } else if (choice == Choice::kTypes) {
            all.push_back({name + "_type", 0, static_cast<int>(largest_type(n)), 2, place});
            place += 2;
        }
    }
    return all;
}

int selected(const Selector& selector, int mode) {
    return (mode >> selector.place) & ((1 << selector.width) - 1);
}

int choice_mode(Choice choice, const Format& weight, const Format& activation) {
    const auto type = [](const Format& f) {
        for (const OperandType t : {OperandType::kInt, OperandType::kFlint, OperandType::kPot}) {
            if (t <= largest_type(f.n) && format_of(t, f.n) == f) return t;
        }
        throw std::invalid_argument("no run-time type has the format " + to_string(f));
    };
    switch (choice) {
        case Choice::kFields:
            return fields_mode({{weight.es, weight.rs}, {activation.es, activation.rs}});
        case Choice::kTypes:
            return types_mode({type(weight), type(activation)});
        case Choice::kNothing:
            break;
    }
    return 0;
}

DatapathParams with_choice(Choice choice, const DatapathParams& d, int mode) {
    switch (choice) {
        case Choice::kFields:
            return with_fields(d, fields_of_mode(mode, d.weight.n, d.activation.n));
        case Choice::kTypes:
            return with_types(d, types_of_mode(mode, d.weight.n, d.activation.n));
        case Choice::kNothing:
            break;
    }
    if (mode != 0)
        throw std::out_of_range("an array of one mode has no mode " + std::to_string(mode));
    return d;
}

}  // namespace peforge::golden
