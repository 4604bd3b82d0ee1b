/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptions of data channel associations as other programs print them. */

#define SHA_256                                                                                    \
	"7B:8B:F0:65:5F:78:E2:51:3B:AC:6F:F3:3F:46:1B:35:DC:B8:5F:64:1A:24:C2:43:F0:A1:58:D0:A1:"  \
	"2C:19:08"
#define SHA_384                                                                                    \
	"00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:"  \
	"DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF"

static const char chromium[] =
	"v=0\r\n"
	"o=- 4611731400430051336 2 IN IP4 127.0.0.1\r\n"
	"s=-\r\n"
	"t=0 0\r\n"
	"a=group:BUNDLE 0\r\n"
	"a=extmap-allow-mixed\r\n"
	"a=msid-semantic: WMS\r\n"
	"m=application 54609 UDP/DTLS/SCTP webrtc-datachannel\r\n"
	"c=IN IP4 203.0.113.77\r\n"
	"a=candidate:3580534871 1 udp 2113937151 6f2cc8b4-1d0a-4ff4-9c1f-2b3bd93d20b5.local 51472 "
	"typ host generation 0 network-cost 999\r\n"
	"a=candidate:842163049 1 udp 1677732095 203.0.113.77 54609 typ srflx raddr 0.0.0.0 rport 0 "
	"generation 0 network-cost 999\r\n"
	"a=candidate:1 1 tcp 1518280447 6f2cc8b4-1d0a-4ff4-9c1f-2b3bd93d20b5.local 9 typ host "
	"tcptype active generation 0 network-cost 999\r\n"
	"a=candidate:2 1 ssltcp 1518280446 10.0.0.1 443 typ host tcptype passive generation 0\r\n"
	"a=ice-ufrag:PxQ/\r\n"
	"a=ice-pwd:uDx0gGjRFVWXTQ1mL0mWrrNK\r\n"
	"a=ice-options:trickle\r\n"
	"a=fingerprint:sha-256 " SHA_256 "\r\n"
	"a=setup:actpass\r\n"
	"a=mid:0\r\n"
	"a=sctp-port:5000\r\n"
	"a=max-message-size:262144\r\n";

static const char firefox[] =
	"v=0\r\n"
	"o=mozilla...THIS_IS_SDPARTA-115.0 8334473583226362123 0 IN IP4 0.0.0.0\r\n"
	"s=-\r\n"
	"t=0 0\r\n"
	"a=sendrecv\r\n"
	"a=fingerprint:sha-256 " SHA_256 "\r\n"
	"a=group:BUNDLE 0\r\n"
	"a=ice-options:trickle\r\n"
	"a=msid-semantic:WMS *\r\n"
	"m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\n"
	"c=IN IP4 0.0.0.0\r\n"
	"a=candidate:0 1 UDP 2122252543 e8b0f5a8-4f4e-4d5a-9f47-4e0d6e1f9b11.local 51217 typ "
	"host\r\n"
	"a=candidate:2 1 TCP 2105524479 e8b0f5a8-4f4e-4d5a-9f47-4e0d6e1f9b11.local 9 typ host "
	"tcptype active\r\n"
	"a=sendrecv\r\n"
	"a=end-of-candidates\r\n"
	"a=ice-pwd:4f0bd1a2c9e83d7760f5b1e2a3c4d5e6\r\n"
	"a=ice-ufrag:1d2c3b4a\r\n"
	"a=mid:0\r\n"
	"a=setup:active\r\n"
	"a=sctp-port:5000\r\n"
	"a=max-message-size:1073741823\r\n";

static const char aiortc[] =
	"v=0\r\n"
	"o=- 3863436463 3863436463 IN IP4 0.0.0.0\r\n"
	"s=-\r\n"
	"t=0 0\r\n"
	"a=group:BUNDLE 0\r\n"
	"a=msid-semantic:WMS *\r\n"
	"m=application 40313 DTLS/SCTP 5001\r\n"
	"c=IN IP4 192.168.99.5\r\n"
	"a=mid:0\r\n"
	"a=sctpmap:5001 webrtc-datachannel 65535\r\n"
	"a=max-message-size:65536\r\n"
	"a=candidate:c1a7f0a6f5f2f9d7f3a2b1c0d4e5f607 1 udp 2130706431 192.168.99.5 40313 typ "
	"host\r\n"
	"a=candidate:96e1a0b5c4d3e2f1a0b9c8d7e6f5a4b3 1 udp 1694498815 203.0.113.9 40313 typ srflx "
	"raddr 192.168.99.5 rport 40313\r\n"
	"a=end-of-candidates\r\n"
	"a=ice-ufrag:kR3v\r\n"
	"a=ice-pwd:0hT5yP1oQ9cK7sW3eB6nUd\r\n"
	"a=fingerprint:sha-384 " SHA_384 "\r\n"
	"a=fingerprint:sha-256 " SHA_256 "\r\n"
	"a=setup:passive\r\n";

static const char libdatachannel[] = "v=0\r\n"
				     "o=rtc 2812983 0 IN IP4 127.0.0.1\r\n"
				     "s=-\r\n"
				     "t=0 0\r\n"
				     "a=group:BUNDLE 0\r\n"
				     "a=group:LS 0\r\n"
				     "a=msid-semantic:WMS *\r\n"
				     "a=ice-options:ice2,trickle\r\n"
				     "a=fingerprint:sha-256 " SHA_256 "\r\n"
				     "m=application 60000 UDP/DTLS/SCTP webrtc-datachannel\r\n"
				     "c=IN IP4 192.168.1.5\r\n"
				     "a=mid:0\r\n"
				     "a=sendrecv\r\n"
				     "a=sctp-port:5000\r\n"
				     "a=max-message-size:0\r\n"
				     "a=setup:actpass\r\n"
				     "a=ice-ufrag:aRu2\r\n"
				     "a=ice-pwd:JQ2iVZ8nHb1f9XyT3cLw5k\r\n"
				     "a=candidate:1 1 UDP 2122317823 192.168.1.5 60000 typ host\r\n"
				     "a=candidate:2 1 UDP 2122186751 fd00::5 60000 typ host\r\n"
				     "a=end-of-candidates\r\n";

/* Only a line feed ends its lines here, as after a way through a text field. */
static const char werift[] =
	"v=0\n"
	"o=- 72057594 0 IN IP4 0.0.0.0\n"
	"s=-\n"
	"t=0 0\n"
	"a=group:BUNDLE data\n"
	"a=extmap-allow-mixed\n"
	"a=msid-semantic:WMS *\n"
	"m=application 9 UDP/DTLS/SCTP webrtc-datachannel\n"
	"c=IN IP4 0.0.0.0\n"
	"a=candidate:2b5f1c 1 udp 2130706175 172.17.0.1 35183 typ host generation 0 ufrag Xy9z\n"
	"a=ice-ufrag:Xy9z\n"
	"a=ice-pwd:u6Q1jS0aP8dF4gH2kL7zXc\n"
	"a=ice-options:trickle\n"
	"a=fingerprint:sha-256 " SHA_256 "\n"
	"a=setup:actpass\n"
	"a=mid:data\n"
	"a=sctp-port:5000\n"
	"a=max-message-size:65536\n";

static const struct description_row {
	const char *name, *text;
} descriptions[] = {
	{"chromium", chromium}, {"firefox", firefox},
	{"aiortc", aiortc},	{"libdatachannel", libdatachannel},
	{"werift", werift},
};

enum { DESCRIPTION_COUNT = sizeof(descriptions) / sizeof(descriptions[0]) };
