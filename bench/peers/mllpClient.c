#define _GNU_SOURCE
#include "mllpClient.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

enum { VT = 0x0b, FS = 0x1c, CR = 0x0d };

#define ID_HEAD "PEER"
#define ID_DIGITS 11
#define ID_BYTES (sizeof ID_HEAD - 1 + ID_DIGITS)
#define SEPARATORS_BEFORE_ID 9

static char *frame;
static size_t frameBytes, idAt;
static unsigned long long numbered;

void fail(const char *what) {
  perror(what);
  exit(1);
}

void refuse(const char *why) {
  fprintf(stderr, "%s\n", why);
  exit(1);
}

void readMessage(const char *fileName) {
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
  frame = malloc(frameBytes);
  if (frame == NULL) fail("malloc");
  char *at = frame;
  *at++ = VT;
  at = mempcpy(at, message, before);
  idAt = (size_t)(at - frame);
  at = mempcpy(at, ID_HEAD, sizeof ID_HEAD - 1);
  at += ID_DIGITS;
  at = mempcpy(at, after, rest);
  *at++ = FS;
  *at = CR;
}

static int dial(int port) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((unsigned short)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int on = 1;
  if (fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

Connection *openConnection(int port) {
  Connection *connection = calloc(1, sizeof *connection);
  if (connection == NULL || (connection->frame = malloc(frameBytes)) == NULL) fail("malloc");
  memcpy(connection->frame, frame, frameBytes);
  connection->id = connection->frame + idAt;
  if (!wireConnect(&connection->wire, dial(port))) refuse("no connection");
  return connection;
}

void sendNext(Connection *connection) {
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

Reading readAnswer(Connection *connection) {
  ssize_t length = wireRead(&connection->wire, connection->answer + connection->held, READ_BYTES - connection->held);
  if (length < 0 && (errno == EAGAIN || errno == EINTR)) return NOTHING;
  if (length <= 0) refuse("the receiver closed a connection");
  connection->held += (size_t)length;
  const char *end = connection->answer + connection->held;
  if (connection->held == READ_BYTES) refuse("an answer does not end");
  if (connection->held < 3 || end[-1] != CR || end[-2] != FS) return PART;
  check(connection, connection->answer, connection->held);
  connection->held = 0;
  return ANSWERED;
}
