#pragma once
// System headers that Swift's Glibc module leaves out, and wrappers for what Swift cannot import: macros, variadics,
// and structures whose layout is easier to fill in C.
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <arpa/inet.h>
#include <netdb.h>
#include <time.h>
#include <unistd.h>

/// Nanoseconds of CLOCK_MONOTONIC.
static inline uint64_t sluice_monotonic(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/// Names the calling thread, as `top -H` and debuggers show it. The kernel keeps 15 bytes.
void sluice_name_thread(const char *name);

/// Processors this process may run on, at least one.
int sluice_processors(void);

/// How many descriptors the process may have open.
int sluice_descriptor_limit(void);

/// Raises that to what the process may give itself, a million at most.
void sluice_raise_descriptor_limit(void);

/// accept4 with a non-blocking descriptor that child processes do not inherit.
int sluice_accept(int listener, struct sockaddr_storage *address, socklen_t *length);

/// Adds (EPOLL_CTL_ADD) or changes (EPOLL_CTL_MOD) interest; `token` comes back with every event.
static inline int sluice_epoll_set(int epoll, int operation, int descriptor, uint32_t events, uint64_t token) {
    struct epoll_event e;
    e.events = events;
    e.data.u64 = token;
    return epoll_ctl(epoll, operation, descriptor, &e);
}

/// The events and token of entry `index` of an array that epoll_wait filled.
static inline uint32_t sluice_epoll_events(const struct epoll_event *events, int index) { return events[index].events; }
static inline uint64_t sluice_epoll_token(const struct epoll_event *events, int index) { return events[index].data.u64; }

/// Two pieces of no more bytes than this together are copied into one: send costs the kernel less than sendmsg.
enum { sluice_joined_bytes = 2048 };

/// Sends two pieces with one system call and no SIGPIPE; either may be empty.
static inline ssize_t sluice_send2(int descriptor, const void *a, size_t a_length, const void *b, size_t b_length) {
    if (b_length == 0) return send(descriptor, a, a_length, MSG_NOSIGNAL);
    if (a_length == 0) return send(descriptor, b, b_length, MSG_NOSIGNAL);
    if (a_length <= sluice_joined_bytes && b_length <= sluice_joined_bytes - a_length) {
        char joined[sluice_joined_bytes];
        memcpy(joined, a, a_length);
        memcpy(joined + a_length, b, b_length);
        return send(descriptor, joined, a_length + b_length, MSG_NOSIGNAL);
    }
    struct iovec pieces[2] = {{(void *)a, a_length}, {(void *)b, b_length}};
    struct msghdr message;
    memset(&message, 0, sizeof message);
    message.msg_iov = pieces;
    message.msg_iovlen = 2;
    return sendmsg(descriptor, &message, MSG_NOSIGNAL);
}

static inline int sluice_set_option(int descriptor, int level, int name, int value) {
    return setsockopt(descriptor, level, name, &value, sizeof value);
}

/// Whoever closes the descriptor closes it with a reset instead of an orderly end.
static inline void sluice_abandon(int descriptor) {
    struct linger l = {1, 0};
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &l, sizeof l);
}

/// Closes with a reset instead of an orderly end, so that a peer cannot take what it got for complete.
static inline void sluice_reset(int descriptor) {
    sluice_abandon(descriptor);
    close(descriptor);
}

/// The pending error of a socket, 0 when there is none.
static inline int sluice_socket_error(int descriptor) {
    int e = 0;
    socklen_t length = sizeof e;
    return getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &e, &length) == 0 ? e : errno;
}

static inline int sluice_errno(void) { return errno; }

/// Socket type flags that Swift imports as an enumeration of another type.
static const int sluice_nonblock = SOCK_NONBLOCK;
static const int sluice_cloexec = SOCK_CLOEXEC;
static const int sluice_stream = SOCK_STREAM;
static const int sluice_packets = SOCK_SEQPACKET;

/// The port a TCP socket is bound to.
static inline int sluice_local_port(int descriptor) {
    struct sockaddr_storage a;
    socklen_t length = sizeof a;
    if (getsockname(descriptor, (struct sockaddr *)&a, &length) != 0) return 0;
    if (a.ss_family == AF_INET6) return ntohs(((struct sockaddr_in6 *)&a)->sin6_port);
    return ntohs(((struct sockaddr_in *)&a)->sin_port);
}

/// The address without its port, as text; an IPv4 address in IPv6 clothes is shown as IPv4.
static inline void sluice_address_text(const struct sockaddr_storage *a, char *text, int capacity) {
    text[0] = 0;
    if (a->ss_family == AF_INET6) {
        const struct in6_addr *six = &((const struct sockaddr_in6 *)a)->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(six))
            inet_ntop(AF_INET, six->s6_addr + 12, text, (socklen_t)capacity);
        else
            inet_ntop(AF_INET6, six, text, (socklen_t)capacity);
    } else {
        inet_ntop(AF_INET, &((const struct sockaddr_in *)a)->sin_addr, text, (socklen_t)capacity);
    }
}

/// A listening Unix socket of a type (SOCK_STREAM, SOCK_SEQPACKET), its file with no more than the permissions of `mode`. A socket file that
/// nobody listens on any more is replaced; a live one is an error.
int sluice_bind_unix(const char *path, int type, mode_t mode, int backlog);

/// A blocking connection whose sends and receives give up after `seconds`; -1 when there is none to be had.
int sluice_connect_tcp(const char *host, int port, int seconds);
int sluice_connect_unix(const char *path, int seconds);

/// The same for a socket that keeps messages apart (SOCK_SEQPACKET).
int sluice_connect_packets(const char *path, int seconds);

/// Sends one message, and a descriptor with it unless that is -1; never waits for room.
ssize_t sluice_send_packet(int socket, const void *bytes, size_t length, int descriptor);

/// Receives one message. `*descriptor` is what came with it, not inherited by children, or -1. A message that does not fit, or brings more
/// than one descriptor, is an error.
ssize_t sluice_receive_packet(int socket, void *bytes, size_t capacity, int *descriptor);

/// The process at the other end of a Unix socket if it runs for the same user, else -1. Of a listener: the process that called listen.
int sluice_peer_of_same_user(int socket);

/// Whether this is a socket that takes connections, and of streams.
int sluice_is_stream_listener(int descriptor);

/// Makes a descriptor that was inherited one like those made here: non-blocking, and not inherited by children. 0 when that worked.
int sluice_adopt_descriptor(int descriptor);

/// What a socket is bound to: the family, and the path of a Unix socket or the address without its port as text. An abstract name begins
/// with `@`. -1 when there is none.
int sluice_local_name(int descriptor, char *text, int capacity);

/// Tells a service manager at the socket `path` (`@` for an abstract name) something; 0 when it was sent.
int sluice_notify(const char *path, const char *text);

/// Asks on standard error for a line of the terminal that is standard input, and does not show what is typed. The terminal's own keys work:
/// what ends or stops a process does, with the terminal as it was, and after a stop it asks again. Returns how many bytes came, with the end
/// of the line if there was one, or -1. A terminal gives no more than sluice_terminal_line bytes of a line and loses the rest.
ssize_t sluice_read_hidden_line(const char *prompt, char *line, size_t capacity);
enum { sluice_terminal_line = 4095 };

/// Gives memory back that this thread freed and its allocator keeps, where the executable is linked with mimalloc.
void sluice_collect_memory(void);

// Gives back the pages of code and constants that only the start needed; those that are needed again come back one by one.
void sluice_release_start_pages(void);
