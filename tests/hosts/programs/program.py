# SPDX-License-Identifier: Apache-2.0
"""Sockets, threads, subprocesses, multiprocessing and asyncio; prints what never varies."""
import asyncio
import multiprocessing
import os
import socket
import subprocess
import sys
import threading


def echo_server(listener, rounds):
    for _ in range(rounds):
        connection, _ = listener.accept()
        with connection:
            connection.sendall(connection.recv(100).upper())


def tcp(rounds=20):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = threading.Thread(target=echo_server, args=(listener, rounds))
        server.start()
        answers = set()
        for _ in range(rounds):
            with socket.create_connection(listener.getsockname()) as client:
                client.sendall(b"hello")
                answers.add(client.recv(100))
        server.join()
    print("tcp", answers)


def udp():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as a, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as b:
        a.bind(("127.0.0.1", 0))
        b.sendto(b"datagram", a.getsockname())
        print("udp", a.recv(100))


def square(number):
    return number * number


async def talk():
    async def serve(reader, writer):
        writer.write(await reader.readline())
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]

    async def ask(number):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"line %d\n" % number)
        line = await reader.readline()
        writer.close()
        return line

    print("asyncio", sorted(await asyncio.gather(*(ask(i) for i in range(10)))))
    server.close()
    process = await asyncio.create_subprocess_exec("echo", "from a child", stdout=asyncio.subprocess.PIPE)
    print("asyncio child", (await process.communicate())[0], process.returncode)


def main():
    tcp()
    udp()
    print("subprocess", subprocess.run(["sh", "-c", "cat; exit 5"], input=b"piped", capture_output=True))
    print("environment", subprocess.run([sys.executable, "-c", "print('bare')"], env={}, capture_output=True))
    with multiprocessing.get_context("fork").Pool(3) as pool:
        print("fork pool", pool.map(square, range(10)))
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        print("spawn pool", pool.map(square, range(5)))
    asyncio.run(talk())
    print("descriptors", sorted(int(name) for name in os.listdir("/proc/self/fd")))
    print("last words", file=sys.stderr)
    sys.exit(6)


if __name__ == "__main__":
    main()
