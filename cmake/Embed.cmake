# Embeds text files into a C++ source: peforge_embed(OUT FUNCTION files...) writes OUT, which defines
#   const std::map<std::string, std::string_view>& peforge::FUNCTION();
# keyed by file name. SPDX-License-Identifier: Apache-2.0
function(peforge_embed out function)
  set(entries "")
  foreach(file IN LISTS ARGN)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
    file(READ ${file} text)
    get_filename_component(name ${file} NAME)
    string(APPEND entries "        {\"${name}\", R\"__pf__(${text})__pf__\"},\n")
  endforeach()
  set(content "// Made by cmake/Embed.cmake.\n#include <map>\n#include <string>\n#include <string_view>\n\n")
  string(APPEND content "namespace peforge {\n\nconst std::map<std::string, std::string_view>& ${function}();\n\n")
  string(APPEND content "const std::map<std::string, std::string_view>& ${function}() {\n")
  string(APPEND content "    static const std::map<std::string, std::string_view> files = {\n${entries}    };\n    return files;\n}\n\n}  // namespace peforge\n")
  file(CONFIGURE OUTPUT ${out} CONTENT "${content}" @ONLY)
endfunction()
