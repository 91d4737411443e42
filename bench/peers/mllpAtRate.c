/*
 * Bare MLLP sender on a schedule: mllpAtRate <port> <connections> <message file> <per second> <warm-up ms> <measured ms>
 *
 * One thread that reads the clock, and while nothing is due reads one answer that is there, or asks epoll, without sleeping. Arrival i is due i gaps
 * after the start and belongs to connection i mod <connections>; where that is busy it waits for the answer. How late the loop was to see each
 * arrival is kept, nothing else.
 * Prints meters at the start and at the end, warm-up included, then the lag of the measured arrivals in microseconds: {"p50":N,"p99":N,"p999":N}.
 */
#define _GNU_SOURCE
#include "meters.h"
#include "mllpClient.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>

#define MOST_CONNECTIONS 256

typedef struct {
  Connection *connection;
  int isBusy;
  /* Arrivals that wait for its answer. */
  long waiting;
} Feed;

static Feed feeds[MOST_CONNECTIONS];
static unsigned long long exchanges;

static double nowMicroseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void arrive(Feed *feed) {
  if (feed->isBusy) {
    feed->waiting++;
    return;
  }
  feed->isBusy = 1;
  sendNext(feed->connection);
}

static void readFeed(Feed *feed) {
  if (readAnswer(feed->connection) != ANSWERED) return;
  exchanges++;
  feed->isBusy = 0;
  if (feed->waiting == 0) return;
  feed->waiting--;
  arrive(feed);
}

/* Reads one answer that epoll told of, or asks it again. */
static void readNext(int poll) {
  static struct epoll_event events[MOST_CONNECTIONS];
  static int ready, next;
  if (next < ready) {
    readFeed(events[next++].data.ptr);
    return;
  }
  ready = epoll_wait(poll, events, MOST_CONNECTIONS, 0);
  next = 0;
}

static int compare(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return (a > b) - (a < b);
}

/* Nearest rank (Hyndman and Fan's definition 1), as the bare loop beside it takes it. */
static double quantile(const double *sorted, long count, long thousandths) {
  long rank = (thousandths * count + 999) / 1000;
  return sorted[rank > 0 ? rank - 1 : 0];
}

int main(int count, char **words) {
  if (count != 7) refuse("usage: mllpAtRate <port> <connections> <message file> <per second> <warm-up ms> <measured ms>");
  readMessage(words[3]);
  int connections = atoi(words[2]);
  if (connections < 1 || connections > MOST_CONNECTIONS) refuse("connections: 1 to 256");
  double gap = 1e6 / atof(words[4]);
  long first = (long)(atof(words[5]) * 1e3 / gap), arrivals = first + (long)(atof(words[6]) * 1e3 / gap);
  /* Written through, and not with 0, which calloc may stand in for: no page of it is new to the loop. */
  double *lag = malloc((size_t)arrivals * sizeof *lag);
  if (lag == NULL) fail("malloc");
  for (long i = 0; i < arrivals; i++) lag[i] = 1;
  int poll = epoll_create1(EPOLL_CLOEXEC);
  if (poll < 0) fail("epoll_create1");
  for (int i = 0; i < connections; i++) {
    feeds[i].connection = openConnection(atoi(words[1]));
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = &feeds[i]};
    if (epoll_ctl(poll, EPOLL_CTL_ADD, feeds[i].connection->wire.fd, &event) != 0) fail("epoll_ctl");
  }
  printMeters(exchanges);
  double start = nowMicroseconds();
  for (long i = 0; i < arrivals;) {
    double late = nowMicroseconds() - start - (double)i * gap;
    if (late < 0) {
      readNext(poll);
      continue;
    }
    lag[i] = late;
    arrive(&feeds[i++ % connections]);
  }
  printMeters(exchanges);
  qsort(lag + first, (size_t)(arrivals - first), sizeof *lag, compare);
  const double *measured = lag + first;
  long of = arrivals - first;
  printf("{\"p50\":%.3f,\"p99\":%.3f,\"p999\":%.3f}\n", quantile(measured, of, 500), quantile(measured, of, 990), quantile(measured, of, 999));
}
