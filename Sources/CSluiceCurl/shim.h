#pragma once
// libcurl sets its options through variadic functions, which Swift cannot call: one wrapper for each type of argument.
#include <curl/curl.h>
#include <openssl/ssl.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

static inline CURLcode sluice_curl_set_long(CURL *handle, CURLoption option, long value) {
    return (curl_easy_setopt)(handle, option, value);
}

/// libcurl keeps a copy of the text; a null pointer takes an option back.
static inline CURLcode sluice_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return (curl_easy_setopt)(handle, option, value);
}

/// libcurl keeps a copy of the bytes.
static inline CURLcode sluice_curl_set_bytes(CURL *handle, CURLoption option, const void *bytes, size_t length) {
    struct curl_blob blob = {(void *)bytes, length, CURL_BLOB_COPY};
    return (curl_easy_setopt)(handle, option, &blob);
}

static inline CURLcode sluice_curl_set_pointer(CURL *handle, CURLoption option, void *value) {
    return (curl_easy_setopt)(handle, option, value);
}

static inline CURLcode sluice_curl_set_close(CURL *handle, curl_closesocket_callback callback, void *context) {
    CURLcode code = (curl_easy_setopt)(handle, CURLOPT_CLOSESOCKETFUNCTION, callback);
    return code != CURLE_OK ? code : (curl_easy_setopt)(handle, CURLOPT_CLOSESOCKETDATA, context);
}

static curl_socket_t sluice_curl_open_socket(void *limit, curlsocktype purpose, struct curl_sockaddr *address) {
    curl_socket_t opened = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
    if (opened < (curl_socket_t)(intptr_t)limit) return opened;
    close(opened);
    return CURL_SOCKET_BAD;
}

/// Keeps a handle from sockets whose number is not below a limit.
static inline CURLcode sluice_curl_set_socket_limit(CURL *handle, int limit) {
    CURLcode code = (curl_easy_setopt)(handle, CURLOPT_OPENSOCKETFUNCTION, sluice_curl_open_socket);
    return code != CURLE_OK ? code : (curl_easy_setopt)(handle, CURLOPT_OPENSOCKETDATA, (void *)(intptr_t)limit);
}

/// The socket of a handle that was connected with CURLOPT_CONNECT_ONLY, or CURL_SOCKET_BAD.
static inline curl_socket_t sluice_curl_socket(CURL *handle) {
    curl_socket_t socket = CURL_SOCKET_BAD;
    return curl_easy_getinfo(handle, CURLINFO_ACTIVESOCKET, &socket) == CURLE_OK ? socket : CURL_SOCKET_BAD;
}

static inline void sluice_curl_multi_set_callbacks(
    CURLM *multi, curl_socket_callback on_socket, curl_multi_timer_callback on_timer, void *context) {
    (curl_multi_setopt)(multi, CURLMOPT_SOCKETFUNCTION, on_socket);
    (curl_multi_setopt)(multi, CURLMOPT_SOCKETDATA, context);
    (curl_multi_setopt)(multi, CURLMOPT_TIMERFUNCTION, on_timer);
    (curl_multi_setopt)(multi, CURLMOPT_TIMERDATA, context);
}

static inline void sluice_curl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    (curl_multi_setopt)(multi, option, value);
}

/// The next handle that is done; `result` tells how it went. Null when there is none.
static inline CURL *sluice_curl_next_done(CURLM *multi, CURLcode *result) {
    int left = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &left)) != NULL) {
        if (message->msg != CURLMSG_DONE) continue;
        *result = message->data.result;
        return message->easy_handle;
    }
    return NULL;
}

/// Whether the end of a TLS connection was announced by its peer. libcurl 7.88 reports the end of the socket alike, so that a cut
/// cannot be told from an end; libssl knows.
static inline int sluice_curl_was_closed_by_peer(CURL *handle) {
    struct curl_tlssessioninfo *session = NULL;
    if (curl_easy_getinfo(handle, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || session == NULL) return 0;
    if (session->backend != CURLSSLBACKEND_OPENSSL || session->internals == NULL) return 0;
    return (SSL_get_shutdown((const SSL *)session->internals) & SSL_RECEIVED_SHUTDOWN) != 0;
}
