#pragma once

#include <stddef.h>
#include <stdint.h>

// Constant bytes that the executable carries.
typedef struct {
    const uint8_t *_Nonnull bytes;
    size_t count;
} sluice_resource;

// The vocabularies, in the form that scripts/vocabularies.py describes.
sluice_resource sluice_cl100k_base(void);
sluice_resource sluice_o200k_base(void);
sluice_resource sluice_p50k_base(void);

// The class of every code point in two stages: a block's number for each 128 code points, then the blocks.
sluice_resource sluice_character_classes(void);
