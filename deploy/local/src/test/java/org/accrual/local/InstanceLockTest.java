package org.accrual.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstanceLockTest {
  @TempDir Path data;

  @Test
  void isHeldByOneAndTellsTheOtherByWhom() {
    InstanceLock held = InstanceLock.on(data);

    assertThatThrownBy(() -> InstanceLock.on(data))
        .isInstanceOfSatisfying(
            StackFailed.class, failed -> assertThat(failed.exitCode()).isEqualTo(78))
        .hasMessageContaining("process " + ProcessHandle.current().pid());

    held.close();
    InstanceLock.on(data).close();
  }

  @Test
  void saysWhatToDoWhereItCannotWrite() {
    assertThatThrownBy(() -> InstanceLock.on(Path.of("/dev/null/data")))
        .isInstanceOf(StackFailed.class)
        .hasMessageContaining("accrual.local.data");
  }
}
