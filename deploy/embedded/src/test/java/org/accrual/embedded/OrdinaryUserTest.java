package org.accrual.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.security.auth.module.UnixSystem;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class OrdinaryUserTest {

  @Test
  void runsProgramsAsAnotherUserThanRoot() throws Exception {
    List<String> prefix = OrdinaryUser.prefix();
    if (new UnixSystem().getUid() != 0) {
      assertThat(prefix).isEmpty();
      return;
    }

    List<String> command = new java.util.ArrayList<>(prefix);
    command.addAll(List.of("id", "-u"));
    Process id = new ProcessBuilder(command).start();

    assertThat(new String(id.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip())
        .isEqualTo("65534");
  }

  @Test
  void skipsAWayThatIsNotInstalledOrRefused() {
    List<String> works = List.of("/bin/sh", "-c", "exit 0");

    assertThat(
            OrdinaryUser.firstThatWorks(
                List.of(List.of("no-such-program"), List.of("false"), works)))
        .isEqualTo(works);
  }

  @Test
  void saysInOneLineWhatToDoWhenNoWayWorks() {
    assertThatThrownBy(() -> OrdinaryUser.firstThatWorks(List.of(List.of("false"))))
        .isInstanceOf(EmbeddedPartException.class)
        .hasMessageContaining("ordinary user")
        .hasMessageNotContaining("\n");
  }
}
