// Leaf modules in a generated wrapper, Verilated and loaded.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace peforge::leaf {

/// A slice of the wrapper's packed input or output.
struct Pins {
    int lsb = 0;
    int width = 0;
};

/// Text of a wrapper module under construction. Instances connect to slices of in_i and out_o.
class Wrapper {
public:
    /// Adds module text; it must pass `verilator -Wall` without a warning.
    void add_modules(const std::string& text) { modules_.push_back(text); }
    /// Adds an instance or other text to the wrapper's body.
    void add(const std::string& text) { body_ += text; }

    Pins input(int width) { return take(in_bits_, width); }
    Pins output(int width) { return take(out_bits_, width); }
    /// Verilog text of a slice.
    [[nodiscard]] static std::string in(Pins p) { return slice("in_i", p); }
    [[nodiscard]] static std::string out(Pins p) { return slice("out_o", p); }

    [[nodiscard]] std::string text() const;
    [[nodiscard]] const std::vector<std::string>& modules() const { return modules_; }
    [[nodiscard]] int in_words() const { return in_bits_ / 32 + 3; }
    [[nodiscard]] int out_words() const { return out_bits_ / 32 + 3; }

private:
    static Pins take(int& bits, int width);
    static std::string slice(const std::string& port, Pins p);

    std::vector<std::string> modules_;
    std::string body_;
    int in_bits_ = 0;
    int out_bits_ = 0;
};

/// The wrapper, running. Values of up to 64 bits; out() shows the state of the last eval() or
/// tick().
class Model {
public:
    /// Verilates and compiles in the build folder unless the same text was compiled before. Throws
    /// std::runtime_error with the tool's output on any warning or error.
    explicit Model(const Wrapper& wrapper);
    ~Model();
    Model(const Model&) = delete;
    Model& operator=(const Model&) = delete;

    void set(Pins p, std::uint64_t value);
    [[nodiscard]] std::uint64_t get(Pins p) const;
    /// Settles the combinational paths from the inputs.
    void eval();
    /// A rising clock edge with the present inputs, then settles.
    void tick();

private:
    using Eval = void (*)(void*, int, const std::uint32_t*, std::uint32_t*);

    void* library_ = nullptr;
    void* self_ = nullptr;
    Eval eval_ = nullptr;
    std::vector<std::uint32_t> in_;
    std::vector<std::uint32_t> out_;
};

/// `value` in `width` bits, sign-extended.
inline std::int64_t sign_extend(std::uint64_t value, int width) {
    const int up = 64 - width;
    return static_cast<std::int64_t>(value << up) >> up;
}

/// The low `width` bits, width <= 64.
inline std::uint64_t low_bits(std::int64_t value, int width) {
    return static_cast<std::uint64_t>(value) & (~std::uint64_t{0} >> (64 - width));
}

}  // namespace peforge::leaf
