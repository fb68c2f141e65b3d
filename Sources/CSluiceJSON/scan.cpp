#include "scan.hpp"

#include "CSluiceJSON.h"

#include <cstring>
#include <memory>
#include <new>
#include <simdjson.h>

namespace {

// Offsets are 32 bits wide, here and in simdjson.
constexpr size_t maximum_length = UINT32_MAX - 64;
// A thread keeps its scanner for texts up to this size (4 MiB of positions); a bigger one is given
// back at once.
constexpr size_t kept_capacity = size_t(1) << 20;
constexpr size_t smallest_capacity = size_t(1) << 14;

struct scanner {
    std::unique_ptr<simdjson::internal::dom_parser_implementation> parser;
    size_t capacity = 0;

    bool reserve(size_t length) {
        if (parser && length <= capacity) return true;
        size_t wanted = smallest_capacity;
        while (wanted < length && wanted < kept_capacity) wanted *= 2;
        if (wanted < length) wanted = length;
        capacity = 0;
        auto error = parser ? parser->set_capacity(wanted)
                            : simdjson::get_active_implementation()
                                  ->create_dom_parser_implementation(wanted, 1, parser);
        if (error) {
            parser.reset();
            return false;
        }
        capacity = wanted;
        return true;
    }
};

thread_local scanner this_scanner;

sluice_json_result refusal(uint32_t code, size_t offset) { return {code, 0, offset}; }

/// How long the UTF-8 sequence at `at` is, or 0 when there is none (RFC 3629: no overlong form, no
/// surrogate).
size_t sequence_length(const uint8_t *bytes, size_t at, size_t length) {
    uint8_t first = bytes[at];
    if (first < 0x80) return 1;
    size_t width = first >= 0xC2 && first < 0xE0 ? 2 : (first & 0xF0) == 0xE0 ? 3
        : first >= 0xF0 && first < 0xF5 ? 4 : 0;
    if (width == 0 || at + width > length) return 0;
    for (size_t i = 1; i < width; i++)
        if ((bytes[at + i] & 0xC0) != 0x80) return 0;
    uint8_t second = bytes[at + 1];
    if (first == 0xE0 && second < 0xA0) return 0;
    if (first == 0xED && second > 0x9F) return 0;
    if (first == 0xF0 && second < 0x90) return 0;
    if (first == 0xF4 && second > 0x8F) return 0;
    return width;
}

/// simdjson says that a text is wrong but not where; only refused texts pay for this search.
size_t invalid_utf8_offset(const uint8_t *bytes, size_t length) {
    size_t at = 0;
    while (at < length) {
        size_t width = sequence_length(bytes, at, length);
        if (width == 0) return at;
        at += width;
    }
    return length;
}

/// The first control character inside a string or backslash outside, or else the quote that nothing
/// closes.
size_t broken_string_offset(const uint8_t *bytes, size_t length) {
    size_t opened = length;
    bool inside = false;
    for (size_t at = 0; at < length; at++) {
        uint8_t byte = bytes[at];
        if (inside && byte < 0x20) return at;
        if (byte == '\\') {
            if (!inside) return at;
            at++;
            continue;
        }
        if (byte != '"') continue;
        inside = !inside;
        opened = at;
    }
    return inside ? opened : length;
}

}  // namespace

namespace sluice_json {

positions last_scan() {
    const auto &parser = this_scanner.parser;
    if (!parser) return {nullptr, 0};
    return {parser->structural_indexes.get(), parser->n_structural_indexes};
}

void finish_scan() {
    if (this_scanner.capacity <= kept_capacity) return;
    this_scanner.parser.reset();
    this_scanner.capacity = 0;
}

}  // namespace sluice_json

extern "C" sluice_json_result sluice_json_scan(const uint8_t *bytes, size_t length) {
    if (length == 0) return refusal(sluice_json_empty, 0);
    if (length > maximum_length) return refusal(sluice_json_too_large, maximum_length);
    if (!this_scanner.reserve(length)) return refusal(sluice_json_no_memory, 0);
    auto &parser = *this_scanner.parser;
    auto error = parser.stage1(bytes, length, simdjson::stage1_mode::regular);
    if (error) {
        sluice_json::finish_scan();
        switch (error) {
        case simdjson::EMPTY: return refusal(sluice_json_empty, length);
        case simdjson::UTF8_ERROR:
            return refusal(sluice_json_invalid_utf8, invalid_utf8_offset(bytes, length));
        default: return refusal(sluice_json_syntax, broken_string_offset(bytes, length));
        }
    }
    // A complete text has at least twice as many structural bytes as entries, less one.
    return {sluice_json_ok, parser.n_structural_indexes / 2 + 1, 0};
}
