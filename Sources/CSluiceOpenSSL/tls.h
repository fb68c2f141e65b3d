#pragma once
// libssl for a server on non-blocking sockets: what Swift cannot import (macros, stacks), and callbacks that need nothing of Swift.
//
// What reads or writes behaves as recv and send do, with errno EAGAIN or EPROTO. libssl tells errors by a queue of the thread, which one
// connection must not leave to the next: each call clears it first.
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// MARK: Sockets

// libssl's own socket BIO writes without MSG_NOSIGNAL, and does not tell whether a read emptied the socket.
typedef struct {
    int descriptor;
    // The last read got less than it asked for: there is no more until readiness says so.
    int is_drained;
    // An error stood behind bytes that were handed out first: the next read meets it.
    int has_failed;
    // Messages that ask for new keys since the last bytes of the application.
    int key_updates;
} sluice_tls_socket;

// libssl works off such messages within one read for as long as they come, and nothing else of the loop would have its turn.
enum { sluice_key_updates = 32 };

static int sluice_tls_socket_write(BIO *bio, const char *data, int length) {
    sluice_tls_socket *s = (sluice_tls_socket *)BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    ssize_t n = send(s->descriptor, data, (size_t)length, MSG_NOSIGNAL);
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
    return (int)n;
}

static int sluice_tls_socket_read(BIO *bio, char *data, int length) {
    sluice_tls_socket *s = (sluice_tls_socket *)BIO_get_data(bio);
    BIO_clear_retry_flags(bio);
    if (s->key_updates > sluice_key_updates) {
        errno = EPROTO;
        return -1;
    }
    ssize_t n = recv(s->descriptor, data, (size_t)length, 0);
    s->is_drained = n < length;
    if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
    if (n == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
    return (int)n;
}

static long sluice_tls_socket_control(BIO *bio, int command, long number, void *pointer) {
    (void)number;
    (void)pointer;
    if (command == BIO_CTRL_FLUSH) return 1;
    return command == BIO_CTRL_EOF && BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
}

static int sluice_tls_socket_free(BIO *bio) {
    free(BIO_get_data(bio));
    return 1;
}

// One for the process; making it twice would use up an index of libcrypto's each time.
static inline BIO_METHOD *sluice_tls_socket_method(void) {
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    static BIO_METHOD *made = NULL;
    pthread_mutex_lock(&lock);
    BIO_METHOD *method = made;
    if (method == NULL && (method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "sluice")) != NULL) {
        BIO_meth_set_write(method, sluice_tls_socket_write);
        BIO_meth_set_read(method, sluice_tls_socket_read);
        BIO_meth_set_ctrl(method, sluice_tls_socket_control);
        BIO_meth_set_destroy(method, sluice_tls_socket_free);
        made = method;
    }
    pthread_mutex_unlock(&lock);
    return method;
}

/// The server's side of a connection; it does not own the descriptor. Null when memory is short.
static inline SSL *sluice_tls_new(SSL_CTX *context, int descriptor) {
    BIO_METHOD *method = sluice_tls_socket_method();
    SSL *ssl = SSL_new(context);
    BIO *bio = method ? BIO_new(method) : NULL;
    sluice_tls_socket *s = (sluice_tls_socket *)calloc(1, sizeof *s);
    if (ssl == NULL || bio == NULL || s == NULL) {
        SSL_free(ssl);
        BIO_free(bio);
        free(s);
        return NULL;
    }
    s->descriptor = descriptor;
    BIO_set_data(bio, s);
    BIO_set_init(bio, 1);
    SSL_set_bio(ssl, bio, bio);
    SSL_set_accept_state(ssl);
    return ssl;
}

static inline sluice_tls_socket *sluice_tls_socket_of(SSL *ssl) {
    return (sluice_tls_socket *)BIO_get_data(SSL_get_rbio(ssl));
}

// Called by libssl for each message of its own.
static void sluice_tls_message(
    int is_written, int version, int type, const void *bytes, size_t length, SSL *ssl, void *context) {
    (void)version;
    (void)context;
    if (!is_written && type == SSL3_RT_HANDSHAKE && length > 0 && *(const unsigned char *)bytes == SSL3_MT_KEY_UPDATE)
        sluice_tls_socket_of(ssl)->key_updates++;
}

