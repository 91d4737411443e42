/* MLLP receiver: answers each frame (VT payload FS CR) with a minimal AA whose MSA-2 is the frame's MSH-10. Keeps no payload. */
#define _GNU_SOURCE
#include "server.h"

#include <string.h>

enum { VT = 0x0b, FS = 0x1c, CR = 0x0d };

/* MSH-10 may have 199 bytes (HL7 v2.7 and later). */
#define MOST_ID_BYTES 199
/* MSH-1 is the separator itself, so the ninth separator stands before MSH-10. */
#define SEPARATORS_BEFORE_ID 9

typedef enum { BETWEEN, HEADER, BODY, AFTER_FS } Place;

typedef struct {
  Place place;
  unsigned long long offset;
  char separator;
  int separators;
  size_t idLength;
  char id[MOST_ID_BYTES];
} State;

const size_t codecStateBytes = sizeof(State);

static void begin(State *state) {
  state->place = HEADER;
  state->offset = 0;
  state->separators = 0;
  state->idLength = 0;
}

/* One byte of the MSH segment, up to the end of MSH-10. */
static void readHeader(State *state, char byte) {
  if (byte == FS) state->place = AFTER_FS;
  else if (state->offset < 3) state->offset++;
  else {
    if (state->offset++ == 3) state->separator = byte;
    if (byte == CR) state->place = BODY;
    else if (byte == state->separator) state->separators++;
    else if (state->separators == SEPARATORS_BEFORE_ID && state->idLength < MOST_ID_BYTES) state->id[state->idLength++] = byte;
    if (state->separators > SEPARATORS_BEFORE_ID) state->place = BODY;
  }
}

static void answer(Connection *connection, State *state) {
  static const char head[] = "\x0bMSH|^~\\&|BENCH|BENCH|HL7BENCH|HL7BENCH|20260101000000||ACK|";
  static const char middle[] = "|T|2.5.1\rMSA|AA|";
  static const char end[] = "\r\x1c\r";
  char ack[sizeof head + sizeof middle + sizeof end + 2 * MOST_ID_BYTES];
  char *at = mempcpy(ack, head, sizeof head - 1);
  at = mempcpy(at, state->id, state->idLength);
  at = mempcpy(at, middle, sizeof middle - 1);
  at = mempcpy(at, state->id, state->idLength);
  at = mempcpy(at, end, sizeof end - 1);
  reply(connection, ack, (size_t)(at - ack));
  countExchange();
}

void codecRead(Connection *connection, void *codecState, const char *bytes, size_t length) {
  State *state = codecState;
  const char *end = bytes + length;
  while (bytes < end) {
    if (state->place == HEADER) readHeader(state, *bytes++);
    else if (state->place == AFTER_FS && *bytes == CR) {
      answer(connection, state);
      state->place = BETWEEN;
      bytes++;
    } else if (state->place == BETWEEN) {
      const char *vt = memchr(bytes, VT, (size_t)(end - bytes));
      if (vt == NULL) return;
      begin(state);
      bytes = vt + 1;
    } else {
      /* An FS without its CR belongs to the payload. */
      state->place = BODY;
      const char *fs = memchr(bytes, FS, (size_t)(end - bytes));
      if (fs == NULL) return;
      state->place = AFTER_FS;
      bytes = fs + 1;
    }
  }
}
