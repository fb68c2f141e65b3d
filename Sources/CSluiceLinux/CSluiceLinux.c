// Functions that need GNU extensions: with _GNU_SOURCE in the header, its types would differ from Dispatch's module.
#define _GNU_SOURCE
#include <sched.h>
#include "CSluiceLinux.h"

int sluice_processors(void) {
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    int n = CPU_COUNT(&set);
    return n > 0 ? n : 1;
}

int sluice_accept(int listener, struct sockaddr_storage *address, socklen_t *length) {
    return accept4(listener, (struct sockaddr *)address, length, SOCK_NONBLOCK | SOCK_CLOEXEC);
}

int sluice_bind_unix(const char *path, int backlog) {
    struct sockaddr_un a;
    memset(&a, 0, sizeof a);
    a.sun_family = AF_UNIX;
    if (strlen(path) >= sizeof a.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(a.sun_path, path);
    int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (probe < 0) return -1;
    int alive = connect(probe, (struct sockaddr *)&a, sizeof a) == 0;
    int refused = !alive && errno == ECONNREFUSED;
    close(probe);
    if (alive) {
        errno = EADDRINUSE;
        return -1;
    }
    if (refused) unlink(path);
    int s = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (s < 0) return -1;
    if (bind(s, (struct sockaddr *)&a, sizeof a) != 0 || listen(s, backlog) != 0) {
        int e = errno;
        close(s);
        errno = e;
        return -1;
    }
    return s;
}
