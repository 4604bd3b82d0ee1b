// SPDX-License-Identifier: Apache-2.0

//! rust leak|close: UDP sockets and threads; the named functions forget one of each, or not.
use std::net::UdpSocket;
use std::thread;

mod session {
	use super::*;

	#[inline(never)]
	pub fn forget_socket(leak: bool) {
		let socket = UdpSocket::bind("127.0.0.1:0").expect("bind");
		if leak {
			std::mem::forget(socket);
		}
	}

	#[inline(never)]
	pub fn use_sockets(count: usize) {
		for _ in 0..count {
			let to = UdpSocket::bind("127.0.0.1:0").expect("bind");
			let from = UdpSocket::bind("127.0.0.1:0").expect("bind");
			from.send_to(b"message", to.local_addr().expect("address")).expect("send");
			let mut bytes = [0u8; 16];
			to.recv_from(&mut bytes).expect("receive");
		}
	}
}

fn main() {
	let leak = std::env::args().nth(1).as_deref() == Some("leak");
	let worker = thread::spawn(|| session::use_sockets(20));
	session::use_sockets(20);
	worker.join().expect("join");
	for _ in 0..3 {
		session::forget_socket(leak);
	}
	println!("left={}", if leak { 3 } else { 0 });
}
