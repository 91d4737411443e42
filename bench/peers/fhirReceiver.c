/* HTTP/1.1 responder: reads each request whole (head, and body by Content-Length) and answers with a fixed searchset Bundle of total 1. */
#define _GNU_SOURCE
#include "server.h"

#include <string.h>
#include <strings.h>

#define MOST_HEAD_BYTES (16 * 1024)

typedef struct {
  /* Bytes of the body that are still to come; 0 while a head is read. */
  unsigned long long bodyLeft;
  size_t heldBytes;
  char held[MOST_HEAD_BYTES];
} State;

const size_t codecStateBytes = sizeof(State);

#define BODY \
  "{\"resourceType\":\"Bundle\",\"type\":\"searchset\",\"total\":1,\"entry\":[{\"resource\":{\"resourceType\":\"Patient\"," \
  "\"id\":\"p1\",\"active\":true},\"search\":{\"mode\":\"match\"}}]}"

static const char bundleHead[] = "HTTP/1.1 200 OK\r\nContent-Type: application/fhir+json;charset=utf-8\r\nContent-Length: ";
static const char refusal[] = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

static void answer(Connection *connection) {
  static char bundle[sizeof bundleHead + sizeof BODY + 32];
  static size_t bundleBytes = 0;
  if (bundleBytes == 0) {
    char digits[20];
    size_t count = 0;
    for (size_t rest = sizeof BODY - 1; rest > 0; rest /= 10) digits[count++] = (char)('0' + rest % 10);
    char *at = mempcpy(bundle, bundleHead, sizeof bundleHead - 1);
    while (count > 0) *at++ = digits[--count];
    at = mempcpy(at, "\r\n\r\n" BODY, sizeof BODY + 3);
    bundleBytes = (size_t)(at - bundle);
  }
  reply(connection, bundle, bundleBytes);
  countExchange();
}

static void refuse(Connection *connection) {
  reply(connection, refusal, sizeof refusal - 1);
  closeAfterReplies(connection);
}

/* Length of the body that a head announces, or -1 for a head that this responder does not take (chunked, or no number). */
static long long bodyBytes(const char *head, size_t length) {
  static const char name[] = "\r\nContent-Length:";
  static const char coding[] = "\r\nTransfer-Encoding:";
  long long bytes = 0;
  const char *end = head + length;
  for (const char *line = memmem(head, length, "\r\n", 2); line != NULL && line + 4 < end;
       line = memmem(line + 2, (size_t)(end - line - 2), "\r\n", 2)) {
    size_t left = (size_t)(end - line);
    if (left > sizeof coding && strncasecmp(line, coding, sizeof coding - 1) == 0) return -1;
    if (left <= sizeof name || strncasecmp(line, name, sizeof name - 1) != 0) continue;
    const char *at = line + sizeof name - 1;
    while (*at == ' ' || *at == '\t') at++;
    if (*at < '0' || *at > '9') return -1;
    for (bytes = 0; *at >= '0' && *at <= '9' && bytes < (1LL << 40); at++) bytes = bytes * 10 + (*at - '0');
  }
  return bytes;
}

/* A head that ends at `head + length`: goes on to its body, or answers. */
static int headRead(Connection *connection, State *state, const char *head, size_t length) {
  long long bytes = bodyBytes(head, length);
  if (bytes < 0) {
    refuse(connection);
    return 0;
  }
  state->bodyLeft = (unsigned long long)bytes;
  if (bytes == 0) answer(connection);
  return 1;
}

/* Bytes of `bytes` that belong to the head at hand, or 0 when the connection is to be closed. */
static size_t readHead(Connection *connection, State *state, const char *bytes, size_t length) {
  if (state->heldBytes == 0) {
    const char *end = memmem(bytes, length, "\r\n\r\n", 4);
    if (end != NULL) return headRead(connection, state, bytes, (size_t)(end + 4 - bytes)) ? (size_t)(end + 4 - bytes) : 0;
  }
  size_t before = state->heldBytes;
  size_t take = length < MOST_HEAD_BYTES - before ? length : MOST_HEAD_BYTES - before;
  memcpy(state->held + before, bytes, take);
  state->heldBytes += take;
  size_t from = before < 3 ? 0 : before - 3;
  const char *end = memmem(state->held + from, state->heldBytes - from, "\r\n\r\n", 4);
  if (end == NULL) {
    if (state->heldBytes < MOST_HEAD_BYTES) return take;
    refuse(connection);
    return 0;
  }
  size_t headBytes = (size_t)(end + 4 - state->held);
  state->heldBytes = 0;
  return headRead(connection, state, state->held, headBytes) ? headBytes - before : 0;
}

void codecRead(Connection *connection, void *codecState, const char *bytes, size_t length) {
  State *state = codecState;
  size_t at = 0;
  while (at < length) {
    if (state->bodyLeft > 0) {
      size_t take = state->bodyLeft < length - at ? (size_t)state->bodyLeft : length - at;
      state->bodyLeft -= take;
      at += take;
      if (state->bodyLeft == 0) answer(connection);
    } else {
      size_t taken = readHead(connection, state, bytes + at, length - at);
      if (taken == 0) return;
      at += taken;
    }
  }
}
