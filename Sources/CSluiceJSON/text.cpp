#include "CSluiceJSON.h"
#include "scalars.hpp"

namespace sluice_json {
namespace {

uint32_t hexadecimal(const uint8_t *digits) {
    uint32_t code = 0;
    for (int i = 0; i < 4; i++)
        code = code << 4 | uint32_t((digits[i] & 0x0F) + (digits[i] & 0x40 ? 9 : 0));
    return code;
}

uint8_t *encode(uint32_t code, uint8_t *text) {
    if (code < 0x80) {
        *text++ = uint8_t(code);
        return text;
    }
    if (code < 0x800) {
        *text++ = uint8_t(0xC0 | code >> 6);
    } else if (code < 0x10000) {
        *text++ = uint8_t(0xE0 | code >> 12);
        *text++ = uint8_t(0x80 | (code >> 6 & 0x3F));
    } else {
        *text++ = uint8_t(0xF0 | code >> 18);
        *text++ = uint8_t(0x80 | (code >> 12 & 0x3F));
        *text++ = uint8_t(0x80 | (code >> 6 & 0x3F));
    }
    *text++ = uint8_t(0x80 | (code & 0x3F));
    return text;
}

/// Takes the four digits at `at`, and the low surrogate that belongs to them if there is one.
uint32_t take_code(const uint8_t *&at, const uint8_t *end) {
    uint32_t code = hexadecimal(at);
    at += 4;
    if (code < 0xD800 || code > 0xDFFF) return code;
    if (code < 0xDC00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
        uint32_t low = hexadecimal(at + 2);
        if (low >= 0xDC00 && low <= 0xDFFF) {
            at += 6;
            return 0x10000 + ((code & 0x3FF) << 10) + (low & 0x3FF);
        }
    }
    return 0xFFFD;
}

uint8_t unescaped(uint8_t letter) {
    switch (letter) {
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return letter;
    }
}

bool is_plain(uint8_t byte) { return byte >= 0x20 && byte != '"' && byte != '\\'; }

}  // namespace
}  // namespace sluice_json

extern "C" size_t sluice_json_plain_length(const uint8_t *bytes, size_t length) {
    size_t at = 0;
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
    const __m128i last_control = _mm_set1_epi8(0x1F);
    for (; length - at >= 16; at += 16) {
        __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i *>(bytes + at));
        __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(block, last_control), block);
        __m128i found = _mm_or_si128(
            control,
            _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)));
        int mask = _mm_movemask_epi8(found);
        if (mask) return at + size_t(__builtin_ctz(unsigned(mask)));
    }
#endif
    while (at < length && sluice_json::is_plain(bytes[at])) at++;
    return at;
}

extern "C" size_t sluice_json_unescape(const uint8_t *inside, size_t length, uint8_t *text) {
    using namespace sluice_json;
    const uint8_t *at = inside, *end = inside + length;
    uint8_t *out = text;
    while (at < end) {
        const uint8_t *backslash = find_backslash(at, end);
        memcpy(out, at, size_t(backslash - at));
        out += backslash - at;
        at = backslash + 1;
        // The index has checked the escapes; the bounds are asked again because memory depends on
        // them.
        if (at >= end) break;
        uint8_t letter = *at++;
        if (letter != 'u') *out++ = unescaped(letter);
        else if (end - at >= 4) out = encode(take_code(at, end), out);
    }
    return size_t(out - text);
}
