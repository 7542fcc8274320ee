package org.accrual.local;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Held by the one launcher that works on a data folder; the system lets go of it with the process.
 */
final class InstanceLock implements AutoCloseable {
  static final String FILE = "launcher.pid";

  private final FileChannel channel;

  private InstanceLock(FileChannel channel) {
    this.channel = channel;
  }

  static InstanceLock on(Path data) {
    Path file = data.resolve(FILE);
    try {
      Files.createDirectories(data);
      FileChannel channel =
          FileChannel.open(
              file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
      if (!locked(channel)) {
        channel.close();
        throw StackFailed.configuration(
            "a launcher runs already on %s (process %s): use it, or stop it first with kill %2$s"
                .formatted(data, Files.readString(file).trim()));
      }
      channel.truncate(0);
      channel.write(
          ByteBuffer.wrap(
              Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.UTF_8)));
      return new InstanceLock(channel);
    } catch (IOException e) {
      throw StackFailed.configuration(
          "cannot write to %s: %s. Set accrual.local.data to a folder of yours"
              .formatted(data, e.getMessage()));
    }
  }

  private static boolean locked(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException byThisProcess) {
      return false;
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw StackFailed.failure("cannot let go of the data folder: " + e.getMessage(), e);
    }
  }
}
