/*
 * Bare MLLP sender: mllpSender <port> <connections> <message file> [<certificate that it trusts>]
 *
 * One thread over epoll; one message in flight on each connection, the next as soon as the acknowledgement is there: one recv and one
 * send for each exchange. Every frame is the message of the file, made once for each connection; for each send only the digits of MSH-10
 * are written anew. An acknowledgement must begin with VT, end with FS CR, say MSA|AA| and name the control id that was sent, byte for
 * byte; anything else ends the program. No times are taken, nothing else is recorded.
 * Prints {"connections":N} when all are open and sending, then meters whenever a line comes; ends with its input.
 */
#define _GNU_SOURCE
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

enum { VT = 0x0b, FS = 0x1c, CR = 0x0d };

#define EVENTS 256
#define READ_BYTES (64 * 1024)
#define ID_HEAD "PEER"
#define ID_DIGITS 11
#define ID_BYTES (sizeof ID_HEAD - 1 + ID_DIGITS)
#define SEPARATORS_BEFORE_ID 9

typedef struct {
  Wire wire;
  /* VT, message, FS CR. */
  char *frame;
  char *id;
  /* The beginning of an acknowledgement that came cut. */
  size_t held;
  char answer[READ_BYTES];
} Connection;

static size_t frameBytes;
static unsigned long long exchanges, numbered;

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void refuse(const char *why) {
  fprintf(stderr, "mllpSender: %s\n", why);
  exit(1);
}

/* The message of a file around which every frame is built: its MSH-10 is replaced by an id of ID_BYTES. */
static char *readFrame(const char *fileName, size_t *idAt) {
  static char message[1024 * 1024];
  FILE *file = fopen(fileName, "rb");
  if (file == NULL) fail(fileName);
  size_t length = fread(message, 1, sizeof message, file);
  fclose(file);
  const char *id = message;
  for (int separators = 0; separators < SEPARATORS_BEFORE_ID; separators++) {
    id = memchr(id, '|', length - (size_t)(id - message));
    if (id == NULL) refuse("the message has no MSH-10");
    id++;
  }
  const char *after = memchr(id, '|', length - (size_t)(id - message));
  if (after == NULL) refuse("the message ends in MSH-10");
  size_t before = (size_t)(id - message), rest = length - (size_t)(after - message);
  frameBytes = 1 + before + ID_BYTES + rest + 2;
  char *frame = malloc(frameBytes);
  if (frame == NULL) fail("malloc");
  char *at = frame;
  *at++ = VT;
  at = mempcpy(at, message, before);
  *idAt = (size_t)(at - frame);
  at = mempcpy(at, ID_HEAD, sizeof ID_HEAD - 1);
  at += ID_DIGITS;
  at = mempcpy(at, after, rest);
  *at++ = FS;
  *at = CR;
  return frame;
}

static void sendNext(Connection *connection) {
  unsigned long long rest = numbered++;
  char *digits = connection->id + sizeof ID_HEAD - 1;
  for (int i = ID_DIGITS - 1; i >= 0; i--, rest /= 10) digits[i] = (char)('0' + rest % 10);
  /* A frame is far smaller than the socket's buffer, which is empty: it goes out whole. */
  if (wireWrite(&connection->wire, connection->frame, frameBytes) != (ssize_t)frameBytes) fail("send");
}

static void check(const Connection *connection, const char *answer, size_t length) {
  static const char accepted[] = "\rMSA|AA|";
  if (answer[0] != VT) refuse("an answer does not begin with VT");
  const char *msa = memmem(answer, length, accepted, sizeof accepted - 1);
  if (msa == NULL) refuse("an answer is not AA");
  const char *id = msa + sizeof accepted - 1;
  if ((size_t)(answer + length - id) < ID_BYTES || memcmp(id, connection->id, ID_BYTES) != 0 || (id[ID_BYTES] != CR && id[ID_BYTES] != '|'))
    refuse("an answer names another control id");
}

/* Returns whether something was read. */
static int readAnswer(Connection *connection) {
  ssize_t length = wireRead(&connection->wire, connection->answer + connection->held, READ_BYTES - connection->held);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (length <= 0) refuse("the receiver closed a connection");
  connection->held += (size_t)length;
  const char *end = connection->answer + connection->held;
  if (connection->held == READ_BYTES) refuse("an answer does not end");
  if (connection->held < 3 || end[-1] != CR || end[-2] != FS) return 1;
  check(connection, connection->answer, connection->held);
  connection->held = 0;
  exchanges++;
  sendNext(connection);
  return 1;
}

static int dial(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int on = 1;
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

static Connection *open(int port, const char *frame, size_t idAt) {
  Connection *connection = calloc(1, sizeof *connection);
  if (connection == NULL || (connection->frame = malloc(frameBytes)) == NULL) fail("malloc");
  memcpy(connection->frame, frame, frameBytes);
  connection->id = connection->frame + idAt;
  if (!wireConnect(&connection->wire, dial(port))) refuse("no connection");
  return connection;
}

int main(int count, char **words) {
  if (count < 4) refuse("usage: mllpSender <port> <connections> <message file> [<certificate>]");
  wireSetUp(count > 4 ? words[4] : NULL, NULL);
  size_t idAt;
  const char *frame = readFrame(words[3], &idAt);
  int connections = atoi(words[2]);
  int poll = epoll_create1(EPOLL_CLOEXEC);
  if (poll < 0) fail("epoll_create1");
  struct epoll_event onInput = {.events = EPOLLIN, .data.ptr = NULL};
  if (epoll_ctl(poll, EPOLL_CTL_ADD, STDIN_FILENO, &onInput) != 0) fail("standard input must be a pipe: epoll_ctl");
  for (int i = 0; i < connections; i++) {
    Connection *connection = open(atoi(words[1]), frame, idAt);
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
      if (connection != NULL) while (readAnswer(connection) && wireHolds(&connection->wire)) continue;
      else if (inputEnded(exchanges)) {
        printMeters(exchanges);
        return 0;
      }
    }
  }
}
