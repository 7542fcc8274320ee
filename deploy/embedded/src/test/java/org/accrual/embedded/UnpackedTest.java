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
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

  @Test
  void leavesNothingBehindUnderTheNameWhenItFails() {
    assertThatThrownBy(() -> Unpacked.once("thing-2", UnpackedTest::unreadable))
        .isInstanceOf(EmbeddedPartException.class)
        .hasMessageContaining("accrual.embedded.cache");
    assertThat(cache.resolve("thing-2")).doesNotExist();
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
