#pragma once
// System headers that Swift's Glibc module leaves out, and wrappers for what Swift cannot import.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
