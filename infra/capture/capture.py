"""Watches what the interfaces of a network namespace see, and tells packets of a VPN from others.

usage: capture.py MARKER DEVICE [PCAP-FILE]

An empty DEVICE stands for all of them, an empty MARKER for none.

Says `listening` on standard output, and at the end of standard input one line of JSON: how often the marker was seen, how many packets
were ESP, IKE, WireGuard or something else, and how many the kernel had no room for. tcpdump(8) would do, but it cannot drop the
privileges that a user namespace does not have.
"""

import json
import select
import socket
import struct
import sys
import time

ETH_P_ALL = 0x0003
ETH_P_IP = 0x0800
ETH_P_ARP = 0x0806
SOL_PACKET = 263
PACKET_STATISTICS = 6
SO_RCVBUFFORCE = 33
BUFFER_BYTES = 32 * 1024 * 1024
LINKTYPE_RAW = 101
IKE_PORT, NAT_PORT, WIREGUARD_PORT = 500, 4500, 51820


def open_capture(device):
    found = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, 0 if device else socket.htons(ETH_P_ALL))
    for option in (SO_RCVBUFFORCE, socket.SO_RCVBUF):
        try:
            found.setsockopt(socket.SOL_SOCKET, option, BUFFER_BYTES)
            break
        except OSError:
            continue
    if device:
        found.bind((device, ETH_P_ALL))
    return found


def kind_of(protocol, packet):
    """ESP in UDP has a security parameter index where IKE has four zero bytes (RFC 3948, section 2.2)."""
    if protocol == ETH_P_ARP:
        return "neighbour"
    if protocol != ETH_P_IP or len(packet) < 20:
        return "other"
    header = (packet[0] & 0x0F) * 4
    transport = packet[9]
    if struct.unpack_from("!H", packet, 6)[0] & 0x1FFF:
        return "fragment"
    if transport == 50:
        return "esp"
    if transport == 1:
        return "icmp"
    if transport == 17 and len(packet) >= header + 8:
        ports = struct.unpack_from("!HH", packet, header)
        if NAT_PORT in ports and len(packet) >= header + 12 and packet[header + 8 : header + 12] != b"\0\0\0\0":
            return "esp" if len(packet) > header + 12 else "ike"
        if IKE_PORT in ports or NAT_PORT in ports:
            return "ike"
        if WIREGUARD_PORT in ports or any(WIREGUARD_PORT < port < WIREGUARD_PORT + 1_000 for port in ports):
            return "wireguard"
    return "other"


def start_pcap(name):
    file = open(name, "wb")
    file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 262_144, LINKTYPE_RAW))
    return file


def write_packet(file, packet):
    seconds = time.time()
    whole = int(seconds)
    file.write(struct.pack("<IIII", whole, int((seconds - whole) * 1e6), len(packet), len(packet)))
    file.write(packet)


def watch(marker, device, file):
    capture = open_capture(device)
    counts = {}
    seen = 0
    print("listening", flush=True)
    while True:
        ready, _, _ = select.select([capture, sys.stdin], [], [])
        if capture in ready:
            packet, address = capture.recvfrom(262_144)
            kind = kind_of(address[1], packet)
            counts[kind] = counts.get(kind, 0) + 1
            seen += packet.count(marker) if marker else 0
            if file is not None and address[1] == ETH_P_IP:
                write_packet(file, packet)
        elif sys.stdin in ready:
            break
    if file is not None:
        file.close()
    _, dropped = struct.unpack("II", capture.getsockopt(SOL_PACKET, PACKET_STATISTICS, 8))
    print(json.dumps({"marker": seen, "packets": counts, "dropped": dropped}), flush=True)


if __name__ == "__main__":
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    watch(sys.argv[1].encode(), sys.argv[2], start_pcap(sys.argv[3]) if len(sys.argv) == 4 else None)
