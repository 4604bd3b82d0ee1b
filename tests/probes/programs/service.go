// SPDX-License-Identifier: Apache-2.0

// A service that closes all its sessions, half of them after its stack grew inside of a call that a pack names.
package main

type session struct{ id int }

var sink int

//go:noinline
func deep(n int) int {
	var room [256]int
	room[n%256] = n
	if n == 0 {
		return room[0]
	}
	return deep(n-1) + room[n%256]
}

//go:noinline
func open(id int) *session {
	if id%2 == 0 {
		sink += deep(100)
	}
	return &session{id}
}

//go:noinline
func (s *session) Close() { sink += s.id }

func main() {
	done := make(chan bool)
	for i := 0; i < 20; i++ {
		go func(id int) {
			open(id).Close()
			done <- true
		}(i)
	}
	for i := 0; i < 20; i++ {
		<-done
	}
}
