#include "CSluiceVocabularies.h"

// The executable carries the files, so that it runs wherever it is copied to; the kernel maps their pages when they are read.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const uint8_t cl100k_base[] = {
#embed "cl100k_base.bin"
};
static const uint8_t o200k_base[] = {
#embed "o200k_base.bin"
};
static const uint8_t p50k_base[] = {
#embed "p50k_base.bin"
};
static const uint8_t character_classes[] = {
#embed "character-classes.bin"
};

#define RESOURCE(name) \
    sluice_resource sluice_##name(void) { return (sluice_resource){name, sizeof name}; }

RESOURCE(cl100k_base)
RESOURCE(o200k_base)
RESOURCE(p50k_base)
RESOURCE(character_classes)
