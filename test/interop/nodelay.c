/*
 * Loaded into pcscd (LD_PRELOAD): sets TCP_NODELAY on each connection it takes. vpcd sends the length and the body of
 * an APDU in two writes; Nagle's algorithm holds the second one back until the card's delayed acknowledgement, about
 * 40 ms an APDU, which is not the card's doing and would hide it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

int accept(int listener, struct sockaddr *address, socklen_t *length)
{
    static int (*next)(int, struct sockaddr *, socklen_t *);
    if (!next) {
        next = (int (*)(int, struct sockaddr *, socklen_t *)) dlsym(RTLD_NEXT, "accept");
    }
    int connection = next(listener, address, length);
    int on = 1;
    if (connection >= 0) {
        /* Fails on a Unix socket, which needs none of this. */
        (void) setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    return connection;
}
