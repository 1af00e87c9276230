// A generated AXI wrapper, Verilated and loaded: register accesses, stream beats, what the bench
// counts by itself.
//
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "generator/design/axi.hpp"
#include "generator/design/design.hpp"
#include "generator/emit/emit.hpp"
#include "verif/axi/axi_abi.h"

namespace peforge {

/// A beat of an AXI4-Stream.
struct AxiBeat {
    std::vector<std::uint8_t> tdata;  ///< the lowest byte first
    bool last = false;

    bool operator==(const AxiBeat&) const = default;
};

/// Answer to an access.
struct AxiAccess {
    std::uint32_t response = 0;
    std::uint32_t data = 0;

    static constexpr std::uint32_t kOkay = 0;
    static constexpr std::uint32_t kSlaveError = 2;
};

/// One at a time may live for a design.
class AxiModel {
public:
    /// Throws MissingToolError when verilator or a C++ compiler is missing, CheckFailedError when
    /// the RTL does not compile.
    AxiModel(const Design& design, const FileSet& files, const std::filesystem::path& cache_dir,
             std::uint64_t seed = 1, const std::filesystem::path& waves = {});
    ~AxiModel();
    AxiModel(AxiModel&&) noexcept;
    AxiModel& operator=(AxiModel&&) noexcept;

    void reset();
    void stop();
    void set_pauses(const PeforgeAxiPauses& pauses, std::uint64_t seed);
    AxiAccess write(std::uint32_t address, std::uint32_t data, std::uint32_t strobe = 0xF);
    AxiAccess read(std::uint32_t address);
    /// `stream`: PEFORGE_AXI_PRM and so on.
    void send(std::uint32_t stream, const AxiBeat& beat);
    void step(std::uint64_t cycles);
    std::optional<AxiBeat> take();
    [[nodiscard]] PeforgeAxiStats stats() const;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace peforge