/// Whether a read would find nothing: neither bytes, nor the peer's farewell, nor an error.
static inline int sluice_tls_is_drained(SSL *ssl) {
    sluice_tls_socket *s = sluice_tls_socket_of(ssl);
    return s->is_drained && !s->has_failed && !SSL_has_pending(ssl) && !(SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN);
}

// MARK: Bytes

static inline ssize_t sluice_tls_failure(SSL *ssl, int code) {
    switch (SSL_get_error(ssl, code)) {
    case SSL_ERROR_ZERO_RETURN: return 0;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE: errno = EAGAIN; return -1;
    default: errno = EPROTO; return -1;
    }
}

/// Like recv; 0 is the peer's close_notify. An end of the socket without one is an error.
static inline ssize_t sluice_tls_receive(SSL *ssl, void *data, size_t length) {
    size_t total = 0;
    ERR_clear_error();
    // One call yields one record at most.
    while (total < length) {
        size_t n = 0;
        int code = SSL_read_ex(ssl, (char *)data + total, length - total, &n);
        if (!code) {
            ssize_t failure = sluice_tls_failure(ssl, code);
            if (total == 0) return failure;
            sluice_tls_socket_of(ssl)->has_failed = failure < 0 && errno != EAGAIN;
            break;
        }
        total += n;
        sluice_tls_socket_of(ssl)->key_updates = 0;
        if (sluice_tls_is_drained(ssl)) break;
    }
    return (ssize_t)total;
}

/// Like send. What was not taken must be what the next call begins with.
static inline ssize_t sluice_tls_send(SSL *ssl, const void *data, size_t length) {
    size_t total = 0;
    ERR_clear_error();
    // One call sends one record.
    while (total < length) {
        size_t n = 0;
        int code = SSL_write_ex(ssl, (const char *)data + total, length - total, &n);
        if (!code) {
            ssize_t failure = sluice_tls_failure(ssl, code);
            if (total > 0 && errno == EAGAIN) return (ssize_t)total;
            if (failure == 0) errno = EPROTO;
            return -1;
        }
        total += n;
    }
    return (ssize_t)total;
}

/// Whether the peer said that it will send no more. Reads at most one record, which stays to be read.
static inline int sluice_tls_peer_has_ended(SSL *ssl) {
    char byte;
    size_t n = 0;
    ERR_clear_error();
    if (SSL_peek_ex(ssl, &byte, 1, &n)) return 0;
    return (SSL_get_shutdown(ssl) & SSL_RECEIVED_SHUTDOWN) != 0;
}

/// Says that no more will be sent; as far as the socket takes it at once.
static inline void sluice_tls_end(SSL *ssl) {
    ERR_clear_error();
    SSL_shutdown(ssl);
}

// MARK: Handshake

/// One step: 1 when it is over, 0 when the peer has to say something, -1 when it failed; libssl has sent its alert then.
static inline int sluice_tls_handshake(SSL *ssl) {
    ERR_clear_error();
    int code = SSL_do_handshake(ssl);
    if (code == 1) {
        // The certificate was verified when the session began, and may have ended since.
        X509 *certificate = SSL_session_reused(ssl) ? SSL_get0_peer_certificate(ssl) : NULL;
        if (certificate == NULL || X509_cmp_current_time(X509_get0_notAfter(certificate)) > 0) return 1;
        ERR_raise(ERR_LIB_SSL, SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED);
        return -1;
    }
    int error = SSL_get_error(ssl, code);
    return error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

/// Why the last call on this thread failed, in libssl's words; null where the connection just ended.
static inline const char *sluice_tls_reason(void) {
    unsigned long code = ERR_peek_last_error();
    if (code == 0 || ERR_SYSTEM_ERROR(code) || ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) return NULL;
    return ERR_reason_error_string(code);
}

static inline int sluice_tls_is_1_3(const SSL *ssl) { return SSL_version(ssl) == TLS1_3_VERSION; }

/// The subject of the client's certificate in the form of RFC 2253, with its length; 0 when there is none.
static inline int sluice_tls_subject(const SSL *ssl, char *text, int capacity) {
    X509 *certificate = SSL_get0_peer_certificate(ssl);
    if (certificate == NULL || SSL_get_verify_result(ssl) != X509_V_OK) return 0;
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio == NULL) return 0;
    X509_NAME_print_ex(bio, X509_get_subject_name(certificate), 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    int length = BIO_read(bio, text, capacity);
    BIO_free(bio);
    return length < 0 ? 0 : length;
}

// MARK: Tickets

enum { sluice_ticket_name_bytes = 16 };

typedef struct {
    unsigned char name[sluice_ticket_name_bytes], cipher[32], mac[32];
} sluice_ticket_key;

/// Keys for session tickets: one that seals, and the one before it, which still opens.
typedef struct {
    pthread_mutex_t lock;
    sluice_ticket_key keys[2];
    int count;
    long period;
    long since;
} sluice_ticket_keys;

static inline long sluice_ticket_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec;
}

