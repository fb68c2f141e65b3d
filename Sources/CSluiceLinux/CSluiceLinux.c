// Functions that need GNU extensions: with _GNU_SOURCE in the header, its types would differ from Dispatch's module.
#define _GNU_SOURCE
#include <limits.h>
#include <link.h>
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include "CSluiceLinux.h"

int sluice_processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    int n = CPU_COUNT(&set);
    return n > 0 ? n : 1;
}

void sluice_name_thread(const char *name) {
    char kept[16];
    snprintf(kept, sizeof kept, "%s", name);
    pthread_setname_np(pthread_self(), kept);
}

int sluice_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
    return limit.rlim_cur > INT_MAX ? INT_MAX : (int)limit.rlim_cur;
}

void sluice_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    // Some containers allow a billion, and programs that we run may close all they could have.
    rlim_t wanted = limit.rlim_max < 1 << 20 ? limit.rlim_max : 1 << 20;
    if (limit.rlim_cur >= wanted) return;
    limit.rlim_cur = wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
}

int sluice_accept(int listener, struct sockaddr_storage *address, socklen_t *length) {
    return accept4(listener, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int sluice_bind_unix(const char *path, int type, mode_t mode, int backlog) {
    struct sockaddr_un a;
    memset(&a, 0, sizeof a);
    a.sun_family = AF_UNIX;
    if (strlen(path) >= sizeof a.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(a.sun_path, path);
    int probe = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    if (probe < 0) return -1;
    int alive = connect(probe, (struct sockaddr *)&a, sizeof a) == 0;
    int refused = !alive && errno == ECONNREFUSED;
    close(probe);
    if (alive) {
        errno = EADDRINUSE;
        return -1;
    }
    // Connecting to a file of another kind is refused as well, and that file is not ours to remove.
    struct stat status;
    if (refused && lstat(path, &status) == 0) {
        if (!S_ISSOCK(status.st_mode)) {
            errno = ENOTSOCK;
            return -1;
        }
        unlink(path);
    }
    int s = socket(AF_UNIX, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s < 0) return -1;
    // The file gets the permissions that the socket has when it is bound: there is no moment at which it has more.
    if (fchmod(s, mode) != 0 || bind(s, (struct sockaddr *)&a, sizeof a) != 0 || listen(s, backlog) != 0) {
        int e = errno;
        close(s);
        errno = e;
        return -1;
    }
    return s;
}

static int connected(int s, const struct sockaddr *a, socklen_t length, int seconds) {
    struct timeval limit = {seconds, 0};
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    if (connect(s, a, length) == 0) return s;
    int e = errno;
    close(s);
    errno = e;
    return -1;
}

int sluice_connect_tcp(const char *host, int port, int seconds) {
    struct addrinfo hints, *found = NULL;
    char service[12];
    memset(&hints, 0, sizeof hints);
    hints.ai_socktype = SOCK_STREAM;
    snprintf(service, sizeof service, "%d", port);
    if (getaddrinfo(host, service, &hints, &found) != 0) {
        errno = EADDRNOTAVAIL;
        return -1;
    }
    int s = socket(found->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (s >= 0) s = connected(s, found->ai_addr, found->ai_addrlen, seconds);
    freeaddrinfo(found);
    return s;
}

static int connect_unix(const char *path, int type, int seconds) {
    struct sockaddr_un a;
    memset(&a, 0, sizeof a);
    a.sun_family = AF_UNIX;
    if (strlen(path) >= sizeof a.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(a.sun_path, path);
    int s = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
    return s < 0 ? -1 : connected(s, (struct sockaddr *)&a, sizeof a, seconds);
}

int sluice_connect_unix(const char *path, int seconds) { return connect_unix(path, SOCK_STREAM, seconds); }
int sluice_connect_packets(const char *path, int seconds) { return connect_unix(path, SOCK_SEQPACKET, seconds); }

// Segments that are never written, relocations included, are as they are in the file: dropped pages come back from there.
static int release_unwritten(struct dl_phdr_info *object, size_t size, void *context) {
    (void)size;
    (void)context;
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        if (segment->p_type != PT_LOAD || (segment->p_flags & PF_W)) continue;
        uintptr_t start = (object->dlpi_addr + segment->p_vaddr + page - 1) & ~(page - 1);
        uintptr_t end = (object->dlpi_addr + segment->p_vaddr + segment->p_memsz) & ~(page - 1);
        if (end > start) madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void sluice_release_start_pages(void) {
    dl_iterate_phdr(release_unwritten, NULL);
}

// Weak: without mimalloc there is none.
extern void mi_collect(_Bool force) __attribute__((weak));

void sluice_collect_memory(void) {
    if (mi_collect) mi_collect(0);
}
