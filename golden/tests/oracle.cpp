// Oracle of the golden tests.
//
// SPDX-License-Identifier: Apache-2.0
#include "golden/tests/oracle.hpp"

#include <quadmath.h>

#include <algorithm>
#include <stdexcept>

namespace peforge::golden::oracle {

namespace {

/// Two's complement of a string of bits: everything after the last 1 stays, the rest is inverted.
std::string negated(std::string word) {
    const std::size_t last = word.rfind('1');
    for (std::size_t i = 0; i < word.size() && i < last; ++i) {
        word[i] = word[i] == '0' ? '1' : '0';
    }
    return word;
}

int number(const std::string& digits) {
    int result = 0;
    for (const char digit : digits) {
        result = 2 * result + (digit == '1' ? 1 : 0);
    }
    return result;
}

Value lp_value(const Format& f, const std::string& word) {
    Value v;
    if (word.find('1') == std::string::npos) {
        v.zero = true;
        return v;
    }
    if (word.find('1') == 0 && word.rfind('1') == 0) {
        v.zero = true;
        v.nar = true;
        return v;
    }
    v.negative = word[0] == '1';
    const std::string body = (v.negative ? negated(word) : word).substr(1);
    const std::size_t longest =
        f.regime == LpRegime::kCapped ? static_cast<std::size_t>(f.rs) : body.size();
    std::size_t run = std::min(body.find_first_not_of(body[0]), body.size());
    run = std::min(run, longest);
    const std::string rest = body.substr(std::min(body.size(), run == longest ? run : run + 1));
    const int k = body[0] == '1' ? static_cast<int>(run) - 1 : -static_cast<int>(run);
    v.log2 = k * (1 << f.es) * kLogUnit;
    int weight = (1 << f.es) * kLogUnit;  // of the bit before the next one
    for (const char bit : rest) {
        weight /= 2;
        v.log2 += bit == '1' ? weight : 0;
    }
    // A terminated regime of at most rs bits: a run and its end. rs = n-1 is the plain posit.
    v.used = f.regime == LpRegime::kCapped || f.rs == f.n - 1 || static_cast<int>(run) < f.rs;
    return v;
}

/// Posit standard (2022), section 3: regime, exponent, fraction; a bounded regime as in LP.
Value posit_value(const Format& f, const std::string& word) {
    Value v;
    if (word.find('1') == std::string::npos) {
        v.zero = true;
        return v;
    }
    if (word.find('1') == 0 && word.rfind('1') == 0) {
        v.zero = true;
        v.nar = true;
        return v;
    }
    v.negative = word[0] == '1';
    const std::string body = (v.negative ? negated(word) : word).substr(1);
    int run = 0;
    while (run < f.rs && run < static_cast<int>(body.size()) &&
           body[static_cast<std::size_t>(run)] == body[0]) {
        ++run;
    }
    const std::size_t field = static_cast<std::size_t>(run == f.rs ? run : run + 1);
    std::string rest = field < body.size() ? body.substr(field) : "";
    rest.resize(std::max(rest.size(), static_cast<std::size_t>(f.es)), '0');
    const int k = body[0] == '1' ? run - 1 : -run;
    const int e = number(rest.substr(0, static_cast<std::size_t>(f.es)));
    const std::string fraction = rest.substr(static_cast<std::size_t>(f.es));
    v.size = ldexpq(Real(1) + ldexpq(Real(number(fraction)), -static_cast<int>(fraction.size())),
                    (1 << f.es) * k + e);
    return v;
}

/// AdaptivFloat in the paper's form, exponents -2^(e-1) .. 2^(e-1) - 1.
Value adaptivfloat_value(const Format& f, const std::string& word) {
    Value v;
    const int exponent = number(word.substr(1, static_cast<std::size_t>(f.e)));
    const std::string mantissa = word.substr(1 + static_cast<std::size_t>(f.e));
    v.zero = exponent == 0 && number(mantissa) == 0;
    v.negative = word[0] == '1' && !v.zero;
    v.used = !(v.zero && word[0] == '1');
    if (!v.zero) {
        v.size =
            ldexpq(Real(1) + ldexpq(Real(number(mantissa)), -static_cast<int>(mantissa.size())),
                   exponent - (1 << (f.e - 1)));
    }
    return v;
}

/// OCP 8-bit formats, table 1 and section 5.2.
Value fp8_value(const Format& f, const std::string& word) {
    Value v;
    const std::string digits = word.substr(1);
    const int exponent = number(digits.substr(0, static_cast<std::size_t>(f.e)));
    const int mantissa = number(digits.substr(static_cast<std::size_t>(f.e)));
    const int bias = (1 << (f.e - 1)) - 1;
    const bool top = exponent == (1 << f.e) - 1;
    v.nar = top && (f.e == 5 || mantissa == (1 << f.m) - 1);
    v.zero = v.nar || number(digits) == 0;
    v.negative = word[0] == '1' && !v.zero;
    // One NaN is written: 0 and all ones.
    v.used = v.nar ? word.find('0', 1) == std::string::npos && word[0] == '0'
                   : !(v.zero && word[0] == '1');
    if (!v.zero) {
        const Real fraction = ldexpq(Real(mantissa), -f.m);
        v.size = exponent == 0 ? ldexpq(fraction, 1 - bias) : ldexpq(1 + fraction, exponent - bias);
    }
    return v;
}

/// ANT's first-one code (reference of docs/number_formats.md), times 2^-(B-1).
Value flint_value(const std::string& word) {
    Value v;
    const std::string digits = word.substr(1);
    const int b = static_cast<int>(digits.size());
    v.zero = number(digits) == 0;
    v.negative = word[0] == '1' && !v.zero;
    v.used = !(v.zero && word[0] == '1');
    Real integer = number(digits);
    if (digits[0] == '1') {
        const std::string rest = digits.substr(1);
        const std::size_t zeros = rest.find('1');
        if (zeros == std::string::npos) {
            integer = ldexpq(Real(1), 2 * b - 2);
        } else {
            const std::string t = rest.substr(zeros + 1);
            integer = ldexpq(Real(1) + ldexpq(Real(number(t)), -static_cast<int>(t.size())),
                             b - 1 + static_cast<int>(zeros));
        }
    }
    v.size = ldexpq(integer, 1 - b);
    return v;
}

/// Rounding of a posit: its string of bits without end is cut, to nearest, ties to even; neither
/// zero nor NaR is ever reached (posit standard, section 4.1).
unsigned posit_word(const Format& f, Real size) {
    int exponent = 0;
    Real fraction = 2 * frexpq(size, &exponent);  // 1 <= fraction < 2
    exponent -= 1;
    const int k = exponent >= 0 ? exponent >> f.es : -((-exponent + (1 << f.es) - 1) >> f.es);
    const unsigned maxpos = (1U << (f.n - 1)) - 1;
    if (k >= f.rs) return maxpos;
    if (k < -f.rs) return 1;
    const int run = k >= 0 ? k + 1 : -k;
    std::string digits(static_cast<std::size_t>(run), k >= 0 ? '1' : '0');
    if (run < f.rs) digits += k >= 0 ? '0' : '1';
    digits += bits(f.es, static_cast<unsigned>(exponent - (k * (1 << f.es))));
    fraction -= 1;
    for (int i = 0; i < 120; ++i) {
        fraction *= 2;
        digits += fraction >= 1 ? '1' : '0';
        if (fraction >= 1) fraction -= 1;
    }
    const std::size_t body = static_cast<std::size_t>(f.n - 1);
    unsigned word = static_cast<unsigned>(number(digits.substr(0, body)));
    const bool half = digits[body] == '1';
    const bool more = digits.find('1', body + 1) != std::string::npos;
    if (half && (more || word % 2 == 1)) ++word;
    return std::min(std::max(word, 1U), maxpos);
}

Real absolute(Real x) {
    return x < 0 ? -x : x;
}

/// log2 of x > 0; exact for powers of two.
Real log2_of(Real x) {
    int exponent = 0;
    const Real mantissa = frexpq(x, &exponent);
    return mantissa == Real(0.5) ? Real(exponent - 1) : exponent + log2q(mantissa);
}

/// Weights of one or two powers of two, by the tables of the definitions: docs/number_formats.md.
int power_sum(const Format& f, const std::string& digits) {
    const auto pick = [&](std::size_t from, std::size_t length, const std::vector<int>& of) {
        return of.at(static_cast<std::size_t>(number(digits.substr(from, length))));
    };
    const int sign = digits[0] == '1' ? -1 : 1;
    switch (f.kind) {
        case FormatKind::kApot:
            if (f.n == 3) return sign * pick(1, 2, {0, 1, 2, 4});
            if (f.n == 4) return sign * pick(1, 3, {1, 3, 0, 2, 4, 6, 8, 10});
            return sign * (pick(1, 2, {0, 2, 8, 32}) + pick(3, 2, {0, 1, 4, 16}));
        case FormatKind::kSp2:
            return sign * pick(1, 3, {1, 5, 2, 6, 4, 8, 0, 4});
        case FormatKind::kDenseShift:
            return sign * pick(1, static_cast<std::size_t>(f.n - 1), {1, 2, 4, 8, 16, 32, 64, 128});
        case FormatKind::kElpBsd:
            return pick(0, 3, {0, 1, 16, 32, 0, -1, -16, -32}) +
                   pick(3, 3, {0, 2, 4, 8, 0, -2, -4, -8});
        case FormatKind::kTernary:
            return pick(0, 2, {0, 1, 0, -1});
        case FormatKind::kBinary:
            return sign;
        default:
            throw std::logic_error("no sum of powers");
    }
}

}  // namespace

std::string bits(int n, unsigned word) {
    std::string digits;
    for (int i = n - 1; i >= 0; --i) {
        digits += ((word >> i) & 1U) != 0 ? '1' : '0';
    }
    return digits;
}

Value value_of(const Format& f, unsigned word) {
    const std::string digits = bits(f.n, word);
    Value v;
    switch (f.kind) {
        case FormatKind::kInt:
            v.integer = digits[0] == '1' ? -number(negated(digits)) : number(digits);
            v.zero = v.integer == 0;
            return v;
        case FormatKind::kPot: {
            const int c = number(digits.substr(1));
            v.zero = c == 0;
            v.negative = digits[0] == '1' && !v.zero;
            v.used = !(v.zero && digits[0] == '1');
            v.log2 = v.zero ? 0 : (c - (1 << (f.n - 1)) + 1) * kLogUnit;
            return v;
        }
        case FormatKind::kLp:
            return lp_value(f, digits);
        case FormatKind::kPosit:
            return posit_value(f, digits);
        case FormatKind::kAdaptivFloat:
            return adaptivfloat_value(f, digits);
        case FormatKind::kFp8:
            return fp8_value(f, digits);
        case FormatKind::kFlint:
            return flint_value(digits);
        default:
            break;
    }
    v.integer = power_sum(f, digits);
    v.zero = v.integer == 0;
    // An encoder writes the smallest code of a value.
    for (unsigned below = 0; below < word; ++below) {
        v.used = v.used && power_sum(f, bits(f.n, below)) != v.integer;
    }
    return v;
}

Real real_of(const Format& f, unsigned word) {
    const Value v = value_of(f, word);
    if (f.kind == FormatKind::kInt || is_power_sum(f.kind)) {
        return v.integer;
    }
    if (v.zero) {
        return 0;
    }
    if (v.size != 0) {
        return v.negative ? -v.size : v.size;
    }
    return v.negative ? -exp2(v.log2, kLogUnit) : exp2(v.log2, kLogUnit);
}

std::vector<Format> int_formats() {
    std::vector<Format> formats;
    for (int n = 2; n <= 8; ++n) {
        formats.push_back({.kind = FormatKind::kInt, .n = n});
    }
    return formats;
}

std::vector<Format> pot_formats() {
    std::vector<Format> formats;
    for (int n = 2; n <= 5; ++n) {
        for (const PotRounding rounding : {PotRounding::kNearest, PotRounding::kLog}) {
            formats.push_back({.kind = FormatKind::kPot, .n = n, .pot_rounding = rounding});
        }
    }
    return formats;
}

std::vector<Format> lp_formats() {
    std::vector<Format> formats;
    for (int n = 2; n <= 8; ++n) {
        for (int es = 0; es <= std::max(0, n - 2); ++es) {
            for (int rs = 1; rs <= n - 1; ++rs) {
                for (const LpRegime regime : {LpRegime::kCapped, LpRegime::kTerminated}) {
                    for (const bool flush : {false, true}) {
                        if (regime == LpRegime::kCapped || rs > 1) {
                            formats.push_back({.kind = FormatKind::kLp,
                                               .n = n,
                                               .es = es,
                                               .rs = rs,
                                               .regime = regime,
                                               .flush_to_zero = flush});
                        }
                    }
                }
            }
        }
    }
    return formats;
}

std::vector<Format> posit_formats() {
    std::vector<Format> formats;
    for (int n = 3; n <= 8; ++n) {
        for (int es = 0; es <= std::min(4, n - 2); ++es) {
            for (int rs = 1; rs <= n - 1; ++rs) {
                formats.push_back({.kind = FormatKind::kPosit, .n = n, .es = es, .rs = rs});
            }
        }
    }
    return formats;
}

std::vector<Format> adaptivfloat_formats() {
    std::vector<Format> formats;
    for (int n = 3; n <= 8; ++n) {
        for (int e = 1; e <= std::min(5, n - 1); ++e) {
            formats.push_back({.kind = FormatKind::kAdaptivFloat, .n = n, .e = e});
        }
    }
    return formats;
}

std::vector<Format> fp8_formats() {
    std::vector<Format> formats;
    for (int e = 2; e <= 5; ++e) {
        formats.push_back({.kind = FormatKind::kFp8, .n = 8, .e = e, .m = 7 - e});
    }
    return formats;
}

std::vector<Format> flint_formats() {
    std::vector<Format> formats;
    for (int n = 3; n <= 8; ++n) {
        formats.push_back({.kind = FormatKind::kFlint, .n = n});
    }
    return formats;
}

std::vector<Format> float_formats() {
    std::vector<Format> formats = posit_formats();
    for (const std::vector<Format>& more :
         {adaptivfloat_formats(), fp8_formats(), flint_formats()}) {
        formats.insert(formats.end(), more.begin(), more.end());
    }
    return formats;
}

std::vector<Format> power_sum_formats() {
    std::vector<Format> formats;
    for (int n = 3; n <= 5; ++n) formats.push_back({.kind = FormatKind::kApot, .n = n});
    formats.push_back({.kind = FormatKind::kSp2, .n = 4});
    for (int n = 2; n <= 4; ++n) formats.push_back({.kind = FormatKind::kDenseShift, .n = n});
    formats.push_back({.kind = FormatKind::kElpBsd, .n = 6});
    formats.push_back({.kind = FormatKind::kTernary, .n = 2});
    formats.push_back({.kind = FormatKind::kBinary, .n = 1});
    return formats;
}

Search::Search(const Format& f)
    : format_(f),
      log_(f.kind == FormatKind::kLp ||
           (f.kind == FormatKind::kPot && f.pot_rounding == PotRounding::kLog)) {
    for (unsigned word = 0; word < (1U << f.n); ++word) {
        const Value v = value_of(f, word);
        if (v.zero || !v.used) {
            continue;
        }
        if (f.kind == FormatKind::kPosit) {
            continue;  // is not the nearest of a table
        }
        const Real value = real_of(f, word);
        const Entry entry{.code = static_cast<Code>(word),
                          .position = log_ ? Real(v.log2) / kLogUnit : absolute(value),
                          .value = absolute(value)};
        (value < 0 ? negative_ : positive_).push_back(entry);
    }
    if (!log_) {  // linear distances know zero; a logarithm does not
        positive_.push_back({});
        negative_.push_back({});
    }
}

Code Search::encode(Real x) const {
    if (x == 0) {
        return 0;
    }
    if (format_.kind == FormatKind::kPosit) {
        const unsigned word = posit_word(format_, absolute(x));
        return static_cast<Code>(x < 0 ? (1U << format_.n) - word : word);
    }
    const std::vector<Entry>& entries = x < 0 ? negative_ : positive_;
    const auto by_value = [](const Entry& a, const Entry& b) { return a.value < b.value; };
    const Entry& largest = *std::max_element(entries.begin(), entries.end(), by_value);
    const Real size = absolute(x);
    if (size >= largest.value) {
        return largest.code;
    }
    if (log_ && (format_.kind == FormatKind::kPot || format_.flush_to_zero)) {
        const Entry& smallest = *std::min_element(entries.begin(), entries.end(), by_value);
        // log2 of the least value is exact, value / 2 may not be: compare where it is.
        if (log2_of(size) < smallest.position - 1) {
            return 0;
        }
    }
    const Real position = log_ ? log2_of(size) : size;
    // Flint's codes do not order like its values, whose place is what is even or odd.
    const auto even = [&](const Entry& entry) {
        if (format_.kind != FormatKind::kFlint) return entry.code % 2 == 0;
        return std::count_if(entries.begin(), entries.end(),
                             [&](const Entry& other) { return other.value < entry.value; }) %
                   2 ==
               0;
    };
    const Entry* best = nullptr;
    for (const Entry& entry : entries) {
        if (best == nullptr) {
            best = &entry;
            continue;
        }
        const Real now = absolute(entry.position - position);
        const Real before = absolute(best->position - position);
        if (now < before || (now == before && even(entry))) {
            best = &entry;
        }
    }
    return best->code;
}

Real exp2(int numerator, int denominator) {
    return exp2q(Real(numerator) / denominator);
}

std::int64_t to_integer(Real x, Rounding rounding) {
    const Real below = floorq(x);
    const Real rest = x - below;
    const auto whole = static_cast<std::int64_t>(below);
    if (rounding == Rounding::kTruncate) {
        return whole;
    }
    return rest > Real(0.5) || (rest == Real(0.5) && whole % 2 != 0) ? whole + 1 : whole;
}

std::int64_t product(const DatapathParams& d, unsigned weight, unsigned activation) {
    const Value w = value_of(d.weight, weight);
    const Value a = value_of(d.activation, activation);
    if (w.zero || a.zero) {
        return 0;
    }
    if (d.kind == DatapathKind::kMul) {
        return std::int64_t{w.integer} * a.integer;
    }
    if (d.kind == DatapathKind::kFloat) {
        const std::int64_t size = to_integer(ldexpq(w.size * a.size, d.acc_frac_bits), d.rounding);
        return w.negative != a.negative ? -size : size;
    }
    if (is_power_sum(d.weight.kind)) {
        return std::int64_t{w.integer} * a.integer;
    }
    // A PoT weight counts in units of its smallest power, 2^(1 - cmax).
    const auto log_of = [](const Format& f, const Value& v) {
        return v.log2 + (f.kind == FormatKind::kPot ? ((1 << (f.n - 1)) - 2) * kLogUnit : 0);
    };
    if (d.kind == DatapathKind::kShift) {
        std::int64_t size = a.integer;
        for (int i = 0; i < log_of(d.weight, w) / kLogUnit; ++i) {
            size *= 2;
        }
        return w.negative ? -size : size;
    }
    const int sum = log_of(d.weight, w) + log_of(d.activation, a);
    const int whole = static_cast<int>(static_cast<std::int64_t>(floorq(Real(sum) / kLogUnit)));
    const Real scaled = ldexpq(exp2(sum - whole * kLogUnit, kLogUnit), d.mantissa_bits);
    const std::int64_t entry = to_integer(scaled, Rounding::kNearestEven);
    const std::int64_t size =
        to_integer(ldexpq(Real(entry), whole + d.acc_frac_bits - d.mantissa_bits), d.rounding);
    return w.negative != a.negative ? -size : size;
}

std::vector<std::vector<std::int64_t>> products(const DatapathParams& d) {
    std::vector<std::vector<std::int64_t>> table(1U << d.weight.n);
    for (unsigned w = 0; w < table.size(); ++w) {
        for (unsigned a = 0; a < (1U << d.activation.n); ++a) {
            table[w].push_back(product(d, w, a));
        }
    }
    return table;
}

}  // namespace peforge::golden::oracle
