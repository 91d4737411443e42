/*
 * Bare MLLP sender: mllpSender <port> <connections> <message file> [<certificate that it trusts>]
 *
 * One thread over epoll; one message in flight on each connection, the next as soon as the acknowledgement is there: one recv and one
 * send for each exchange. No times are taken, nothing else is recorded.
 * Prints {"connections":N} when all are open and sending, then meters whenever a line comes; ends with its input.
 */
#define _GNU_SOURCE
#include "meters.h"
#include "mllpClient.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS 256

static unsigned long long exchanges;

/* Returns whether something was read. */
static int goOn(Connection *connection) {
  Reading reading = readAnswer(connection);
  if (reading == ANSWERED) {
    exchanges++;
    sendNext(connection);
  }
  return reading != NOTHING;
}

int main(int count, char **words) {
  if (count < 4) refuse("usage: mllpSender <port> <connections> <message file> [<certificate>]");
  wireSetUp(count > 4 ? words[4] : NULL, NULL);
  readMessage(words[3]);
  int connections = atoi(words[2]);
  int poll = epoll_create1(EPOLL_CLOEXEC);
  if (poll < 0) fail("epoll_create1");
  struct epoll_event onInput = {.events = EPOLLIN, .data.ptr = NULL};
  if (epoll_ctl(poll, EPOLL_CTL_ADD, STDIN_FILENO, &onInput) != 0) fail("standard input must be a pipe: epoll_ctl");
  for (int i = 0; i < connections; i++) {
    Connection *connection = openConnection(atoi(words[1]));
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, connection->wire.fd, &event) != 0) fail("epoll_ctl");
    sendNext(connection);
  }
  printf("{\"connections\":%d}\n", connections);
  fflush(stdout);
  for (;;) {
    struct epoll_event events[EVENTS];
    int ready = epoll_wait(poll, events, EVENTS, -1);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < ready; i++) {
      Connection *connection = events[i].data.ptr;
      if (connection != NULL) while (goOn(connection) && wireHolds(&connection->wire)) continue;
      else if (inputEnded(exchanges)) {
        printMeters(exchanges);
        return 0;
      }
    }
  }
}
