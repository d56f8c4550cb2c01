/* Plays the service manager for the tests of tests/http/, and holds single threads up.
 *
 *   manager notify NAME                 a datagram socket (a path, or '@' and an abstract name): prints "ready", then
 * each message as a line: the sender's pid, a blank, its lines with '|' between manager hold PID THREAD stops every
 * thread of that name, prints "held N", and lets them go at the end of stdin manager activate [-1] [-p PID] [-n NAMES]
 * SOCKET… -- COMMAND… holds sockets (tcp:HOST:PORT, unix:PATH, datagram:PATH, bound:HOST:PORT for one that does not
 *                                       listen), prints "bound HOST:PORT" for each of TCP, and runs the command with
 * them as fd 3…, over and over, until the end of stdin (-1: once); prints "start PID", "exit CODE". -p and -n: another
 *                                       LISTEN_PID, and LISTEN_FDNAMES
 */
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

enum { THREADS_MAX = 64, SOCKETS_MAX = 8, BACKLOG = 4096, FIRST_FD = 3 };

static void die(const char *what) {
    perror(what);
    exit(1);
}

static socklen_t unix_address(struct sockaddr_un *address, const char *name) {
    size_t length = strlen(name);
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    if (length >= sizeof address->sun_path) {
        errno = ENAMETOOLONG;
        die(name);
    }
    memcpy(address->sun_path, name, length);
    if (name[0] == '@')
        address->sun_path[0] = '\0';
    else
        length++;
    return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
}

static _Noreturn void listen_notify(const char *name) {
    struct sockaddr_un address;
    socklen_t length = unix_address(&address, name);
    int on = 1, fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof on) != 0 ||
        bind(fd, (struct sockaddr *)&address, length) != 0)
        die(name);
    puts("ready");
    for (;;) {
        char text[4096], control[CMSG_SPACE(sizeof(struct ucred))];
        struct iovec bytes = {text, sizeof text - 1};
        struct msghdr message = {
            .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control};
        ssize_t got = recvmsg(fd, &message, 0);
        if (got < 0)
            die("recvmsg");
        struct ucred sender = {0};
        struct cmsghdr *header = CMSG_FIRSTHDR(&message);
        if (header && header->cmsg_type == SCM_CREDENTIALS)
            memcpy(&sender, CMSG_DATA(header), sizeof sender);
        text[got] = '\0';
        for (char *at = text; *at; at++)
            if (*at == '\n')
                *at = '|';
        printf("%ld %s\n", (long)sender.pid, text);
    }
}

static int hold(const char *pid, const char *name) {
    char path[64], comm[32];
    pid_t held[THREADS_MAX];
    size_t count = 0;
    snprintf(path, sizeof path, "/proc/%s/task", pid);
    DIR *tasks = opendir(path);
    if (!tasks)
        die(path);
    for (struct dirent *entry; (entry = readdir(tasks)) && count < THREADS_MAX;) {
        pid_t thread = (pid_t)atol(entry->d_name);
        char file[512];
        snprintf(file, sizeof file, "/proc/%s/task/%s/comm", pid, entry->d_name);
        FILE *in = thread > 0 ? fopen(file, "r") : NULL;
        if (!in)
            continue;
        if (!fgets(comm, sizeof comm, in))
            comm[0] = '\0';
        fclose(in);
        comm[strcspn(comm, "\n")] = '\0';
        if (strcmp(comm, name) != 0)
            continue;
        if (ptrace(PTRACE_SEIZE, thread, 0, 0) != 0 || ptrace(PTRACE_INTERRUPT, thread, 0, 0) != 0 ||
            waitpid(thread, NULL, __WALL) != thread)
            die("ptrace");
        held[count++] = thread;
    }
    closedir(tasks);
    printf("held %zu\n", count);
    while (getchar() != EOF) {
    }
    for (size_t i = 0; i < count; i++)
        if (ptrace(PTRACE_DETACH, held[i], 0, 0) != 0)
            die("detach");
    puts("let go");
    return 0;
}

/* Sockets of a test live on loopback: HOST is an address of IPv4, or of IPv6 in brackets. */
static int open_tcp(const char *place, bool listens) {
    struct sockaddr_storage address = {0};
    struct sockaddr_in *v4 = (void *)&address;
    struct sockaddr_in6 *v6 = (void *)&address;
    char host[64], text[64];
    const char *colon = strrchr(place, ':');
    bool is_v6 = place[0] == '[';
    snprintf(host, sizeof host, "%.*s", (int)(colon - place) - 2 * is_v6, place + is_v6);
    in_port_t port = htons((uint16_t)atoi(colon + 1));
    if (is_v6)
        *v6 = (struct sockaddr_in6){.sin6_family = AF_INET6, .sin6_port = port};
    else
        *v4 = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = port};
    int on = 1, fd = socket(address.ss_family, SOCK_STREAM, 0);
    socklen_t length = is_v6 ? sizeof *v6 : sizeof *v4;
    if (inet_pton(address.ss_family, host, is_v6 ? (void *)&v6->sin6_addr : (void *)&v4->sin_addr) != 1 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
        bind(fd, (struct sockaddr *)&address, length) != 0 || (listens && listen(fd, BACKLOG) != 0) ||
        getsockname(fd, (struct sockaddr *)&address, &length) != 0)
        die(place);
    inet_ntop(address.ss_family, is_v6 ? (void *)&v6->sin6_addr : (void *)&v4->sin_addr, text, sizeof text);
    printf(is_v6 ? "bound [%s]:%u\n" : "bound %s:%u\n", text, ntohs(is_v6 ? v6->sin6_port : v4->sin_port));
    return fd;
}

