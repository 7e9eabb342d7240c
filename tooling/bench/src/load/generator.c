/*
 * Calls a WebSocket server on this machine as fast as it answers, and measures. One thread, epoll, no library: a
 * generator in JavaScript costs as much as the server it is to measure. Linux only; node-generator.ts does the same
 * elsewhere.
 *
 *   generator PORT CLIENTS CONNECTIONS DEPTH WARM_UP_SECONDS SECONDS ORIGIN CALL_START CALL_END ANSWER_START ANSWER_MIDDLE ANSWER_END
 *
 * CLIENTS is a file with a line for each client, "cookie TAB answer". Each of CONNECTIONS connections keeps DEPTH calls
 * under way. An answer that is not, byte for byte, the one that client must get ends the run with an error. Prints
 * "measuring" when the warm-up is over, and then one line of JSON.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MAX_DEPTH 64
#define ID_DIGITS 7
#define FIRST_ID 1000000
#define LAST_ID 9999999
/* What has come and is not a whole frame yet; answers are far shorter. */
#define REST_BYTES 4096

typedef struct {
  int socket;
  int is_open;
  const char *cookie;
  const char *answer;
  size_t answer_length;
  size_t rest_length;
  unsigned char rest[REST_BYTES];
  long ids[MAX_DEPTH];
  uint64_t sent_at[MAX_DEPTH];
} Connection;

static const char *origin, *call_start, *call_end, *answer_start, *answer_middle, *answer_end;
static int port, depth;
static int epoll;
static int open_connections;
static int is_measuring;
static float *latencies; /* microseconds */
static size_t calls, capacity;

static void fail(const char *format, ...) {
  va_list values;
  va_start(values, format);
  fprintf(stderr, "generator: ");
  vfprintf(stderr, format, values);
  fputc('\n', stderr);
  va_end(values);
  exit(1);
}

