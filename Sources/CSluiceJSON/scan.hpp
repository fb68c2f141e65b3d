#pragma once

#include <cstdint>

namespace sluice_json {

/// Where the structural bytes of a text are: brackets, colons, commas, and the first byte of each
/// scalar. The entry behind the last is the length of the text.
struct positions {
    const uint32_t *at;
    uint32_t count;
};

/// What this thread scanned last.
positions last_scan();

/// Gives the memory back that an unusually long text needed.
void finish_scan();

}  // namespace sluice_json