static int open_unix(const char *path, int type) {
    struct sockaddr_un address;
    socklen_t length = unix_address(&address, path);
    int fd = socket(AF_UNIX, type, 0);
    if (fd < 0 || bind(fd, (struct sockaddr *)&address, length) != 0 ||
        (type == SOCK_STREAM && listen(fd, BACKLOG) != 0))
        die(path);
    return fd;
}

static int open_socket(const char *place) {
    const char *rest = strchr(place, ':');
    if (strncmp(place, "tcp:", 4) == 0)
        return open_tcp(rest + 1, true);
    if (strncmp(place, "bound:", 6) == 0)
        return open_tcp(rest + 1, false);
    if (strncmp(place, "unix:", 5) == 0)
        return open_unix(rest + 1, SOCK_STREAM);
    if (strncmp(place, "datagram:", 9) == 0)
        return open_unix(rest + 1, SOCK_DGRAM);
    if (strncmp(place, "file:", 5) == 0)
        return open(rest + 1, O_RDONLY);
    fprintf(stderr, "%s: no such kind\n", place);
    exit(2);
}

struct activation {
    const char *pid, *names;
    const int *sockets;
    int count;
    char **command;
};

static pid_t start(const struct activation *activation) {
    pid_t child = fork();
    if (child != 0) {
        printf("start %ld\n", (long)child);
        return child;
    }
    sigset_t none;
    char text[16];
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (int i = 0; i < activation->count; i++) /* they are numbered upwards from FIRST_FD + SOCKETS_MAX on */
        dup2(activation->sockets[i], FIRST_FD + i);
    snprintf(text, sizeof text, "%ld", (long)getpid());
    setenv("LISTEN_PID", activation->pid ? activation->pid : text, 1);
    snprintf(text, sizeof text, "%d", activation->count);
    setenv("LISTEN_FDS", text, 1);
    if (activation->names)
        setenv("LISTEN_FDNAMES", activation->names, 1);
    execv(activation->command[0], activation->command);
    _exit(127);
}

/* True at the end of stdin, false when the child has ended. */
static bool await_end(int children) {
    struct pollfd waited[] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.fd = children, .events = POLLIN}};
    for (;;) {
        char scratch[64];
        if (poll(waited, 2, -1) < 0)
            continue;
        if (waited[1].revents) {
            (void)!read(children, (char[sizeof(struct signalfd_siginfo)]){0}, sizeof(struct signalfd_siginfo));
            return false;
        }
        if (waited[0].revents && read(STDIN_FILENO, scratch, sizeof scratch) <= 0)
            return true;
    }
}

static int run(const struct activation *activation, bool once) {
    sigset_t child_signal;
    sigemptyset(&child_signal);
    sigaddset(&child_signal, SIGCHLD);
    sigprocmask(SIG_BLOCK, &child_signal, NULL);
    int children = signalfd(-1, &child_signal, SFD_CLOEXEC);
    for (;;) {
        int status = 0;
        pid_t child = start(activation);
        bool ends = await_end(children);
        if (ends)
            kill(child, SIGTERM);
        if (waitpid(child, &status, 0) != child)
            die("waitpid");
        int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        printf("exit %d\n", code);
        if (ends || once || code != 0)
            return code;
    }
}

static int activate(int argc, char **argv) {
    struct activation activation = {0};
    int sockets[SOCKETS_MAX], option;
    bool once = false;
    while ((option = getopt(argc, argv, "+1p:n:")) != -1)
        if (option == '1')
            once = true;
        else if (option == 'p')
            activation.pid = optarg;
        else if (option == 'n')
            activation.names = optarg;
    for (; optind < argc && strchr(argv[optind], ':') && activation.count < SOCKETS_MAX; optind++) {
        int fd = open_socket(argv[optind]);
        sockets[activation.count++] = fcntl(fd, F_DUPFD_CLOEXEC, FIRST_FD + SOCKETS_MAX);
        close(fd);
    }
    activation.sockets = sockets;
    if (optind < argc && strcmp(argv[optind], "--") == 0)
        optind++;
    activation.command = argv + optind;
    return run(&activation, once);
}

int main(int argc, char **argv) {
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 3 && strcmp(argv[1], "notify") == 0)
        listen_notify(argv[2]);
    if (argc == 4 && strcmp(argv[1], "hold") == 0)
        return hold(argv[2], argv[3]);
    if (argc > 3 && strcmp(argv[1], "activate") == 0)
        return activate(argc - 1, argv + 1);
    fputs("usage: see the head of tests/support/manager.c\n", stderr);
    return 2;
}
