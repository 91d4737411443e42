"""Delay, jitter and loss for what is routed into a TUN device: each packet comes out of the same device again, later or never.

usage: relay.py DEVICE DELAY_MS JITTER_MS LOSS_RATIO SEED

For kernels without netem. One device serves every direction: a policy rule sends a packet into it, and as it comes back in through the
device the main table forwards it. Order is kept: a packet is never due before the one that came before it. At most LIMIT packets wait.
"""

import collections
import fcntl
import os
import random
import select
import struct
import sys
import time

TUNSETIFF = 0x400454CA
IFF_TUN_NO_PI = 0x1001
LIMIT = 20_000
BATCH = 64
MTU = 65535
# poll(2) counts whole milliseconds: nearer than this to a departure the clock is read instead.
WATCH_S = 0.0012


def open_tun(device):
    tun = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH22x", device.encode(), IFF_TUN_NO_PI))
    return tun


def relay(tun, delay_s, jitter_s, loss, seed):
    draw = random.Random(seed).random
    waiting = collections.deque()
    poll = select.poll()
    poll.register(tun, select.POLLIN)
    clock = time.monotonic
    last_due = 0.0
    while True:
        wait_ms = -1
        if waiting:
            left_s = waiting[0][0] - clock()
            wait_ms = 0 if left_s < WATCH_S else int((left_s - WATCH_S / 2) * 1000)
        if poll.poll(wait_ms):
            for _ in range(BATCH):
                try:
                    packet = os.read(tun, MTU)
                except BlockingIOError:
                    break
                if (loss and draw() < loss) or len(waiting) >= LIMIT:
                    continue
                due = clock() + delay_s
                if jitter_s:
                    due += (2 * draw() - 1) * jitter_s
                last_due = max(last_due, due)
                waiting.append((last_due, packet))
        now = clock()
        while waiting and waiting[0][0] <= now:
            try:
                os.write(tun, waiting.popleft()[1])
            except OSError:
                # The device is down or its queue full: the packet is lost, as on any link.
                pass


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    name, delay, jitter, ratio, number = sys.argv[1:]
    device = open_tun(name)
    os.system(f"ip link set {name} up mtu 9000 txqueuelen 5000")
    relay(device, float(delay) / 1000, float(jitter) / 1000, float(ratio), int(number))
