// SPDX-License-Identifier: Apache-2.0

// Sockets, goroutines, children and a C function that opens sockets; prints what never varies.
package main

/*
#include <sys/socket.h>
#include <unistd.h>

static void open_and_close(int pairs)
{
	while (pairs--)
		close(socket(AF_INET, SOCK_DGRAM, 0));
}
*/
import "C"

import (
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"sync"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func tcp() {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(err)
	go func() {
		for {
			connection, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				io.Copy(connection, connection)
				connection.Close()
			}()
		}
	}()
	var all sync.WaitGroup
	var lock sync.Mutex
	total := 0
	for i := 0; i < 50; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			client, err := net.Dial("tcp", listener.Addr().String())
			must(err)
			fmt.Fprint(client, "hello")
			client.(*net.TCPConn).CloseWrite()
			text, err := io.ReadAll(client)
			must(err)
			client.Close()
			lock.Lock()
			total += len(text)
			lock.Unlock()
		}()
	}
	all.Wait()
	listener.Close()
	fmt.Println("tcp", total)
}

func udp() {
	a, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(err)
	b, err := net.Dial("udp", a.LocalAddr().String())
	must(err)
	fmt.Fprint(b, "datagram")
	text := make([]byte, 100)
	count, _, err := a.ReadFrom(text)
	must(err)
	fmt.Println("udp", string(text[:count]))
	a.Close()
	b.Close()
}

func children() {
	for i := 0; i < 5; i++ {
		text, err := exec.Command("sh", "-c", fmt.Sprintf("echo child; exit %d", i)).Output()
		fmt.Printf("%q %v\n", text, err)
	}
	clean := exec.Command("/bin/echo", "clean")
	clean.Env = []string{}
	text, err := clean.Output()
	fmt.Printf("%q %v\n", text, err)
}

func main() {
	tcp()
	udp()
	children()
	var all sync.WaitGroup
	for i := 0; i < 8; i++ {
		all.Add(1)
		go func() {
			C.open_and_close(100)
			all.Done()
		}()
	}
	all.Wait()
	address, err := net.LookupHost("localhost")
	fmt.Println("lookup", len(address) > 0, err)
	fmt.Fprintln(os.Stderr, "last words")
	os.Exit(6)
}