static inline int sluice_ticket_turn(sluice_ticket_keys *keys, long now) {
    sluice_ticket_key fresh;
    if (RAND_priv_bytes((unsigned char *)&fresh, sizeof fresh) != 1) return 0;
    // After two periods without any use the former key is too old to open anything.
    int keeps = keys->count > 0 && now - keys->since < 2 * keys->period;
    if (keeps) keys->keys[1] = keys->keys[0];
    else OPENSSL_cleanse(&keys->keys[1], sizeof keys->keys[1]);
    keys->keys[0] = fresh;
    keys->count = keeps ? 2 : 1;
    keys->since = now;
    OPENSSL_cleanse(&fresh, sizeof fresh);
    return 1;
}

/// Makes the first key. `period` is in seconds. Null when memory or randomness is short.
static inline sluice_ticket_keys *sluice_ticket_keys_new(long period) {
    sluice_ticket_keys *keys = (sluice_ticket_keys *)calloc(1, sizeof *keys);
    if (keys == NULL) return NULL;
    pthread_mutex_init(&keys->lock, NULL);
    keys->period = period;
    if (sluice_ticket_turn(keys, sluice_ticket_now())) return keys;
    free(keys);
    return NULL;
}

static inline void sluice_ticket_keys_free(sluice_ticket_keys *keys) {
    pthread_mutex_destroy(&keys->lock);
    OPENSSL_clear_free(keys, sizeof *keys);
}

/// Makes a new key before its time.
static inline void sluice_ticket_keys_rotate(sluice_ticket_keys *keys) {
    pthread_mutex_lock(&keys->lock);
    sluice_ticket_turn(keys, sluice_ticket_now());
    pthread_mutex_unlock(&keys->lock);
}

static inline int sluice_ticket_prepare(
    const sluice_ticket_key *key, const unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int sealing) {
    OSSL_PARAM parameters[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, (void *)key->mac, sizeof key->mac),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)"SHA256", 0),
        OSSL_PARAM_construct_end(),
    };
    return EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key->cipher, iv, sealing) == 1 &&
           EVP_MAC_CTX_set_params(mac, parameters) == 1;
}

// Called by libssl on any loop's thread.
static int sluice_ticket_callback(
    SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher, EVP_MAC_CTX *mac, int sealing) {
    sluice_ticket_keys *keys = (sluice_ticket_keys *)SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    sluice_ticket_key key;
    int found = -1;
    if (keys == NULL) return 0;
    pthread_mutex_lock(&keys->lock);
    long now = sluice_ticket_now();
    if (now - keys->since >= keys->period) sluice_ticket_turn(keys, now);
    for (int i = 0; i < keys->count && found < 0; i++)
        if (sealing || memcmp(name, keys->keys[i].name, sluice_ticket_name_bytes) == 0) found = i;
    if (found >= 0) key = keys->keys[found];
    pthread_mutex_unlock(&keys->lock);
    if (found < 0) return 0;
    int ready = 1;
    if (sealing) {
        memcpy(name, key.name, sluice_ticket_name_bytes);
        ready = RAND_bytes(iv, EVP_CIPHER_get_iv_length(EVP_aes_256_cbc())) == 1;
    }
    ready = ready && sluice_ticket_prepare(&key, iv, cipher, mac, sealing);
    OPENSSL_cleanse(&key, sizeof key);
    if (!ready) return -1;
    // 2: it opens, and the client should have a new one.
    return found == 0 ? 1 : 2;
}

static inline void sluice_tls_use_tickets(SSL_CTX *context, sluice_ticket_keys *keys) {
    SSL_CTX_set_app_data(context, keys);
    SSL_CTX_set_tlsext_ticket_key_evp_cb(context, sluice_ticket_callback);
}

// MARK: Contexts

