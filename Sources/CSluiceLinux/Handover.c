// What one process leaves to another: descriptors over a Unix socket, sockets that were inherited, words to a service manager.
#define _GNU_SOURCE
#include <stddef.h>
#include "CSluiceLinux.h"

// One packet and the room for one descriptor beside it.
typedef struct {
    struct iovec piece;
    struct msghdr message;
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof(int))];
    } control;
} packet;

static void prepare(packet *p, const void *bytes, size_t length, int has_descriptor) {
    memset(p, 0, sizeof *p);
    p->piece.iov_base = (void *)bytes;
    p->piece.iov_len = length;
    p->message.msg_iov = &p->piece;
    p->message.msg_iovlen = 1;
    if (!has_descriptor) return;
    p->message.msg_control = &p->control;
    p->message.msg_controllen = sizeof p->control;
}

ssize_t sluice_send_packet(int socket, const void *bytes, size_t length, int descriptor) {
    packet p;
    prepare(&p, bytes, length, descriptor >= 0);
    if (descriptor >= 0) {
        struct cmsghdr *header = CMSG_FIRSTHDR(&p.message);
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = CMSG_LEN(sizeof(int));
        memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    }
    return sendmsg(socket, &p.message, MSG_NOSIGNAL | MSG_DONTWAIT);
}

ssize_t sluice_receive_packet(int socket, void *bytes, size_t capacity, int *descriptor) {
    packet p;
    prepare(&p, bytes, capacity, 1);
    *descriptor = -1;
    ssize_t count = recvmsg(socket, &p.message, MSG_CMSG_CLOEXEC);
    if (count < 0) return -1;
    int surplus = 0;
    for (struct cmsghdr *header = CMSG_FIRSTHDR(&p.message); header; header = CMSG_NXTHDR(&p.message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        size_t held = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (size_t i = 0; i < held; i++) {
            int one;
            memcpy(&one, CMSG_DATA(header) + i * sizeof one, sizeof one);
            if (*descriptor < 0) {
                *descriptor = one;
            } else {
                close(one);
                surplus = 1;
            }
        }
    }
    if (surplus || (p.message.msg_flags & (MSG_TRUNC | MSG_CTRUNC))) {
        if (*descriptor >= 0) close(*descriptor);
        *descriptor = -1;
        errno = EMSGSIZE;
        return -1;
    }
    return count;
}

int sluice_peer_of_same_user(int socket) {
    struct ucred peer;
    socklen_t length = sizeof peer;
    if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0 || peer.uid != geteuid()) return -1;
    return peer.pid;
}

int sluice_is_stream_listener(int descriptor) {
    int listens = 0, type = 0;
    socklen_t length = sizeof listens;
    if (getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &listens, &length) != 0) return 0;
    length = sizeof type;
    return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && listens && type == SOCK_STREAM;
}

int sluice_adopt_descriptor(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK) != 0) return -1;
    return fcntl(descriptor, F_SETFD, FD_CLOEXEC);
}

int sluice_local_name(int descriptor, char *text, int capacity) {
    union {
        struct sockaddr_storage any;
        struct sockaddr_un local;
    } a;
    socklen_t length = sizeof a;
    memset(&a, 0, sizeof a);
    if (getsockname(descriptor, (struct sockaddr *)&a, &length) != 0) return -1;
    if (a.any.ss_family == AF_UNIX) {
        int count = (int)length - (int)offsetof(struct sockaddr_un, sun_path);
        if (count > 0 && a.local.sun_path[0] == 0) a.local.sun_path[0] = '@';
        snprintf(text, (size_t)capacity, "%.*s", count > 0 ? count : 0, a.local.sun_path);
    } else if (a.any.ss_family == AF_INET || a.any.ss_family == AF_INET6) {
        sluice_address_text(&a.any, text, capacity);
    } else {
        return -1;
    }
    return a.any.ss_family;
}

int sluice_notify(const char *path, const char *text) {
    struct sockaddr_un a;
    memset(&a, 0, sizeof a);
    a.sun_family = AF_UNIX;
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof a.sun_path) return -1;
    memcpy(a.sun_path, path, length);
    if (a.sun_path[0] == '@') a.sun_path[0] = 0;
    int s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (s < 0) return -1;
    ssize_t sent = sendto(
        s, text, strlen(text), MSG_NOSIGNAL, (struct sockaddr *)&a, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
    close(s);
    return sent < 0 ? -1 : 0;
}
