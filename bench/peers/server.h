/* A bare single-threaded epoll server: what a benchmark receiver is built on. */
#ifndef BENCH_SERVER_H
#define BENCH_SERVER_H

#include <stddef.h>

typedef struct Connection Connection;

/* Bytes of codec state that every connection gets, zeroed. */
extern const size_t codecStateBytes;

/* Takes the next bytes of a connection, cut anywhere; answers by `reply`. */
void codecRead(Connection *connection, void *state, const char *bytes, size_t length);

/* Queues bytes for the connection; all that one read caused goes out in one write. */
void reply(Connection *connection, const char *bytes, size_t length);

/* Closes the connection once its replies are written; nothing more is read from it. */
void closeAfterReplies(Connection *connection);

/* Counts one answered exchange. */
void countExchange(void);

#endif
