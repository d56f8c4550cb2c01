#ifndef CXD_TESTS_CONTRACT_CLUSTER_H
#define CXD_TESTS_CONTRACT_CLUSTER_H

/* A PostgreSQL of the test program's own: made of a copy of a cluster that is made once a build folder, in memory where
 * there is such a place, listening in its own directory alone. A process that watches over the program stops it, and
 * removes its directory, however the program ends. Nothing of it is durable: what happens when it dies is another
 * test's. */

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <libpq-fe.h>
#include <poll.h>
#include <pwd.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../support/unit.h"

#define CLUSTER_URL "postgresql:"

static struct cluster {
    char directory[48]; /* has the sockets, and the data */
    int watch;          /* as long as it is open the cluster runs */
    unsigned databases;
    PGconn *conn; /* to "postgres" */
} cluster;

/* Where initdb and postgres are: the newest there is. */
static inline const char *cluster_programs(void) {
    static char path[128];
    glob_t found;
    if (glob("/usr/lib/postgresql/*/bin/initdb", 0, NULL, &found) != 0)
        fail_msg("there is no PostgreSQL: make deps-test installs it, and POSTGRESQL=no builds without");
    snprintf(path, sizeof path, "%s", found.gl_pathv[found.gl_pathc - 1]);
    *strrchr(path, '/') = '\0';
    globfree(&found);
    return path;
}

/* PostgreSQL does not run as root. */
static inline const struct passwd *cluster_user(void) {
    return geteuid() == 0 ? getpwnam("nobody") : NULL;
}

static inline void cluster_exec(const char *const *words) {
    const struct passwd *user = cluster_user();
    if (user && (setgid(user->pw_gid) != 0 || setuid(user->pw_uid) != 0))
        _exit(126);
    execv(words[0], (char *const *)words);
    _exit(127);
}

