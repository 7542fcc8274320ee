package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChromiumTest {
  @TempDir Path folder;

  @Test
  void isThatOfThePath() throws IOException {
    Path program = Files.createSymbolicLink(folder.resolve("chromium"), Path.of("/bin/sh"));

    assertThat(Chromium.onPath("/nowhere:" + folder)).isEqualTo(program);
    assertThatThrownBy(() -> Chromium.onPath("/nowhere")).hasMessageContaining("/nowhere");
  }
}
