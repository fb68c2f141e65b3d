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
