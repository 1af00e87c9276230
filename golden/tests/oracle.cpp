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

Real absolute(Real x) {
    return x < 0 ? -x : x;
}

/// log2 of x > 0; exact for powers of two.
Real log2_of(Real x) {
    int exponent = 0;
    const Real mantissa = frexpq(x, &exponent);
    return mantissa == Real(0.5) ? Real(exponent - 1) : exponent + log2q(mantissa);
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
    }
    throw std::logic_error("unknown format kind");
}

Real real_of(const Format& f, unsigned word) {
    const Value v = value_of(f, word);
    if (f.kind == FormatKind::kInt) {
        return v.integer;
    }
    if (v.zero) {
        return 0;
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

Search::Search(const Format& f)
    : format_(f),
      log_(f.kind == FormatKind::kLp ||
           (f.kind == FormatKind::kPot && f.pot_rounding == PotRounding::kLog)) {
    for (unsigned word = 0; word < (1U << f.n); ++word) {
        const Value v = value_of(f, word);
        if (v.zero || !v.used) {
            continue;
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
    const Entry* best = nullptr;
    for (const Entry& entry : entries) {
        if (best == nullptr) {
            best = &entry;
            continue;
        }
        const Real now = absolute(entry.position - position);
        const Real before = absolute(best->position - position);
        if (now < before || (now == before && entry.code % 2 == 0)) {
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
