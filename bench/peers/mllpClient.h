/*
 * An MLLP client's connection with one message in flight. Every frame is the message of a file, made once for each connection; for each send only the
 * digits of MSH-10 are written anew. An acknowledgement must begin with VT, end with FS CR, say MSA|AA| and name the control id that was sent, byte for
 * byte; anything else ends the program.
 */
#ifndef BENCH_MLLP_CLIENT_H
#define BENCH_MLLP_CLIENT_H

#include "wire.h"

#define READ_BYTES (64 * 1024)

typedef struct {
  Wire wire;
  /* VT, message, FS CR. */
  char *frame;
  char *id;
  /* The beginning of an acknowledgement that came cut. */
  size_t held;
  char answer[READ_BYTES];
} Connection;

typedef enum { NOTHING, PART, ANSWERED } Reading;

/* Ends the program with what the system says of `what`, or with a reason. */
void fail(const char *what);
void refuse(const char *why);

/* Reads the message around which every frame is built: its MSH-10 is replaced. */
void readMessage(const char *fileName);

/* Dials 127.0.0.1. */
Connection *openConnection(int port);

/* Sends the next message, in the memory of the one before: only when that was answered. */
void sendNext(Connection *connection);

/* Reads once. */
Reading readAnswer(Connection *connection);

#endif