static int sluice_tls_select_protocol(
    SSL *ssl, const unsigned char **chosen, unsigned char *length, const unsigned char *offered, unsigned int offered_length,
    void *context) {
    static const unsigned char ours[] = "\x08http/1.1";
    (void)ssl;
    (void)context;
    int outcome = SSL_select_next_proto((unsigned char **)chosen, length, ours, sizeof ours - 1, offered, offered_length);
    return outcome == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

// Mozilla's intermediate recommendation without finite-field Diffie-Hellman, which costs much and helps nobody who speaks TLS 1.2.
#define SLUICE_TLS_CIPHERS                                                                                            \
    "ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:"                        \
    "ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305"

/// A server's context without certificates; null when libssl cannot make one.
///
/// - `lifetime`: seconds that a session may be resumed.
/// - `marks`: 32 bytes that differ where a session of another context must not be resumed.
static inline SSL_CTX *sluice_tls_context(int needs_1_3, long lifetime, const unsigned char *marks) {
    SSL_CTX *context = SSL_CTX_new(TLS_server_method());
    if (context == NULL) return NULL;
    SSL_CTX_set_options(
        context, SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_PRIORITIZE_CHACHA);
    // Buffers are given back while a connection rests; what was not taken is offered again from another place.
    SSL_CTX_set_mode(
        context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    // One system call per record instead of one for its header and one for its content.
    SSL_CTX_set_read_ahead(context, 1);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_msg_callback(context, sluice_tls_message);
    SSL_CTX_set_timeout(context, lifetime);
    SSL_CTX_set_alpn_select_cb(context, sluice_tls_select_protocol, NULL);
    if (SSL_CTX_set_min_proto_version(context, needs_1_3 ? TLS1_3_VERSION : TLS1_2_VERSION) == 1 &&
        SSL_CTX_set_max_proto_version(context, 0) == 1 && SSL_CTX_set_cipher_list(context, SLUICE_TLS_CIPHERS) == 1 &&
        SSL_CTX_set1_groups_list(context, "X25519:P-256:P-384") == 1 &&
        SSL_CTX_set_session_id_context(context, marks, SSL_MAX_SID_CTX_LENGTH) == 1)
        return context;
    SSL_CTX_free(context);
    return NULL;
}

// MARK: Certificates

/// To be called before anything else of OpenSSL: what it frees when the process ends may still be used by the threads of loops.
static inline void sluice_tls_prepare(void) { OPENSSL_init_ssl(OPENSSL_INIT_NO_ATEXIT, NULL); }

// An encrypted key is refused: nobody is there to type a password.
static int sluice_no_password(char *text, int capacity, int writing, void *context) {
    (void)text;
    (void)capacity;
    (void)writing;
    (void)context;
    return -1;
}

/// The certificates of a PEM file, the server's own first; null when there is none or one is broken.
static inline STACK_OF(X509) *sluice_pem_certificates(const void *data, int length) {
    ERR_clear_error();
    STACK_OF(X509) *found = sk_X509_new_null();
    BIO *bio = BIO_new_mem_buf(data, length);
    X509 *next;
    while (found != NULL && bio != NULL && (next = PEM_read_bio_X509(bio, NULL, sluice_no_password, NULL)) != NULL)
        sk_X509_push(found, next);
    BIO_free(bio);
    int is_end = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
    if (found != NULL && is_end && sk_X509_num(found) > 0) {
        ERR_clear_error();
        return found;
    }
    sk_X509_pop_free(found, X509_free);
    return NULL;
}

/// The private key of a PEM file; null when there is none, or it needs a password.
static inline EVP_PKEY *sluice_pem_key(const void *data, int length) {
    ERR_clear_error();
    BIO *bio = BIO_new_mem_buf(data, length);
    EVP_PKEY *key = bio == NULL ? NULL : PEM_read_bio_PrivateKey(bio, NULL, sluice_no_password, NULL);
    BIO_free(bio);
    return key;
}

/// Takes the first certificate out of a chain.
static inline X509 *sluice_take_first(STACK_OF(X509) *chain) { return sk_X509_shift(chain); }

static inline void sluice_free_chain(STACK_OF(X509) *chain) { sk_X509_pop_free(chain, X509_free); }

/// Asks clients for a certificate of the authorities in a PEM text; false when it has none, or a broken one.
static inline int sluice_tls_verify_clients(SSL_CTX *context, const void *data, int length, int is_required) {
    STACK_OF(X509) *authorities = sluice_pem_certificates(data, length);
    int is_good = authorities != NULL;
    for (int i = 0; is_good && i < sk_X509_num(authorities); i++) {
        X509 *authority = sk_X509_value(authorities, i);
        is_good = X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority) && SSL_CTX_add_client_CA(context, authority);
    }
    sluice_free_chain(authorities);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (is_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), NULL);
    return is_good;
}

