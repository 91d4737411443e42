/*
 * Listens on 127.0.0.1 and prints {"port":N}; serves until standard input ends, so that it never outlives the bench; then prints
 * {"exchanges":N,"cpuMicroseconds":N,"starvedShare":X} and exits.
 */
#define _GNU_SOURCE
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define READ_BYTES (256 * 1024)
/* A peer that sends on without reading its replies is not read any further. */
#define MOST_PENDING_BYTES (1024 * 1024)
#define EVENTS 256

struct Connection {
  int fd;
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
  if (epoll_ctl(poll, EPOLL_CTL_MOD, connection->fd, &event) != 0) fail("epoll_ctl");
  connection->watched = events;
}

static void drop(Connection *connection) {
  close(connection->fd);
  free(connection->pending);
  free(connection->state);
  free(connection);
}

/* Returns 0 when the connection is gone. */
static int flush(Connection *connection) {
  while (connection->pendingFrom < connection->pendingTo) {
    ssize_t written = send(connection->fd, connection->pending + connection->pendingFrom,
                           connection->pendingTo - connection->pendingFrom, MSG_NOSIGNAL);
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

static void serve(Connection *connection, unsigned events) {
  if ((events & EPOLLOUT) && !flush(connection)) return;
  if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR))) return;
  ssize_t length = recv(connection->fd, readBuffer, READ_BYTES, 0);
  if (length < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
  if (length <= 0) {
    drop(connection);
    return;
  }
  codecRead(connection, connection->state, readBuffer, (size_t)length);
  flush(connection);
}

static void acceptAll(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    int on = 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    Connection *connection = calloc(1, sizeof *connection);
    if (connection == NULL || (connection->state = calloc(1, codecStateBytes)) == NULL) fail("calloc");
    connection->fd = fd;
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

static int inputEnded(void) {
  char ignored[256];
  return read(STDIN_FILENO, ignored, sizeof ignored) <= 0;
}

static double elapsedNanoseconds(const struct timespec *from) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)(now.tv_sec - from->tv_sec) * 1e9 + (double)(now.tv_nsec - from->tv_nsec);
}

/* Time runnable without a CPU since `from`, as a share of it: second field of schedstat (Linux Documentation/scheduler/sched-stats). */
static void printStarvedShare(const struct timespec *from) {
  unsigned long long ran, waited;
  FILE *file = fopen("/proc/self/schedstat", "r");
  int fields = file == NULL ? 0 : fscanf(file, "%llu %llu", &ran, &waited);
  if (fields == 2) printf("%f", (double)waited / elapsedNanoseconds(from));
  else printf("null");
}

static void report(const struct timespec *from) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  long long cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
  printf("{\"exchanges\":%llu,\"cpuMicroseconds\":%lld,\"starvedShare\":", exchanges, cpu);
  printStarvedShare(from);
  printf("}\n");
}

int main(void) {
  /* Marks the two descriptors that are no connection. */
  static char listenerMark, inputMark;
  struct timespec from;
  clock_gettime(CLOCK_MONOTONIC, &from);
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
      else if (inputEnded()) {
        report(&from);
        return 0;
      }
    }
  }
}
