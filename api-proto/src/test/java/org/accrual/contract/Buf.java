package org.accrual.contract;

import com.google.protobuf.DescriptorProtos.FileDescriptorSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The program {@code buf}, see {@code buf/buf}; it works on what protoc made of the proto files.
 */
final class Buf {
  /** Written by the build. */
  static final Path IMAGE = Path.of("target/descriptors/image.binpb");

  /**
   * What it said.
   *
   * @param exitCode 0 if it found nothing, 100 if it did
   */
  record Answer(int exitCode, String text) {}

  private Buf() {}

  static Answer lint(Path image) {
    return run("lint", image.toString(), "--path", "accrual", "--config", "buf/buf.yaml");
  }

  static Answer breaking(Path image, Path released) {
    return run(
        "breaking",
        image.toString(),
        "--against",
        released.toString(),
        "--exclude-imports",
        "--error-format",
        "json",
        "--config",
        "buf/buf.yaml");
  }

  static FileDescriptorSet read(Path image) {
    try {
      return FileDescriptorSet.parseFrom(Files.readAllBytes(image));
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }

  private static Answer run(String... arguments) {
    List<String> command = new ArrayList<>(List.of("buf/buf"));
    command.addAll(List.of(arguments));
    try {
      Process buf = new ProcessBuilder(command).redirectErrorStream(true).start();
      String text = new String(buf.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return new Answer(buf.waitFor(), text);
    } catch (IOException cannot) {
      throw new UncheckedIOException(cannot);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }
}
