/* SPDX-License-Identifier: Apache-2.0 */
/* The part of libdatachannel's C API that these programs use. */
#ifndef RTC_H
#define RTC_H

typedef void (*rtcOpenCallbackFunc)(int id, void *user);
typedef void (*rtcMessageCallbackFunc)(int id, const char *message, int size, void *user);
typedef void (*rtcStateChangeCallbackFunc)(int pc, int state, void *user);
typedef void (*rtcWebSocketClientCallbackFunc)(int server, int socket, void *user);

#define RTC_ERR_INVALID -1

void rtcPreload(void);
void rtcCleanup(void);
void rtcSetUserPointer(int id, void *user);
int rtcCreatePeerConnection(const void *config);
int rtcClosePeerConnection(int pc);
int rtcDeletePeerConnection(int pc);
int rtcSetStateChangeCallback(int pc, rtcStateChangeCallbackFunc cb);
int rtcCreateDataChannel(int pc, const char *label);
int rtcDeleteDataChannel(int dc);
int rtcAddTrack(int pc, const char *description);
int rtcDeleteTrack(int tr);
int rtcCreateWebSocket(const char *url);
int rtcDeleteWebSocket(int ws);
int rtcCreateWebSocketServer(const void *config, rtcWebSocketClientCallbackFunc cb);
int rtcDeleteWebSocketServer(int server);
int rtcSetOpenCallback(int id, rtcOpenCallbackFunc cb);
int rtcSetMessageCallback(int id, rtcMessageCallbackFunc cb);
int rtcSendMessage(int id, const char *data, int size);
int rtcClose(int id);
int rtcDelete(int id);

#endif
