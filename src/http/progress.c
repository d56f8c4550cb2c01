/* Whether a client gets on. */

#include "http/progress.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#ifdef __GLIBC__
#include <linux/tcp.h> /* glibc's own has less of it */
#else
#include <netinet/tcp.h>
#endif

/* Of TCP the kernel counts it, handshakes and half a head included; of a Unix socket we
 * know the bodies, and that what waits to be read by the peer gets more or less. */
uint64_t progress_moved_bytes(struct connection *connection) {
    struct tcp_info info = {.tcpi_state = 0};
    socklen_t length = sizeof info;
    int waiting = 0;
    if (connection->has_peer && getsockopt(connection->fd, IPPROTO_TCP, TCP_INFO, &info, &length) == 0)
        return info.tcpi_bytes_received + info.tcpi_bytes_acked;
    (void)ioctl(connection->fd, TIOCOUTQ, &waiting);
    connection->sent_bytes += (uint64_t)abs(waiting - connection->waiting_bytes);
    connection->waiting_bytes = waiting;
    return connection->taken_bytes + connection->sent_bytes;
}
