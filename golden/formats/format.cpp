// Dispatch over the number formats, their text form and their code tables.
//
// SPDX-License-Identifier: Apache-2.0
#include "golden/formats/format.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string_view>

#include "golden/formats/adaptivfloat.hpp"
#include "golden/formats/apot.hpp"
#include "golden/formats/code_table.hpp"
#include "golden/formats/denseshift.hpp"
#include "golden/formats/elp_bsd.hpp"
#include "golden/formats/encode_boundary.hpp"
#include "golden/formats/flint.hpp"
#include "golden/formats/fp8.hpp"
#include "golden/formats/int.hpp"
#include "golden/formats/lp.hpp"
#include "golden/formats/posit.hpp"
#include "golden/formats/pot.hpp"
#include "golden/formats/sp2.hpp"
#include "golden/formats/ternary_binary.hpp"

namespace peforge::golden {

namespace {

/// Calls `use` with the anatomy of the format's kind. A new format is one more line here.
template <typename Use>
auto dispatch(FormatKind kind, Use use) {
    switch (kind) {
        case FormatKind::kInt:
            return use(IntFormat());
        case FormatKind::kPot:
            return use(PotFormat());
        case FormatKind::kLp:
            return use(LpFormat());
        case FormatKind::kPosit:
            return use(PositFormat());
        case FormatKind::kAdaptivFloat:
            return use(AdaptivFloatFormat());
        case FormatKind::kFp8:
            return use(Fp8Format());
        case FormatKind::kFlint:
            return use(FlintFormat());
        case FormatKind::kApot:
            return use(ApotFormat());
        case FormatKind::kSp2:
            return use(Sp2Format());
        case FormatKind::kDenseShift:
            return use(DenseShiftFormat());
        case FormatKind::kElpBsd:
            return use(ElpBsdFormat());
        case FormatKind::kTernary:
            return use(TernaryFormat());
        case FormatKind::kBinary:
            return use(BinaryFormat());
    }
    throw std::logic_error("unknown format kind");
}

/// How many positive codes x > 0 reaches.
int codes_reached(const Format& f, double x) {
    int low = 0;  // x reaches every code below low and none from high on
    int high = positive_count(f);
    while (low < high) {
        const int middle = (low + high) / 2;
        if (reaches(lower_boundary(f, middle), x)) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

[[noreturn]] void bad_text(const std::string& text, const std::string& what) {
    throw std::invalid_argument("format \"" + text + "\": " + what);
}

int parse_number(const std::string& text, std::string_view key, std::string_view value) {
    int number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size()) {
        bad_text(text,
                 std::string(key) + " must be an integer, got \"" + std::string(value) + "\"");
    }
    return number;
}

/// True for `second`, false for `first`; anything else is an error.
bool parse_choice(const std::string& text, std::string_view key, std::string_view value,
                  std::string_view first, std::string_view second) {
    if (value != first && value != second) {
        bad_text(text, std::string(key) + " must be " + std::string(first) + " or " +
                           std::string(second) + ", got \"" + std::string(value) + "\"");
    }
    return value == second;
}

/// Sets one key; false where the kind has no such key.
bool set_key(const std::string& text, Format& f, std::string_view key, std::string_view value) {
    const bool lp = f.kind == FormatKind::kLp;
    const bool regime = lp || f.kind == FormatKind::kPosit;
    const bool fp8 = f.kind == FormatKind::kFp8;
    if (key == "n" && !fp8 && fixed_bits(f.kind) == 0) {
        f.n = parse_number(text, key, value);
    } else if (key == "es" && regime) {
        f.es = parse_number(text, key, value);
    } else if (key == "rs" && regime) {
        f.rs = parse_number(text, key, value);
    } else if (key == "e" && (fp8 || f.kind == FormatKind::kAdaptivFloat)) {
        f.e = parse_number(text, key, value);
    } else if (key == "m" && fp8) {
        f.m = parse_number(text, key, value);
    } else if (key == "regime" && lp) {
        f.regime = parse_choice(text, key, value, "capped", "terminated") ? LpRegime::kTerminated
                                                                          : LpRegime::kCapped;
    } else if (key == "flush_to_zero" && lp) {
        f.flush_to_zero = parse_choice(text, key, value, "false", "true");
    } else if (key == "rounding" && f.kind == FormatKind::kPot) {
        f.pot_rounding = parse_choice(text, key, value, "nearest", "log") ? PotRounding::kLog
                                                                          : PotRounding::kNearest;
    } else {
        return false;
    }
    return true;
}

}  // namespace

int log_frac_bits(const Format& f) {
    return dispatch(f.kind, [&](auto format) { return format.log_frac_bits(f); });
}

Decoded decode(const Format& f, Code code) {
    return dispatch(f.kind, [&](auto format) { return format.decode(f, code); });
}

int min_decoded(const Format& f) {
    int result = std::numeric_limits<int>::max();
    for (int code = 0; code < code_count(f); ++code) {
        if (const Decoded d = decode(f, static_cast<Code>(code)); !d.zero) {
            result = std::min(result, d.value);
        }
    }
    return result;
}

int max_decoded(const Format& f) {
    int result = std::numeric_limits<int>::min();
    for (int code = 0; code < code_count(f); ++code) {
        if (const Decoded d = decode(f, static_cast<Code>(code)); !d.zero) {
            result = std::max(result, d.value);
        }
    }
    return result;
}

double to_real(const Format& f, Code code) {
    return dispatch(f.kind, [&](auto format) { return format.to_real(f, code); });
}

bool is_float(const Format& f) {
    switch (f.kind) {
        case FormatKind::kInt:
        case FormatKind::kPot:
        case FormatKind::kLp:
        case FormatKind::kApot:
        case FormatKind::kSp2:
        case FormatKind::kDenseShift:
        case FormatKind::kElpBsd:
        case FormatKind::kTernary:
        case FormatKind::kBinary:
            return false;
        case FormatKind::kPosit:
        case FormatKind::kAdaptivFloat:
        case FormatKind::kFp8:
        case FormatKind::kFlint:
            return true;
    }
    throw std::logic_error("unknown format kind");
}

bool is_power_sum(FormatKind kind) {
    return kind >= FormatKind::kApot;
}

int fixed_bits(FormatKind kind) {
    if (kind == FormatKind::kTernary) return TernaryFormat::kMaxBits;
    return kind == FormatKind::kBinary ? BinaryFormat::kMaxBits : 0;
}

Code zero_code(const Format& f) {
    return dispatch(f.kind, [&](auto format) -> Code {
        if constexpr (requires { format.zero_code(f); }) {
            return format.zero_code(f);
        } else {
            return 0;
        }
    });
}

bool has_zero(const Format& f) {
    return decode(f, zero_code(f)).zero;
}

std::array<TermField, 2> term_fields(const Format& f) {
    return dispatch(f.kind, [&](auto format) -> std::array<TermField, 2> {
        if constexpr (requires { format.fields(f.n); }) {
            return format.fields(f.n);
        } else {
            throw std::invalid_argument(to_string(f) + " is no sum of powers");
        }
    });
}

int linear_factor(const Format& f, const Decoded& d) {
    if (d.zero || (f.kind != FormatKind::kPot && f.kind != FormatKind::kFlint)) return d.value;
    int magnitude = 1 << d.value;
    if (f.kind == FormatKind::kFlint) {
        const dyadic::Number x = dyadic::number(d.value, log_frac_bits(f));
        const int up = x.exponent + unit_frac_bits(f);
        magnitude = up >= 0 ? x.mantissa << up : x.mantissa >> -up;
    }
    return d.negative ? -magnitude : magnitude;
}

bool has_linear_factor(const Format& f) {
    return f.kind == FormatKind::kInt || f.kind == FormatKind::kPot ||
           f.kind == FormatKind::kFlint || is_power_sum(f.kind);
}

int unit_frac_bits(const Format& f) {
    if (!has_linear_factor(f)) {
        throw std::invalid_argument(to_string(f) + " has no integers");
    }
    if (f.kind == FormatKind::kPot) return PotFormat::cmax(f) - 1;
    return f.kind == FormatKind::kFlint ? FlintFormat::magnitude_bits(f) - 1 : 0;
}

bool has_nar(const Format& f) {
    return f.kind == FormatKind::kLp || f.kind == FormatKind::kPosit || f.kind == FormatKind::kFp8;
}

Code nar_code(const Format& f) {
    return f.kind == FormatKind::kFp8 ? Fp8Format::nar_code(f) : static_cast<Code>(1U << (f.n - 1));
}

int positive_count(const Format& f) {
    return dispatch(f.kind, [&](auto format) { return format.positive_count(f); });
}

Code positive_code(const Format& f, int i) {
    return dispatch(f.kind, [&](auto format) { return format.positive_code(f, i); });
}

Boundary lower_boundary(const Format& f, int i) {
    return dispatch(f.kind, [&](auto format) { return format.lower_boundary(f, i); });
}

Code negate(const Format& f, Code positive) {
    return dispatch(f.kind, [&](auto format) { return format.negate(f, positive); });
}

Code encode_real(const Format& f, double x) {
    if (f.kind == FormatKind::kInt) {
        return IntFormat::encode(f, x);
    }
    if (has_nar(f) && !std::isfinite(x)) {
        return nar_code(f);
    }
    if (std::isnan(x) || x == 0.0) {
        return zero_code(f);
    }
    const int reached = std::isinf(x) ? positive_count(f) : codes_reached(f, std::fabs(x));
    if (reached == 0) {
        return zero_code(f);
    }
    const Code magnitude = positive_code(f, reached - 1);
    return x < 0.0 ? negate(f, magnitude) : magnitude;
}

std::string to_string(const Format& f) {
    return dispatch(f.kind, [&](auto format) { return format.text(f); });
}

Format parse_format(const std::string& text) {
    const std::string_view view = text;
    const std::size_t colon = view.find(':');
    const std::string_view kind = view.substr(0, colon);
    Format f;
    const auto* const found = std::find(kFormatKindNames.begin(), kFormatKindNames.end(), kind);
    if (found == kFormatKindNames.end()) {
        std::string allowed;
        for (const std::string_view name : kFormatKindNames) {
            allowed += (allowed.empty() ? "" : ", ") + std::string(name);
        }
        bad_text(text, "unknown kind \"" + std::string(kind) + "\", allowed are " + allowed);
    }
    f.kind = static_cast<FormatKind>(found - kFormatKindNames.begin());
    const std::string_view first = f.kind == FormatKind::kFp8 ? "e" : "n";
    const int fixed = fixed_bits(f.kind);
    if (fixed != 0) {
        f.n = fixed;
        if (colon == std::string_view::npos) return f;
    } else if (colon == std::string_view::npos) {
        bad_text(text, std::string(first) + " is missing, write for example \"" +
                           std::string(kind) + ":" + std::string(first) + "=4\"");
    }
    std::vector<std::string_view> seen;
    for (std::size_t begin = colon + 1; begin <= view.size();) {
        const std::size_t end = std::min(view.find(',', begin), view.size());
        const std::string_view item = view.substr(begin, end - begin);
        const std::size_t equals = item.find('=');
        if (equals == std::string_view::npos) {
            bad_text(text, "expected key=value, got \"" + std::string(item) + "\"");
        }
        const std::string_view key = item.substr(0, equals);
        if (std::find(seen.begin(), seen.end(), key) != seen.end()) {
            bad_text(text, std::string(key) + " is given twice");
        }
        if (!set_key(text, f, key, item.substr(equals + 1))) {
            bad_text(text,
                     "unknown key \"" + std::string(key) + "\", " + std::string(kind) + " has " +
                         dispatch(f.kind, [](auto format) { return std::string(format.kKeys); }));
        }
        seen.push_back(key);
        begin = end + 1;
    }
    const auto has = [&seen](std::string_view key) {
        return std::find(seen.begin(), seen.end(), key) != seen.end();
    };
    if (fixed == 0 && !has(first)) {
        bad_text(text, std::string(first) + " is missing");
    }
    if ((f.kind == FormatKind::kLp || f.kind == FormatKind::kPosit) && !has("rs")) {
        f.rs = f.n - 1;
    }
    if (f.kind == FormatKind::kFp8 && !has("m")) {
        f.m = Fp8Format::kBits - 1 - f.e;
    }
    std::string key;
    if (const std::string wrong = check(f, key); !wrong.empty()) {
        bad_text(text, wrong);
    }
    return f;
}

std::string check(const Format& f, std::string& key) {
    return dispatch(f.kind, [&](auto format) { return format.check(f, key); });
}

std::vector<Code> positive_codes(const Format& f) {
    std::vector<Code> codes;
    for (int i = 0; i < positive_count(f); ++i) {
        codes.push_back(positive_code(f, i));
    }
    return codes;
}

std::vector<CodeRow> code_table(const Format& f) {
    std::vector<CodeRow> rows;
    for (int word = 0; word < code_count(f); ++word) {
        const Code code = static_cast<Code>(word);
        std::string bits;
        for (int bit = f.n - 1; bit >= 0; --bit) {
            bits.push_back(((word >> bit) & 1) != 0 ? '1' : '0');
        }
        const double value = to_real(f, code);
        rows.push_back({code, std::move(bits), value, encode_real(f, value) == code});
    }
    return rows;
}

}  // namespace peforge::golden
