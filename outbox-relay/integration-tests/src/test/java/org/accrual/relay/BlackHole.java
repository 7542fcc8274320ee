package org.accrual.relay;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A proxy in front of a port of this machine. Once it is cut it drops everything, and closes
 * nothing: so does a network that loses packets.
 */
final class BlackHole implements AutoCloseable {
  private final int target;
  private final ServerSocket listener;
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private volatile boolean cut;
  private volatile boolean streamsCut;

  BlackHole(int target) throws IOException {
    this.target = target;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  void cut() {
    cut = true;
  }

  /** Cuts the connections on which WAL is streamed. */
  void cutStreams() {
    streamsCut = true;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listener.accept();
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        sockets.addAll(List.of(client, server));
        AtomicBoolean streams = new AtomicBoolean();
        Thread.ofVirtual().start(() -> forward(client, server, streams));
        Thread.ofVirtual().start(() -> forward(server, client, streams));
      }
    } catch (IOException e) {
      // It is closed.
    }
  }

  private void forward(Socket from, Socket to, AtomicBoolean streams) {
    byte[] buffer = new byte[8192];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        if (new String(buffer, 0, read, ISO_8859_1).contains("START_REPLICATION")) {
          streams.set(true);
        }
        if (!isCut(streams)) {
          out.write(buffer, 0, read);
        }
      }
      if (!isCut(streams)) {
        to.close();
      }
    } catch (IOException e) {
      // One of the sides is closed.
    }
  }

  private boolean isCut(AtomicBoolean streams) {
    return cut || (streamsCut && streams.get());
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }
}
