// Register table of the AXI wrapper: the one source of its address decode, of SystemRDL, IP-XACT,
// CMSIS-SVD, the C header and the documentation.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace peforge {

struct Design;

/// What reading and writing a field does.
enum class FieldAccess {
    kConstant,        ///< reads its reset value
    kStatus,          ///< reads what the hardware says
    kReadWrite,       ///< a storage that software owns
    kPulse,           ///< a written 1 does something once; reads 0
    kWriteOneClears,  ///< hardware sets it, a written 1 clears it
};

/// Bits of a register.
struct RegisterField {
    std::string name;  ///< upper case; that of the register when it has no other field
    int lsb = 0;
    int width = 1;
    FieldAccess access = FieldAccess::kConstant;
    std::uint32_t reset = 0;
    std::string help;                                                ///< one line
    std::vector<std::pair<std::string, std::uint32_t>> values = {};  ///< names of some

    [[nodiscard]] int msb() const { return lsb + width - 1; }
};

/// A word of 32 bits.
struct Register {
    std::string name;                   ///< upper case, unique
    int offset = 0;                     ///< bytes, a multiple of 4
    std::string help;                   ///< one line
    std::vector<RegisterField> fields;  ///< the lowest first; bits of none read as 0

    [[nodiscard]] std::uint32_t reset() const;
    /// Whether a write does anything; else it is answered with an error.
    [[nodiscard]] bool writable() const;
    /// Whether a read can tell something; else it gives 0.
    [[nodiscard]] bool readable() const;
};

/// Names of the registers of interrupts: state, enable and test have the same fields.
inline constexpr const char* kInterruptState = "INTR_STATE";
inline constexpr const char* kInterruptEnable = "INTR_ENABLE";
inline constexpr const char* kInterruptTest = "INTR_TEST";

struct RegisterTable {
    static constexpr int kAddressBits = 12;  ///< of the bus port: a page

    std::vector<Register> registers;  ///< by ascending offset

    /// Throws std::out_of_range.
    [[nodiscard]] const Register& at(const std::string& name) const;
    [[nodiscard]] bool has(const std::string& name) const;
};

/// The registers of a design's wrapper. Those that it shares with other designs have the same
/// offsets there; one that it does not need is left out.
RegisterTable register_table(const Design& design);

/// "status_busy" for STATUS.BUSY; "cycles" where the register has one field of its own name.
std::string signal_name(const Register& reg, const RegisterField& field);

/// The field of the job registers that drives a payload port of the core's job stream.
struct JobField {
    std::string port;    ///< "job_mode_i"
    std::string signal;  ///< "job_options_mode"
    int width = 1;
};

/// In the core's order.
std::vector<JobField> job_fields(const Design& design);

}  // namespace peforge
