#define _GNU_SOURCE
#include "CSluiceLinux.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <termios.h>

// What ends or stops a program while it waits at a terminal.
static const int numbers[] = {SIGINT, SIGQUIT, SIGTSTP, SIGTERM, SIGHUP};
enum { count_of_numbers = sizeof numbers / sizeof numbers[0] };

// A handler may run on any thread, and between a look at a flag and a read: what it writes into a pipe cannot be missed.
static int noted[2];

static void note(int number) {
    int before = errno;
    unsigned char byte = (unsigned char)number;
    if (write(noted[1], &byte, 1) < 0) {}
    errno = before;
}

static void say(const char *text) {
    if (write(STDERR_FILENO, text, strlen(text)) < 0) {}
}

// Waits for a line, and for a signal, whose number is left in *number.
static ssize_t read_line(char *line, size_t capacity, int *number) {
    struct pollfd entries[2] = {{STDIN_FILENO, POLLIN, 0}, {noted[0], POLLIN, 0}};
    while (poll(entries, 2, -1) < 0)
        if (errno != EINTR) return -1;
    unsigned char byte;
    if (entries[1].revents && read(noted[0], &byte, 1) == 1) {
        *number = byte;
        return -1;
    }
    return read(STDIN_FILENO, line, capacity);
}

// One attempt: the terminal and the handlers are as before when it returns.
static ssize_t read_once(const char *prompt, char *line, size_t capacity, int *number) {
    struct termios before, hidden;
    if (tcgetattr(STDIN_FILENO, &before) != 0) return -1;
    hidden = before;
    hidden.c_lflag = (hidden.c_lflag & ~(tcflag_t)(ECHO | ECHONL)) | ICANON | ISIG;
    struct sigaction ours, others[count_of_numbers];
    memset(&ours, 0, sizeof ours);
    ours.sa_handler = note;
    for (int i = 0; i < count_of_numbers; i++) {
        sigaction(numbers[i], NULL, &others[i]);
        // Whoever started us may have had us ignore some, as nohup does.
        if (others[i].sa_handler != SIG_IGN) sigaction(numbers[i], &ours, NULL);
    }
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    say(prompt);
    ssize_t count = read_line(line, capacity, number);
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &before);
    for (int i = 0; i < count_of_numbers; i++) sigaction(numbers[i], &others[i], NULL);
    say("\n");
    return count;
}

// Threads of Dispatch, and an asynchronous main runs on one, take no signals. Where Swift's runtime would write a report of the crash, as
// for Control-\, none is wanted.
static void raise_here(int number) {
    sigset_t one, before;
    struct sigaction plain, other;
    memset(&plain, 0, sizeof plain);
    plain.sa_handler = SIG_DFL;
    sigaction(number, &plain, &other);
    sigemptyset(&one);
    sigaddset(&one, number);
    pthread_sigmask(SIG_UNBLOCK, &one, &before);
    raise(number);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    sigaction(number, &other, NULL);
}

ssize_t sluice_read_hidden_line(const char *prompt, char *line, size_t capacity) {
    if (pipe2(noted, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
    ssize_t count;
    int number;
    do {
        number = 0;
        count = read_once(prompt, line, capacity, &number);
        // Most end the process here; after a stop it asks again.
        if (number) raise_here(number);
    } while (number);
    close(noted[0]);
    close(noted[1]);
    return count;
}
