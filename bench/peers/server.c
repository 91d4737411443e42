/*
 * <receiver> [<certificate> <key>]: listens on 127.0.0.1 and prints {"port":N}; prints its meters whenever a line comes, and once more
 * when standard input ends: then it exits, so that it never outlives the bench.
 */
#define _GNU_SOURCE
#include "server.h"

#include "meters.h"
#include "wire.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define READ_BYTES (256 * 1024)
/* A peer that sends on without reading its replies is not read any further. */
#define MOST_PENDING_BYTES (1024 * 1024)
#define EVENTS 256

struct Connection {
  Wire wire;
  int isClosing;
  unsigned watched;
  char *pending;
  size_t pendingFrom;
  size_t pendingTo;
  size_t pendingRoom;
  void *state;
};

static char readBuffer[READ_BYTES];
static unsigned long long exchanges;
static int poll;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

void countExchange(void) {
  exchanges++;
}

void reply(Connection *connection, const char *bytes, size_t length) {
  if (connection->pendingTo + length > connection->pendingRoom) {
    size_t room = (connection->pendingTo + length) * 2;
    char *larger = realloc(connection->pending, room);
    if (larger == NULL) fail("realloc");
    connection->pending = larger;
    connection->pendingRoom = room;
  }
  memcpy(connection->pending + connection->pendingTo, bytes, length);
  connection->pendingTo += length;
}

void closeAfterReplies(Connection *connection) {
  connection->isClosing = 1;
}

static void watch(Connection *connection, unsigned events) {
  if (connection->watched == events) return;
  struct epoll_event event = {.events = events, .data.ptr = connection};
  if (epoll_ctl(poll, EPOLL_CTL_MOD, connection->wire.fd, &event) != 0) fail("epoll_ctl");
  connection->watched = events;
}

static void drop(Connection *connection) {
  wireClose(&connection->wire);
  free(connection->pending);
  free(connection->state);
  free(connection);
}

/* Returns 0 when the connection is gone. */
static int flush(Connection *connection) {
  while (connection->pendingFrom < connection->pendingTo) {
    ssize_t written = wireWrite(&connection->wire, connection->pending + connection->pendingFrom,
                                connection->pendingTo - connection->pendingFrom);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (written < 0) {
      drop(connection);
      return 0;
    }
    connection->pendingFrom += (size_t)written;
  }
  size_t left = connection->pendingTo - connection->pendingFrom;
  if (left == 0) connection->pendingFrom = connection->pendingTo = 0;
  if (left == 0 && connection->isClosing) {
    drop(connection);
    return 0;
  }
  int reads = !connection->isClosing && left < MOST_PENDING_BYTES;
  watch(connection, (reads ? EPOLLIN : 0) | (left > 0 ? EPOLLOUT : 0));
  return 1;
}

/* Returns whether there may be more to read that epoll does not tell of. */
static int readSome(Connection *connection) {
  ssize_t length = wireRead(&connection->wire, readBuffer, READ_BYTES);
  if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return 0;
  if (length <= 0) {
    drop(connection);
    return 0;
  }
  codecRead(connection, connection->state, readBuffer, (size_t)length);
  return flush(connection) && !connection->isClosing && wireHolds(&connection->wire);
}

static void serve(Connection *connection, unsigned events) {
  if ((events & EPOLLOUT) && !flush(connection)) return;
  if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR))) return;
  while (readSome(connection)) continue;
}

static void acceptAll(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL || (connection->state = calloc(1, codecStateBytes)) == NULL) fail("calloc");
    wireAccept(&connection->wire, fd);
    connection->watched = EPOLLIN;
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
  }
}

static int listenOnLoopback(void) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof address;
  if (listener < 0 || bind(listener, (struct sockaddr *)&address, size) != 0 || listen(listener, 1024) != 0) fail("listen");
  if (getsockname(listener, (struct sockaddr *)&address, &size) != 0) fail("getsockname");
  printf("{\"port\":%d}\n", ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

int main(int count, char **words) {
  /* Marks the two descriptors that are no connection. */
  static char listenerMark, inputMark;
  wireSetUp(count > 2 ? words[1] : NULL, count > 2 ? words[2] : NULL);
  poll = epoll_create1(EPOLL_CLOEXEC);
  if (poll < 0) fail("epoll_create1");
  int listener = listenOnLoopback();
  struct epoll_event onListener = {.events = EPOLLIN, .data.ptr = &listenerMark};
  struct epoll_event onInput = {.events = EPOLLIN, .data.ptr = &inputMark};
  if (epoll_ctl(poll, EPOLL_CTL_ADD, listener, &onListener) != 0) fail("epoll_ctl");
  if (epoll_ctl(poll, EPOLL_CTL_ADD, STDIN_FILENO, &onInput) != 0) fail("standard input must be a pipe: epoll_ctl");
  for (;;) {
    struct epoll_event events[EVENTS];
    int count = epoll_wait(poll, events, EVENTS, -1);
    if (count < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < count; i++) {
      if (events[i].data.ptr == &listenerMark) acceptAll(listener);
      else if (events[i].data.ptr != &inputMark) serve(events[i].data.ptr, events[i].events);
      else if (inputEnded(exchanges)) {
        printMeters(exchanges);
        return 0;
      }
    }
  }
}
