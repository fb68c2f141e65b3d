#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a value is. Booleans are two kinds because their text is their value.
enum sluice_json_kind {
    sluice_json_object = 1,
    sluice_json_array = 2,
    sluice_json_string = 3,
    sluice_json_number = 4,
    sluice_json_true = 5,
    sluice_json_false = 6,
    sluice_json_null = 7,
};

/// The string holds a backslash, so its text is not its bytes.
#define SLUICE_JSON_ESCAPED 1
/// The number has neither fraction nor exponent.
#define SLUICE_JSON_INTEGER 2

/// Why a text was refused; `sluice_json_ok` is the only success.
enum sluice_json_code {
    sluice_json_ok = 0,
    sluice_json_syntax = 1,
    sluice_json_too_deep = 2,
    sluice_json_too_large = 3,
    sluice_json_too_many_values = 4,
    sluice_json_invalid_utf8 = 5,
    sluice_json_empty = 6,
    sluice_json_trailing_bytes = 7,
    sluice_json_no_memory = 8,
};

/// One value on the flat tape. A member is two entries: its name (a string), then its value.
typedef struct {
    /// Offset of the first byte, quote or bracket included.
    uint32_t start;
    /// Offset behind the last byte.
    uint32_t end;
    /// Tape index behind this value and all values inside it.
    uint32_t next;
    uint8_t kind;
    uint8_t flags;
    uint16_t reserved;
} sluice_json_entry;

typedef struct {
    /// A `sluice_json_code`.
    uint32_t code;
    /// After `sluice_json_scan`: how many entries a valid text has at most. An invalid one may have
    /// as many again before the error shows. After `sluice_json_index`: how many it wrote.
    uint32_t count;
    /// Where the text went wrong.
    size_t offset;
} sluice_json_result;

/// Finds the structural bytes of a text and checks its UTF-8. Reads no byte behind `length`. The
/// result stays in this thread until the next scan.
sluice_json_result sluice_json_scan(const uint8_t *bytes, size_t length);

/// Checks the grammar of the text that this thread scanned last (the same `bytes` and `length`) and
/// writes the tape. Where `capacity` does not suffice, the text has too many values.
sluice_json_result sluice_json_index(const uint8_t *bytes, size_t length, uint32_t maximum_depth,
                                     uint32_t maximum_values, sluice_json_entry *tape,
                                     size_t capacity);

/// How many bytes at the beginning can stand in a JSON string as they are: no quote, backslash or
/// control character.
size_t sluice_json_plain_length(const uint8_t *bytes, size_t length);

/// Writes what the inside of a checked string says. It is never longer than the inside, which is
/// how much room `text` must have. A lone surrogate becomes U+FFFD.
///
/// Returns the length of the text.
size_t sluice_json_unescape(const uint8_t *inside, size_t length, uint8_t *text);

#ifdef __cplusplus
}
#endif
