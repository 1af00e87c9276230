// SPDX-License-Identifier: Apache-2.0
#include <fstream>
#include <system_error>

#include "generator/emit/emit.hpp"
#include "generator/spec/error.hpp"
#include "generator/support/process.hpp"

namespace peforge {

namespace fs = std::filesystem;

namespace {

/// A folder may be replaced when it holds nothing, or what a former run wrote.
void check_replaceable(const fs::path& dir) {
    if (!fs::exists(fs::symlink_status(dir))) return;
    if (!fs::is_directory(dir)) {
        throw InputError(dir.string(), "", "is not a folder; give a new or empty folder");
    }
    if (fs::is_empty(dir)) return;
    for (const char* mark : {"manifest.json", "result.json", "report.json", "results.xml",
                             "mutation.json", "coverage.json"}) {
        if (fs::exists(dir / mark)) return;
    }
    throw InputError(dir.string(), "",
                     "holds files that peforge did not write; give a new or empty folder");
}

}  // namespace

void write_folder(const FileSet& files, const fs::path& dir) {
    try {
        check_replaceable(dir);
        const fs::path target = fs::absolute(dir).lexically_normal();
        fs::path parent =
            target.has_filename() ? target.parent_path() : target.parent_path().parent_path();
        const fs::path name = target.has_filename() ? target : target.parent_path();
        fs::create_directories(parent);
        // Beside the target, so that the final rename stays within one file system.
        const ScratchDir scratch(parent);
        const fs::path fresh = scratch.path() / "new";
        for (const auto& [relative, content] : files) {
            const fs::path path = fresh / relative;
            fs::create_directories(path.parent_path());
            std::ofstream out(path, std::ios::binary);
            out.write(content.data(), static_cast<std::streamsize>(content.size()));
            if (!out.flush()) {
                throw fs::filesystem_error("cannot write", path,
                                           std::make_error_code(std::errc::io_error));
            }
        }
        if (fs::exists(name)) fs::rename(name, scratch.path() / "old");
        fs::rename(fresh, name);
    } catch (const std::system_error& e) {
        throw InputError(dir.string(), "",
                         "cannot be written: " + e.code().message() + "; give a writable folder");
    }
}

}  // namespace peforge