/// Adds a certificate with its key to what a context offers; false when they do not fit or are too weak.
static inline int sluice_tls_add(SSL_CTX *context, X509 *certificate, EVP_PKEY *key, STACK_OF(X509) *chain) {
    ERR_clear_error();
    return SSL_CTX_use_cert_and_key(context, certificate, key, chain, 1);
}

/// Adds a certificate with its key to what one connection offers.
static inline int sluice_tls_offer(SSL *ssl, X509 *certificate, EVP_PKEY *key, STACK_OF(X509) *chain) {
    return SSL_use_cert_and_key(ssl, certificate, key, chain, 1);
}

/// Calls `visit` with each host name and address that a certificate holds for, its common name where it has no other.
static inline void sluice_certificate_names(X509 *certificate, void *context, void (*visit)(void *context, const char *name)) {
    GENERAL_NAMES *names = (GENERAL_NAMES *)X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    char text[256];
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        const unsigned char *data = NULL;
        int length = 0;
        if (name->type == GEN_DNS || name->type == GEN_IPADD) {
            data = ASN1_STRING_get0_data(name->type == GEN_DNS ? name->d.dNSName : name->d.iPAddress);
            length = ASN1_STRING_length(name->type == GEN_DNS ? name->d.dNSName : name->d.iPAddress);
        }
        text[0] = 0;
        if (name->type == GEN_DNS && length < (int)sizeof text && memchr(data, 0, (size_t)length) == NULL)
            snprintf(text, sizeof text, "%.*s", length, (const char *)data);
        if (name->type == GEN_IPADD && length == 4) snprintf(text, sizeof text, "%d.%d.%d.%d", data[0], data[1], data[2], data[3]);
        if (name->type == GEN_IPADD && length == 16)
            for (int j = 0; j < 16; j += 2)
                snprintf(text + strlen(text), sizeof text - strlen(text), "%s%x", j ? ":" : "", data[j] << 8 | data[j + 1]);
        if (text[0]) visit(context, text);
    }
    if (names == NULL && X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, text, sizeof text) > 0)
        visit(context, text);
    GENERAL_NAMES_free(names);
}

/// Seconds since 1970, as a certificate says them.
static inline long sluice_certificate_begins(const X509 *certificate) {
    struct tm t;
    return ASN1_TIME_to_tm(X509_get0_notBefore(certificate), &t) ? timegm(&t) : 0;
}
static inline long sluice_certificate_ends(const X509 *certificate) {
    struct tm t;
    return ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &t) ? timegm(&t) : 0;
}

/// EVP_PKEY_RSA, EVP_PKEY_EC, EVP_PKEY_ED25519, ...
static inline int sluice_key_type(const EVP_PKEY *key) { return EVP_PKEY_get_base_id(key); }
static inline const char *sluice_key_type_name(const EVP_PKEY *key) {
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA: return "RSA";
    case EVP_PKEY_EC: return "ECDSA";
    default: return OBJ_nid2sn(EVP_PKEY_get_base_id(key));
    }
}

// MARK: Asking a server on this machine

/// Sends a request over TLS on a blocking socket and reads the beginning of the answer. The peer is not verified: it is this machine's own.
/// A failure is told by `sluice_tls_reason`, or else by errno, which is 0 where the connection just ended.
static inline int sluice_tls_ask(int descriptor, const char *request, void *answer, int capacity) {
    SSL_CTX *context = SSL_CTX_new(TLS_client_method());
    SSL *ssl = context == NULL ? NULL : SSL_new(context);
    int count = -1;
    ERR_clear_error();
    errno = 0;
    if (ssl != NULL && SSL_set_fd(ssl, descriptor) == 1 && SSL_connect(ssl) == 1 &&
        SSL_write(ssl, request, (int)strlen(request)) > 0)
        count = SSL_read(ssl, answer, capacity);
    int code = errno;
    SSL_free(ssl);
    SSL_CTX_free(context);
    errno = code;
    return count;
}