static inline void cluster_run(const char *const *words, bool as_user) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        dup2(open("/dev/null", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
        if (as_user)
            cluster_exec(words);
        execv(words[0], (char *const *)words);
        _exit(127);
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    if (status != 0)
        fail_msg("%s ends with %d", words[0], status);
}

static inline void cluster_give(const char *path) {
    const struct passwd *user = cluster_user();
    assert_int_equal(user ? chown(path, user->pw_uid, user->pw_gid) : 0, 0);
}

/* The template, build/postgresql/data: made in a directory that its user can reach, and put there whole. */
static inline void cluster_make_template(const char *directory) {
    char program[160], data[80], moved[80];
    snprintf(program, sizeof program, "%s/initdb", cluster_programs());
    snprintf(data, sizeof data, "%s/first", directory);
    cluster_run((const char *const[]){program, "-D", data, "-U", "cxd", "-A", "trust", "--no-sync", "--no-locale", "-E",
                                      "UTF8", NULL},
                true);
    snprintf(moved, sizeof moved, "build/postgresql/made.%d", (int)getpid());
    cluster_run((const char *const[]){"/bin/cp", "-a", data, moved, NULL}, false);
    assert_int_equal(rename(moved, "build/postgresql/data"), 0);
}

static inline void cluster_copy_template(const char *directory) {
    char data[80];
    mkdir("build", 0777);
    mkdir("build/postgresql", 0777);
    int lock = open("build/postgresql/lock", O_CREAT | O_RDWR | O_CLOEXEC, 0600);
    assert_true(lock >= 0 && flock(lock, LOCK_EX) == 0);
    if (access("build/postgresql/data/PG_VERSION", R_OK) != 0)
        cluster_make_template(directory);
    close(lock);
    snprintf(data, sizeof data, "%s/data", directory);
    cluster_run((const char *const[]){"/bin/cp", "-a", "build/postgresql/data", data, NULL}, false);
}

static inline pid_t cluster_serve(const char *directory, int log) {
    char program[160], data[80], sockets[96];
    snprintf(program, sizeof program, "%s/postgres", cluster_programs());
    snprintf(data, sizeof data, "%s/data", directory);
    snprintf(sockets, sizeof sockets, "unix_socket_directories=%s", directory);
    pid_t child = fork();
    if (child != 0)
        return child;
    dup2(log, STDERR_FILENO);
    cluster_exec((const char *const[]){program,
                                       "-D",
                                       data,
                                       "-c",
                                       sockets,
                                       "-c",
                                       "listen_addresses=",
                                       "-c",
                                       "fsync=off",
                                       "-c",
                                       "full_page_writes=off",
                                       "-c",
                                       "autovacuum=off",
                                       "-c",
                                       "max_connections=40",
                                       "-c",
                                       "shared_buffers=16MB",
                                       "-c",
                                       "lc_messages=C",
                                       "-c",
                                       "max_wal_size=64MB",
                                       NULL});
    return -1;
}

/* What it says goes nowhere, but that it is ready, or why it is not. */
static inline bool cluster_await(int log, int ready) {
    char text[4096];
    size_t length = 0;
    for (ssize_t got; (got = read(log, text + length, sizeof text - 1 - length)) > 0;) {
        text[length += (size_t)got] = '\0';
        if (strstr(text, "ready to accept connections"))
            return write(ready, "+", 1) == 1;
        if (length > sizeof text / 2) {
            memmove(text, text + length / 2, length - length / 2);
            length -= length / 2;
        }
    }
    return write(ready, text, length) < 0;
}

/* Until nobody holds the other end of `watch`. */
static inline void cluster_watch_over(const char *directory, int watch, int ready) {
    int log[2];
    char byte;
    setsid();
    if (pipe2(log, O_CLOEXEC) != 0)
        _exit(1);
    pid_t server = cluster_serve(directory, log[1]);
    close(log[1]);
    cluster_await(log[0], ready);
    close(ready);
    struct pollfd ends[] = {{.fd = watch, .events = POLLIN}, {.fd = log[0], .events = POLLIN}};
    char drained[512];
    while (poll(ends, 2, -1) >= 0 && ends[0].revents == 0)
        if (read(log[0], drained, sizeof drained) <= 0)
            ends[1].fd = -1;
    while (read(watch, &byte, 1) > 0)
        ;
    kill(server, SIGQUIT);
    waitpid(server, NULL, 0);
    execl("/bin/rm", "rm", "-rf", directory, (char *)NULL);
    _exit(1);
}

static inline void cluster_url(char *url, size_t size, const char *database) {
    snprintf(url, size, CLUSTER_URL "///%s?host=%s&user=cxd", database, cluster.directory);
}

static inline void cluster_start(void) {
    int watch[2], ready[2];
    char said[512];
    strcpy(cluster.directory, access("/dev/shm", W_OK) == 0 ? "/dev/shm/cxd-pg-XXXXXX" : "/tmp/cxd-pg-XXXXXX");
    assert_non_null(mkdtemp(cluster.directory));
    cluster_give(cluster.directory);
    assert_int_equal(pipe2(watch, O_CLOEXEC), 0);
    assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
    pid_t watcher = fork();
    assert_true(watcher >= 0);
    if (watcher == 0) {
        close(watch[1]);
        close(ready[0]);
        signal(SIGINT, SIG_IGN);
        /* The copy is made by the one who removes it. */
        cluster_copy_template(cluster.directory);
        cluster_watch_over(cluster.directory, watch[0], ready[1]);
    }
    close(watch[0]);
    close(ready[1]);
    cluster.watch = watch[1];
    ssize_t got = read(ready[0], said, sizeof said - 1);
    close(ready[0]);
    if (got != 1)
        fail_msg("PostgreSQL does not start: %.*s", got > 0 ? (int)got : 0, said);
    char url[128];
    cluster_url(url, sizeof url, "postgres");
    cluster.conn = PQconnectdb(url);
    if (PQstatus(cluster.conn) != CONNECTION_OK)
        fail_msg("%s", PQerrorMessage(cluster.conn));
}

/* SQL of several statements, by the superuser, in the database "postgres". */
static inline void cluster_exec_sql(const char *sql) {
    PGresult *result = PQexec(cluster.conn, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(cluster.conn));
    PQclear(result);
}

/* A database of its own, empty, by the URL of it. */
static inline void cluster_database(char *url, size_t size) {
    char sql[64], name[16];
    if (cluster.watch == 0)
        cluster_start();
    snprintf(name, sizeof name, "d%u", ++cluster.databases);
    snprintf(sql, sizeof sql, "CREATE DATABASE %s", name);
    cluster_exec_sql(sql);
    cluster_url(url, size, name);
}

/* The one of a URL. */
static inline void cluster_drop_database(const char *url) {
    char sql[96];
    const char *name = url + strlen(CLUSTER_URL "///");
    snprintf(sql, sizeof sql, "DROP DATABASE %.*s WITH (FORCE)", (int)strcspn(name, "?"), name);
    cluster_exec_sql(sql);
}

/* SQL of several statements, in the database of a URL. */
static inline void cluster_run_sql(const char *url, const char *sql) {
    PGconn *conn = PQconnectdb(url);
    PGresult *result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(conn));
    PQclear(result);
    PQfinish(conn);
}

static inline void cluster_stop(void) {
    if (cluster.watch == 0)
        return;
    PQfinish(cluster.conn);
    close(cluster.watch);
    cluster = (struct cluster){0};
    while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
        ;
}

#endif
