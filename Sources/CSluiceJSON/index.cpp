#include "CSluiceJSON.h"
#include "scalars.hpp"
#include "scan.hpp"

// The automaton's state stays in registers only if all of it is one function.
#define INLINED __attribute__((always_inline)) inline

namespace sluice_json {
namespace {

constexpr uint32_t no_parent = UINT32_MAX;

/// The pushdown automaton over the structural bytes. The stack of open brackets needs no memory of
/// its own: while a bracket is open, `next` of its entry holds its parent.
struct indexer {
    const uint8_t *bytes;
    positions structure;
    size_t length;
    sluice_json_entry *tape;
    uint32_t limit;
    uint32_t maximum_depth;
    const uint8_t *backslash;

    uint32_t cursor = 0;
    uint32_t count = 0;
    uint32_t depth = 0;
    uint32_t parent = no_parent;
    uint32_t code = sluice_json_ok;
    size_t offset = 0;

    INLINED bool refuse(uint32_t why, size_t where) {
        code = why;
        offset = where;
        return false;
    }

    INLINED size_t here() const { return cursor < structure.count ? structure.at[cursor] : length; }

    /// The structural byte at the cursor; 0, which begins nothing, behind the last.
    INLINED uint8_t peek() const {
        return cursor < structure.count ? bytes[structure.at[cursor]] : uint8_t(0);
    }

    INLINED bool put(uint32_t start, uint32_t end, uint8_t kind, uint8_t flags) {
        if (count >= limit) return refuse(sluice_json_too_many_values, start);
        tape[count] = {start, end, count + 1, kind, flags, 0};
        count++;
        return true;
    }

    INLINED bool open(uint8_t kind) {
        uint32_t start = structure.at[cursor++];
        if (depth >= maximum_depth) return refuse(sluice_json_too_deep, start);
        if (!put(start, 0, kind, 0)) return false;
        tape[count - 1].next = parent;
        parent = count - 1;
        depth++;
        return true;
    }

    INLINED void close() {
        sluice_json_entry &entry = tape[parent];
        parent = entry.next;
        entry.end = structure.at[cursor++] + 1;
        entry.next = count;
        depth--;
    }

    /// The scan marks only the opening quote, and promises that nothing but space follows the
    /// closing one up to the next structural byte.
    INLINED bool string() {
        uint32_t start = structure.at[cursor++];
        uint32_t end = structure.at[cursor];
        while (is_space(bytes[end - 1])) end--;
        if (end - start < 2 || bytes[end - 1] != '"') return refuse(sluice_json_syntax, start);
        const uint8_t *inside_end = bytes + end - 1;
        if (backslash >= inside_end) return put(start, end, sluice_json_string, 0);
        if (backslash <= bytes + start)
            return refuse(sluice_json_syntax, size_t(backslash - bytes));
        const uint8_t *checked = check_escapes(backslash, inside_end);
        if (checked < inside_end) return refuse(sluice_json_syntax, size_t(checked - bytes));
        backslash = find_backslash(inside_end, bytes + length);
        return put(start, end, sluice_json_string, SLUICE_JSON_ESCAPED);
    }

    /// After a scalar comes the next structural byte or space; once there is space, the scan
    /// promises that nothing else comes before the next structural byte.
    INLINED bool ends(const uint8_t *at, uint32_t next) const {
        return at == bytes + next || is_space(*at);
    }

    INLINED bool number() {
        uint32_t start = structure.at[cursor++];
        uint32_t next = structure.at[cursor];
        bool integer, valid;
        const uint8_t *end = number_end(bytes + start, bytes + next, integer, valid);
        if (!valid || !ends(end, next)) return refuse(sluice_json_syntax, size_t(end - bytes));
        return put(start, uint32_t(end - bytes), sluice_json_number,
                   integer ? SLUICE_JSON_INTEGER : 0);
    }

    INLINED bool literal(const char *text, uint32_t size, uint8_t kind) {
        uint32_t start = structure.at[cursor++];
        uint32_t next = structure.at[cursor];
        if (next - start < size || memcmp(bytes + start, text, size) != 0
            || !ends(bytes + start + size, next))
            return refuse(sluice_json_syntax, start);
        return put(start, start + size, kind, 0);
    }

    INLINED bool name() {
        if (peek() != '"') return refuse(sluice_json_syntax, here());
        if (!string()) return false;
        if (peek() != ':') return refuse(sluice_json_syntax, here());
        cursor++;
        return true;
    }

    /// Reads a scalar, or opens a bracket. `opened` says that a first child has to follow.
    INLINED bool value(bool &opened) {
        opened = false;
        uint8_t byte = peek();
        // Strings and numbers are most of any text; asked first, they are well predicted.
        if (byte == '"') return string();
        if (is_digit(byte)) return number();
        switch (byte) {
        case '{':
            if (!open(sluice_json_object)) return false;
            if (peek() == '}') { close(); return true; }
            opened = true;
            return name();
        case '[':
            if (!open(sluice_json_array)) return false;
            if (peek() == ']') { close(); return true; }
            opened = true;
            return true;
        case 't': return literal("true", 4, sluice_json_true);
        case 'f': return literal("false", 5, sluice_json_false);
        case 'n': return literal("null", 4, sluice_json_null);
        case '-': return number();
        default: return refuse(sluice_json_syntax, here());
        }
    }

    /// Moves from the end of a value to the start of the next, closing brackets on the way.
    INLINED bool advance() {
        while (parent != no_parent) {
            bool object = tape[parent].kind == sluice_json_object;
            uint8_t byte = peek();
            if (byte == ',') {
                cursor++;
                return !object || name();
            }
            if (byte != (object ? '}' : ']')) return refuse(sluice_json_syntax, here());
            close();
        }
        return true;
    }

    INLINED bool run() {
        do {
            bool opened;
            if (!value(opened)) return false;
            if (!opened && !advance()) return false;
        } while (parent != no_parent);
        if (cursor < structure.count) return refuse(sluice_json_trailing_bytes, here());
        return true;
    }
};

}  // namespace
}  // namespace sluice_json

extern "C" sluice_json_result sluice_json_index(const uint8_t *bytes, size_t length,
                                                uint32_t maximum_depth, uint32_t maximum_values,
                                                sluice_json_entry *tape, size_t capacity) {
    using namespace sluice_json;
    positions structure = last_scan();
    if (structure.count == 0 || structure.at[structure.count] != length)
        return {sluice_json_syntax, 0, 0};
    uint32_t limit = capacity < maximum_values ? uint32_t(capacity) : maximum_values;
    indexer run{bytes, structure, length, tape, limit, maximum_depth,
                find_backslash(bytes, bytes + length)};
    bool valid = run.run();
    finish_scan();
    return {run.code, valid ? run.count : 0, run.offset};
}
