// SPDX-License-Identifier: Apache-2.0
// Sockets, channels, threads, ProcessBuilder; prints what never varies.
import java.io.ByteArrayOutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.Selector;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

public class Program {
	static void tcp() throws Exception {
		try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			Thread thread = new Thread(() -> {
				try {
					for (int i = 0; i < 20; i++) {
						try (Socket socket = server.accept()) {
							socket.getInputStream().transferTo(socket.getOutputStream());
						}
					}
				} catch (Exception error) {
					System.out.println(error);
				}
			});
			thread.start();
			int bytes = 0;
			for (int i = 0; i < 20; i++) {
				try (Socket client = new Socket(InetAddress.getLoopbackAddress(), server.getLocalPort())) {
					client.getOutputStream().write("hello".getBytes());
					client.shutdownOutput();
					bytes += client.getInputStream().readAllBytes().length;
				}
			}
			thread.join();
			System.out.println("tcp " + bytes);
		}
	}

	static void udp() throws Exception {
		try (DatagramSocket a = new DatagramSocket(0, InetAddress.getLoopbackAddress());
				DatagramSocket b = new DatagramSocket()) {
			byte[] text = "datagram".getBytes();
			b.send(new DatagramPacket(text, text.length, a.getLocalSocketAddress()));
			DatagramPacket got = new DatagramPacket(new byte[100], 100);
			a.receive(got);
			System.out.println("udp " + new String(got.getData(), 0, got.getLength()));
		}
		try (Selector selector = Selector.open(); DatagramChannel channel = DatagramChannel.open()) {
			channel.configureBlocking(false);
			System.out.println("channel " + channel.receive(ByteBuffer.allocate(10)) + " " + selector.selectNow());
		}
	}

	static void threads() throws Exception {
		ExecutorService pool = Executors.newFixedThreadPool(8);
		int sum = 0;
		java.util.List<Callable<Integer>> tasks = new java.util.ArrayList<>();
		for (int i = 0; i < 100; i++) {
			int number = i;
			tasks.add(() -> number);
		}
		for (Future<Integer> future : pool.invokeAll(tasks)) {
			sum += future.get();
		}
		pool.shutdown();
		System.out.println("threads " + sum);
	}

	static void processes() throws Exception {
		for (int i = 0; i < 5; i++) {
			Process process = new ProcessBuilder("sh", "-c", "cat; exit " + i).start();
			process.getOutputStream().write("piped".getBytes());
			process.getOutputStream().close();
			ByteArrayOutputStream out = new ByteArrayOutputStream();
			process.getInputStream().transferTo(out);
			System.out.println("process " + out + " " + process.waitFor());
		}
		ProcessBuilder clean = new ProcessBuilder("/bin/echo", "clean");
		clean.environment().clear();
		System.out.print(new String(clean.start().getInputStream().readAllBytes()));
	}

	public static void main(String[] arguments) throws Exception {
		tcp();
		udp();
		threads();
		processes();
		System.gc();
		System.err.println("last words");
		System.exit(6);
	}
}
