// SPDX-License-Identifier: Apache-2.0

// pion PAIRS KEPT: so many pairs of peers, each of which sends a message over a data channel and has
// it echoed. All are closed but the last KEPT. Prints what it did and how many UDP sockets it has.
package main

import (
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/pion/ice/v2"
	"github.com/pion/webrtc"
)

const patience = 20 * time.Second

func need(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "pion:", err)
		os.Exit(1)
	}
}

func newPeer() *webrtc.PeerConnection {
	engine := webrtc.SettingEngine{}
	engine.SetIncludeLoopbackCandidate(true)
	engine.SetIPFilter(func(ip net.IP) bool { return ip.Equal(net.IPv4(127, 0, 0, 1)) })
	engine.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	engine.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	peer, err := webrtc.NewAPI(webrtc.WithSettingEngine(engine)).NewPeerConnection(webrtc.Configuration{})
	need(err)
	return peer
}

func describe(from, to *webrtc.PeerConnection, made webrtc.SessionDescription) {
	gathered := webrtc.GatheringCompletePromise(from)
	need(from.SetLocalDescription(made))
	<-gathered
	need(to.SetRemoteDescription(*from.LocalDescription()))
}

// connect answers once the message came back.
func connect(caller, callee *webrtc.PeerConnection) {
	echoed := make(chan string, 1)
	callee.OnDataChannel(func(channel *webrtc.DataChannel) {
		channel.OnMessage(func(message webrtc.DataChannelMessage) { need(channel.SendText(string(message.Data))) })
	})
	channel, err := caller.CreateDataChannel("messages", nil)
	need(err)
	channel.OnOpen(func() { need(channel.SendText("message")) })
	channel.OnMessage(func(message webrtc.DataChannelMessage) { echoed <- string(message.Data) })
	offer, err := caller.CreateOffer(nil)
	need(err)
	describe(caller, callee, offer)
	answer, err := callee.CreateAnswer(nil)
	need(err)
	describe(callee, caller, answer)
	select {
	case <-echoed:
	case <-time.After(patience):
		need(fmt.Errorf("no echo"))
	}
}

// lines: of the kernel's table of UDP sockets; in a namespace of one's own they are this program's
func lines() int {
	sockets := map[string]bool{}
	for _, name := range []string{"udp", "udp6"} {
		table, _ := os.ReadFile("/proc/self/net/" + name)
		for _, line := range strings.Split(string(table), "\n")[1:] {
			if fields := strings.Fields(line); len(fields) > 9 {
				sockets["socket:["+fields[9]+"]"] = true
			}
		}
	}
	count := 0
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, entry := range entries {
		target, _ := os.Readlink("/proc/self/fd/" + entry.Name())
		if sockets[target] {
			count++
		}
	}
	return count
}

func main() {
	if len(os.Args) != 3 {
		need(fmt.Errorf("usage: pion PAIRS KEPT"))
	}
	pairs, err := strconv.Atoi(os.Args[1])
	need(err)
	kept, err := strconv.Atoi(os.Args[2])
	need(err)
	var left [][2]*webrtc.PeerConnection
	for i := 0; i < pairs; i++ {
		pair := [2]*webrtc.PeerConnection{newPeer(), newPeer()}
		connect(pair[0], pair[1])
		if i >= pairs-kept {
			left = append(left, pair)
			continue
		}
		need(pair[0].Close())
		need(pair[1].Close())
	}
	fmt.Printf("pairs=%d kept=%d udp=%d\n", pairs, len(left), lines())
}
