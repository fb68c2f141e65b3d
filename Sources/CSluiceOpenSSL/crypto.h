#pragma once
// Digests and authenticated encryption of libcrypto, each as one call: what a call allocates it frees, whatever fails.
#include <openssl/evp.h>
#include <stdint.h>

/// SHA-256 of two parts, one behind the other; 32 bytes go to `digest`. `method` is SHA-256 as EVP_MD_fetch gives it: fetching it at
/// each call would cost more than the digest. 1 when all went well.
static inline int sluice_sha256(
    const EVP_MD *method, const uint8_t *first, size_t first_count, const uint8_t *second, size_t second_count, uint8_t *digest) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    if (context == NULL) return 0;
    int done = EVP_DigestInit_ex2(context, method, NULL) == 1 && EVP_DigestUpdate(context, first, first_count) == 1
        && EVP_DigestUpdate(context, second, second_count) == 1 && EVP_DigestFinal_ex(context, digest, NULL) == 1;
    EVP_MD_CTX_free(context);
    return done;
}

/// AES-256-GCM with a key of 32 bytes, a nonce of 12 and a tag of 16. `sealed` gets as many bytes as `plain` has. 1 when all went well.
static inline int sluice_gcm_seal(
    const uint8_t *key, const uint8_t *nonce, const uint8_t *extra, int extra_count, const uint8_t *plain, int count, uint8_t *sealed,
    uint8_t *tag) {
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (context == NULL) return 0;
    int length = 0;
    int done = EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce) == 1
        && EVP_EncryptUpdate(context, NULL, &length, extra, extra_count) == 1
        && EVP_EncryptUpdate(context, sealed, &length, plain, count) == 1
        && EVP_EncryptFinal_ex(context, sealed + count, &length) == 1
        && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, 16, tag) == 1;
    EVP_CIPHER_CTX_free(context);
    return done;
}

/// The reverse; 1 only if neither `extra` nor `sealed` nor `tag` was changed. Otherwise `plain` must not be used.
static inline int sluice_gcm_open(
    const uint8_t *key, const uint8_t *nonce, const uint8_t *extra, int extra_count, const uint8_t *sealed, int count, const uint8_t *tag,
    uint8_t *plain) {
    EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
    if (context == NULL) return 0;
    int length = 0;
    int done = EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), NULL, key, nonce) == 1
        && EVP_DecryptUpdate(context, NULL, &length, extra, extra_count) == 1
        && EVP_DecryptUpdate(context, plain, &length, sealed, count) == 1
        && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, 16, (void *)tag) == 1
        && EVP_DecryptFinal_ex(context, plain + count, &length) == 1;
    EVP_CIPHER_CTX_free(context);
    return done;
}
