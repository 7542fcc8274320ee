package org.accrual.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BlindingTest {
  @TempDir Path data;

  @Test
  void makesItsKeysOnceForTheOwnerAlone() throws IOException {
    Blinding made = Blinding.in(data);

    assertThat(Blinding.in(data)).isEqualTo(made);
    assertThat(made.publicKey()).isNotEqualTo(made.privateKey()).isNotBlank();
    assertThat(Files.getPosixFilePermissions(data.resolve("blinding.keys")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void givesTheKeyThatOpensOnlyToThoseWhoOpen() {
    Blinding blinding = Blinding.in(data);

    assertThat(blinding.forSealing().values()).doesNotContain(blinding.privateKey());
    assertThat(blinding.forOpening().values()).contains(blinding.privateKey());
    assertThat(blinding.toString()).doesNotContain(blinding.privateKey());
  }
}
