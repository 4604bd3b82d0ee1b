# SPDX-License-Identifier: Apache-2.0
"""What is tested: a phone that calls itself over a UDP socket.

Its bug: who finds the line busy waits for ever, and does not hang up."""
import socket


class Call:
    waiting = []

    def __init__(self):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.connect(self.socket.getsockname())

    def talk(self, word):
        self.socket.send(word)
        return self.socket.recv(len(word))

    def hang_up(self):
        self.socket.close()


def make_call(word, busy=False):
    call = Call()
    if busy:
        Call.waiting.append(call)
        return None
    answer = call.talk(word)
    call.hang_up()
    return answer
