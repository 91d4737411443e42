/*
 * A connected, non-blocking socket, plain or (compiled with -DWITH_TLS) under TLS 1.3 by OpenSSL. Both calls are those of recv(2) and
 * send(2): -1 with errno EAGAIN when there is nothing to do yet, 0 from `wireRead` at the end of the stream.
 */
#ifndef BENCH_WIRE_H
#define BENCH_WIRE_H

#include <sys/types.h>

typedef struct {
  int fd;
  void *tls;
} Wire;

/* What a process needs once: a server's certificate and key (PEM), or the certificate that a client trusts (key NULL). NULL without TLS. */
void wireSetUp(const char *certificateFile, const char *keyFile);

/* Takes a socket that was accepted; the handshake is done by the first reads. */
void wireAccept(Wire *wire, int fd);

/* Takes a blocking socket that is connected, does the handshake, and makes the socket non-blocking. Returns 0 when the peer was refused. */
int wireConnect(Wire *wire, int fd);

ssize_t wireRead(Wire *wire, char *bytes, size_t room);
ssize_t wireWrite(Wire *wire, const char *bytes, size_t length);

/* Whether `wireRead` may have more although the socket has nothing: epoll would not tell. */
int wireHolds(const Wire *wire);

void wireClose(Wire *wire);

#endif
