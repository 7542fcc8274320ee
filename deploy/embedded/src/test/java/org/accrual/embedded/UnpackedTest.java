package org.accrual.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class UnpackedTest {
  @TempDir Path cache;

  @BeforeEach
  void useOwnCache() {
    System.setProperty("accrual.embedded.cache", cache.toString());
  }

  @AfterEach
  void leaveCache() {
    System.clearProperty("accrual.embedded.cache");
  }

  @Test
  void unpacksFilesModesAndLinksOnce() throws IOException {
    Path folder = Unpacked.once("thing-1", () -> archive("bin/run", "lib/link"));

    assertThat(folder.resolve("bin/run")).isExecutable().hasContent("content");
    assertThat(Files.readSymbolicLink(folder.resolve("lib/link"))).isEqualTo(Path.of("target"));
    assertThat(Unpacked.once("thing-1", UnpackedTest::unreadable)).isEqualTo(folder);
  }

  static Stream<Arguments> changes() {
    return Stream.of(
        Arguments.of("a file is cut short", change(file -> Files.writeString(file, "con"))),
        Arguments.of("a file is edited", change(UnpackedTest::edit)),
        Arguments.of("a file is deleted", change(Files::delete)),
        Arguments.of(
            "a file is added",
            change(file -> Files.writeString(file.resolveSibling("added"), "content"))),
        Arguments.of("a program cannot be run", change(UnpackedTest::takeExecutability)),
        Arguments.of("the list is missing", change(UnpackedTest::deleteInventory)));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("changes")
  void unpacksAgainWhen(String name, Change change) throws IOException {
    Path folder = Unpacked.once("thing-4", () -> archive("bin/run", "lib/link"));
    change.on(folder.resolve("bin/run"));

    assertThat(Unpacked.once("thing-4", () -> archive("bin/run", "lib/link"))).isEqualTo(folder);

    assertThat(folder.resolve("bin/run")).isExecutable().hasContent("content");
    assertThat(folder.resolve("bin/added")).doesNotExist();
    assertThat(folder.resolve(".inventory")).exists();
    assertThat(Unpacked.once("thing-4", UnpackedTest::unreadable)).isEqualTo(folder);
  }

  /** Changes the unpacked program {@code bin/run}. */
  @FunctionalInterface
  interface Change {
    void on(Path program) throws IOException;
  }

  private static Change change(Change change) {
    return change;
  }

  private static void edit(Path file) throws IOException {
    Files.writeString(file, "CONTENT");
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().plusSeconds(2)));
  }

  private static void takeExecutability(Path file) throws IOException {
    FileTime time = Files.getLastModifiedTime(file);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    Files.setLastModifiedTime(file, time);
  }

  private static void deleteInventory(Path file) throws IOException {
    Files.delete(file.getParent().resolveSibling(".inventory"));
  }

  @Test
  void leavesNothingBehindUnderTheNameWhenItFails() {
    assertThatThrownBy(() -> Unpacked.once("thing-2", UnpackedTest::unreadable))
        .isInstanceOf(EmbeddedPartException.class)
        .hasMessageContaining("accrual.embedded.cache");
    assertThat(cache).isDirectoryNotContaining("glob:**thing-2*[!k]");
  }

  @Test
  void refusesAnEntryThatLeavesTheFolder() {
    assertThatThrownBy(() -> Unpacked.once("thing-3", () -> archive("../run", "link")))
        .hasMessageContaining("leaves the archive");
    assertThat(cache.resolve("run")).doesNotExist();
  }

  private static InputStream unreadable() throws IOException {
    throw new IOException("unreadable");
  }

  private static InputStream archive(String file, String link) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
      byte[] content = "content".getBytes(StandardCharsets.UTF_8);
      TarArchiveEntry entry = new TarArchiveEntry(file);
      entry.setSize(content.length);
      entry.setMode(0755);
      tar.putArchiveEntry(entry);
      tar.write(content);
      tar.closeArchiveEntry();
      TarArchiveEntry symbolic = new TarArchiveEntry(link, TarConstants.LF_SYMLINK);
      symbolic.setLinkName("target");
      tar.putArchiveEntry(symbolic);
      tar.closeArchiveEntry();
    }
    return new ByteArrayInputStream(bytes.toByteArray());
  }
}
