#pragma once

#include <cstdint>
#include <cstring>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

// The grammar of RFC 8259 below the level of brackets. All ranges are half open and nothing outside
// them is read.

namespace sluice_json {

inline bool is_space(uint8_t byte) {
    return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

inline bool is_digit(uint8_t byte) { return uint8_t(byte - '0') < 10; }

inline bool is_hex(uint8_t byte) {
    return is_digit(byte) || uint8_t((byte | 0x20) - 'a') < 6;
}

inline const uint8_t *skip_digits(const uint8_t *at, const uint8_t *end) {
    while (at < end && is_digit(*at)) at++;
    return at;
}

/// The end of the number at `at`, or where it goes wrong with `valid` false. `integer` says that it
/// has neither fraction nor exponent.
inline const uint8_t *number_end(const uint8_t *at, const uint8_t *end, bool &integer,
                                 bool &valid) {
    integer = true;
    valid = false;
    if (*at == '-') at++;
    const uint8_t *digits = at;
    at = skip_digits(at, end);
    if (at == digits) return at;
    if (*digits == '0' && at - digits > 1) return digits + 1;
    if (at < end && *at == '.') {
        integer = false;
        digits = ++at;
        at = skip_digits(at, end);
        if (at == digits) return at;
    }
    if (at < end && (*at | 0x20) == 'e') {
        integer = false;
        at++;
        if (at < end && (*at == '+' || *at == '-')) at++;
        digits = at;
        at = skip_digits(at, end);
        if (at == digits) return at;
    }
    valid = true;
    return at;
}

/// The first backslash, or `end`. Prose has one every line or so: near ones are found here, and
/// only what is far is worth a call.
inline const uint8_t *find_backslash(const uint8_t *at, const uint8_t *end) {
    if (at >= end) return end;
#if defined(__SSE2__)
    const __m128i wanted = _mm_set1_epi8('\\');
    for (int i = 0; i < 8 && end - at >= 16; i++, at += 16) {
        __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i *>(at));
        int found = _mm_movemask_epi8(_mm_cmpeq_epi8(block, wanted));
        if (found) return at + __builtin_ctz(unsigned(found));
    }
#endif
    auto found = static_cast<const uint8_t *>(memchr(at, '\\', size_t(end - at)));
    return found ? found : end;
}

/// Checks the escapes of a string's inside from its first backslash on. Returns `end`, or where an
/// escape is wrong. A lone surrogate is left alone: RFC 8259, section 8.2, lets it pass.
inline const uint8_t *check_escapes(const uint8_t *backslash, const uint8_t *end) {
    while (backslash < end) {
        if (end - backslash < 2) return backslash;
        switch (backslash[1]) {
        case '"': case '\\': case '/': case 'b': case 'f': case 'n': case 'r': case 't':
            backslash = find_backslash(backslash + 2, end);
            continue;
        case 'u':
            if (end - backslash < 6) return backslash;
            for (int i = 2; i < 6; i++)
                if (!is_hex(backslash[i])) return backslash;
            backslash = find_backslash(backslash + 6, end);
            continue;
        default: return backslash;
        }
    }
    return end;
}

}  // namespace sluice_json
