#define _GNU_SOURCE
#include "wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

static int makeNonBlocking(int fd) {
  return fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) == 0;
}

#ifndef WITH_TLS

void wireSetUp(const char *certificateFile, const char *keyFile) {
  (void)keyFile;
  if (certificateFile == NULL) return;
  fprintf(stderr, "compiled without TLS\n");
  exit(1);
}

void wireAccept(Wire *wire, int fd) {
  wire->fd = fd;
}

int wireConnect(Wire *wire, int fd) {
  wire->fd = fd;
  return makeNonBlocking(fd);
}

ssize_t wireRead(Wire *wire, char *bytes, size_t room) {
  return recv(wire->fd, bytes, room, 0);
}

ssize_t wireWrite(Wire *wire, const char *bytes, size_t length) {
  return send(wire->fd, bytes, length, MSG_NOSIGNAL);
}

int wireHolds(const Wire *wire) {
  (void)wire;
  return 0;
}

void wireClose(Wire *wire) {
  close(wire->fd);
}

#else

#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>

static SSL_CTX *context;

static void need(int condition) {
  if (condition) return;
  ERR_print_errors_fp(stderr);
  exit(1);
}

void wireSetUp(const char *certificateFile, const char *keyFile) {
  signal(SIGPIPE, SIG_IGN);
  context = SSL_CTX_new(keyFile == NULL ? TLS_client_method() : TLS_server_method());
  need(context != NULL);
  need(SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION));
  /* One cipher for all clients of the bench: what OpenSSL prefers. */
  need(SSL_CTX_set_ciphersuites(context, "TLS_AES_256_GCM_SHA384"));
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  /* One recv for a record, not one for its header and one for its body. */
  SSL_CTX_set_read_ahead(context, 1);
  if (keyFile == NULL) {
    need(SSL_CTX_load_verify_locations(context, certificateFile, NULL));
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  } else {
    need(SSL_CTX_use_certificate_file(context, certificateFile, SSL_FILETYPE_PEM));
    need(SSL_CTX_use_PrivateKey_file(context, keyFile, SSL_FILETYPE_PEM));
  }
}

static SSL *begin(Wire *wire, int fd) {
  SSL *tls = SSL_new(context);
  need(tls != NULL && SSL_set_fd(tls, fd));
  wire->fd = fd;
  wire->tls = tls;
  return tls;
}

void wireAccept(Wire *wire, int fd) {
  SSL_set_accept_state(begin(wire, fd));
}

int wireConnect(Wire *wire, int fd) {
  SSL *tls = begin(wire, fd);
  if (SSL_connect(tls) != 1) {
    ERR_print_errors_fp(stderr);
    return 0;
  }
  return makeNonBlocking(fd);
}

/* As recv and send tell it. */
static ssize_t told(Wire *wire, int result) {
  if (result > 0) return result;
  int error = SSL_get_error(wire->tls, result);
  if (error == SSL_ERROR_ZERO_RETURN) return 0;
  errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : ECONNRESET;
  ERR_clear_error();
  return -1;
}

ssize_t wireRead(Wire *wire, char *bytes, size_t room) {
  return told(wire, SSL_read(wire->tls, bytes, (int)room));
}

ssize_t wireWrite(Wire *wire, const char *bytes, size_t length) {
  return told(wire, SSL_write(wire->tls, bytes, (int)length));
}

int wireHolds(const Wire *wire) {
  return SSL_has_pending(wire->tls);
}

void wireClose(Wire *wire) {
  SSL_free(wire->tls);
  close(wire->fd);
}

#endif
