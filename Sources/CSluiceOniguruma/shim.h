#pragma once

#include <oniguruma.h>
#include <stddef.h>

// The arguments are pointers to variables of the library, which Swift takes for mutable state of all threads.

static inline int sluice_onig_start(void) {
    OnigEncoding encodings[] = {ONIG_ENCODING_UTF8};
    return onig_initialize(encodings, 1);
}

static inline int sluice_onig_new(regex_t **pattern, const unsigned char *text, size_t count, OnigErrorInfo *error) {
    return onig_new(pattern, text, text + count, ONIG_OPTION_NONE, ONIG_ENCODING_UTF8, ONIG_SYNTAX_RUBY, error);
}