static uint64_t now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static double cpu_seconds(void) {
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
         (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

static void write_all(Connection *connection, const void *bytes, size_t length) {
  ssize_t written = write(connection->socket, bytes, length);
  if (written != (ssize_t)length) fail("a write took %zd of %zu bytes (%s)", written, length, strerror(errno));
}

/* Writes a masked frame to `out` and returns its length. A zero mask would spare the server the work of unmasking. */
static size_t build_call(unsigned char *out, long id) {
  static const unsigned char mask[4] = {0x37, 0xfa, 0x21, 0x3d};
  char text[1024];
  int length = snprintf(text, sizeof text, "%s%ld%s", call_start, id, call_end);
  size_t head = length < 126 ? 6 : 8;
  out[0] = 0x81;
  if (head == 6) {
    out[1] = (unsigned char)(0x80 | length);
  } else {
    out[1] = 0x80 | 126;
    out[2] = (unsigned char)(length >> 8);
    out[3] = (unsigned char)length;
  }
  memcpy(out + head - 4, mask, 4);
  for (int i = 0; i < length; i++) out[head + (size_t)i] = (unsigned char)text[i] ^ mask[i & 3];
  return head + (size_t)length;
}

static void upgrade(Connection *connection) {
  char request[4096];
  int length = snprintf(request, sizeof request,
                        "GET /trpc HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: %s\r\n"
                        "%s%s%s\r\n",
                        port, origin, *connection->cookie ? "Cookie: " : "", connection->cookie,
                        *connection->cookie ? "\r\n" : "");
  write_all(connection, request, (size_t)length);
}

static void open_connection(Connection *connection) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
  struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
  int on = 1;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  connection->socket = socket(AF_INET, SOCK_STREAM, 0);
  if (connection->socket < 0) fail("no socket: %s", strerror(errno));
  if (connect(connection->socket, (struct sockaddr *)&address, sizeof address) < 0) fail("connect: %s", strerror(errno));
  setsockopt(connection->socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (epoll_ctl(epoll, EPOLL_CTL_ADD, connection->socket, &event) < 0) fail("epoll: %s", strerror(errno));
  upgrade(connection);
}

static void note_latency(uint64_t nanoseconds) {
  if (calls == capacity) {
    capacity = capacity ? capacity * 2 : 1 << 18;
    latencies = realloc(latencies, capacity * sizeof *latencies);
    if (!latencies) fail("no memory");
  }
  latencies[calls++] = (float)nanoseconds / 1000;
}

/* Is it the answer to a call under way, and the one this client must get? Returns the call's place. */
static int check_answer(Connection *connection, const char *text, size_t length) {
  const char *at = text;
  size_t start = strlen(answer_start), middle = strlen(answer_middle), end = strlen(answer_end);
  if (length == start + ID_DIGITS + middle + connection->answer_length + end && !memcmp(at, answer_start, start)) {
    long id = 0;
    for (int i = 0; i < ID_DIGITS; i++) id = id * 10 + (at[start + (size_t)i] - '0');
    int place = (int)((id - FIRST_ID) % depth);
    at += start + ID_DIGITS;
    if (id >= FIRST_ID && connection->ids[place] == id && !memcmp(at, answer_middle, middle) &&
        !memcmp(at + middle, connection->answer, connection->answer_length) &&
        !memcmp(at + middle + connection->answer_length, answer_end, end))
      return place;
  }
  fail("a wrong answer: %.*s\nexpected: %s<id>%s%s%s", (int)length, text, answer_start, answer_middle,
       connection->answer, answer_end);
  return -1;
}

/* Reads what has come, and answers each answer with the next call; all of those leave in one write. */
static void handle_readable(Connection *connection) {
  static unsigned char bytes[1 << 20], out[1 << 20];
  size_t length = connection->rest_length, at = 0, out_length = 0;
  memcpy(bytes, connection->rest, length);
  ssize_t count = read(connection->socket, bytes + length, sizeof bytes - length);
  if (count <= 0) fail("the server closed a connection");
  length += (size_t)count;
  uint64_t time = now();

  if (!connection->is_open) {
    unsigned char *end = memmem(bytes, length, "\r\n\r\n", 4);
    if (end) {
      if (memcmp(bytes, "HTTP/1.1 101 ", 13)) fail("the upgrade was refused: %.*s", (int)length, bytes);
      connection->is_open = 1;
      open_connections++;
      at = (size_t)(end - bytes) + 4;
    }
  }
  while (connection->is_open && length - at >= 2) {
    size_t head = 2, size = bytes[at + 1];
    if (size > 126) fail("a frame of an unexpected size");
    if (size == 126) {
      if (length - at < 4) break;
      head = 4;
      size = (size_t)(bytes[at + 2] << 8 | bytes[at + 3]);
    }
    if (length - at < head + size) break;
    if (bytes[at] == 0x81) {
      int place = check_answer(connection, (const char *)bytes + at + head, size);
      if (is_measuring) note_latency(time - connection->sent_at[place]);
      connection->ids[place] += depth;
      if (connection->ids[place] > LAST_ID) fail("the ids are used up: measure for a shorter time");
      connection->sent_at[place] = time;
      out_length += build_call(out + out_length, connection->ids[place]);
    } else if (bytes[at] != 0x89 && bytes[at] != 0x8a) {
      fail("an unexpected frame: 0x%x", bytes[at]);
    }
    at += head + size;
  }

  connection->rest_length = length - at;
  if (connection->rest_length > REST_BYTES) fail("a frame is too long");
  memcpy(connection->rest, bytes + at, connection->rest_length);
  if (out_length > 0) write_all(connection, out, out_length);
}

static void pump(int milliseconds) {
  struct epoll_event events[512];
  int count = epoll_wait(epoll, events, 512, milliseconds);
  for (int i = 0; i < count; i++) handle_readable(events[i].data.ptr);
}

static void pump_for(double seconds) {
  uint64_t end = now() + (uint64_t)(seconds * 1e9);
  while (now() < end) pump(20);
}

static void start_calls(Connection *connection) {
  unsigned char out[MAX_DEPTH * 1100];
  size_t length = 0;
  uint64_t time = now();
  for (int place = 0; place < depth; place++) {
    connection->ids[place] = FIRST_ID + place;
    connection->sent_at[place] = time;
    length += build_call(out + length, connection->ids[place]);
  }
  write_all(connection, out, length);
}

/* Gives each connection the next line of the file. */
static void read_clients(const char *path, Connection *connections, int count) {
  FILE *file = fopen(path, "r");
  if (!file) fail("%s: %s", path, strerror(errno));
  for (int i = 0; i < count; i++) {
    char *line = NULL;
    size_t size = 0;
    ssize_t length = getline(&line, &size, file);
    char *tab = length > 0 ? strchr(line, '\t') : NULL;
    if (!tab) fail("%s has %d clients, %d are needed", path, i, count);
    line[length - 1] = 0;
    *tab = 0;
    connections[i].cookie = line;
    connections[i].answer = tab + 1;
    connections[i].answer_length = strlen(tab + 1);
  }
  fclose(file);
}

static int compare(const void *a, const void *b) {
  float left = *(const float *)a, right = *(const float *)b;
  return (left > right) - (left < right);
}

static double quantile(double share) {
  if (calls == 0) return 0;
  size_t rank = (size_t)(share * (double)calls);
  return (double)latencies[rank < calls ? rank : calls - 1];
}

int main(int count, char **values) {
  if (count != 13) fail("expected 12 arguments");
  /* The process that started this one may be killed. */
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  signal(SIGPIPE, SIG_IGN);
  port = atoi(values[1]);
  int connection_count = atoi(values[3]);
  depth = atoi(values[4]);
  double warm_up = atof(values[5]), seconds = atof(values[6]);
  origin = values[7];
  call_start = values[8], call_end = values[9];
  answer_start = values[10], answer_middle = values[11], answer_end = values[12];
  if (depth < 1 || depth > MAX_DEPTH || warm_up + seconds > 120) fail("arguments out of bounds");

  epoll = epoll_create1(0);
  Connection *connections = calloc((size_t)connection_count, sizeof *connections);
  read_clients(values[2], connections, connection_count);
  for (int i = 0; i < connection_count; i++) {
    open_connection(&connections[i]);
    /* Few handshakes at a time. */
    uint64_t deadline = now() + 10000000000u;
    while (open_connections < i + 1 - 32) {
      pump(100);
      if (now() > deadline) fail("the server does not answer upgrades");
    }
  }
  uint64_t deadline = now() + 10000000000u;
  while (open_connections < connection_count) {
    pump(100);
    if (now() > deadline) fail("the server does not answer upgrades");
  }

  for (int i = 0; i < connection_count; i++) start_calls(&connections[i]);
  pump_for(warm_up);
  is_measuring = 1;
  printf("measuring\n");
  fflush(stdout);
  uint64_t started = now();
  double cpu = cpu_seconds();
  pump_for(seconds);
  double took = (double)(now() - started) / 1e9;
  cpu = cpu_seconds() - cpu;

  qsort(latencies, calls, sizeof *latencies, compare);
  printf("{\"calls\":%zu,\"seconds\":%.6f,\"p50Microseconds\":%.1f,\"p99Microseconds\":%.1f,\"generatorShare\":%.3f}\n",
         calls, took, quantile(0.5), quantile(0.99), cpu / took);
  return 0;
}
