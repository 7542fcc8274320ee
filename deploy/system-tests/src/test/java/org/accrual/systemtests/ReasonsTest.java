package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.accrual.runtime.grpc.Reasons;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ReasonsTest {
  private static final Path ROOT = Path.of("..", "..").toAbsolutePath().normalize();
  private static final Pattern ERROR =
      Pattern.compile(
          "Errors\\s*\\.(of|retryable|status)\\(\\s*Code\\.([A-Z_]+),\\s*\"([A-Z_]+)\"");

  @Test
  @DisplayName("Every error in the code has a reason of reason.proto, with its code and RetryInfo")
  void everyReasonIsListed() throws IOException {
    List<MatchResult> errors = new ArrayList<>();
    for (Path source : sources()) {
      errors.addAll(ERROR.matcher(Files.readString(source)).results().toList());
    }

    assertThat(errors).hasSizeGreaterThan(15);
    assertThat(errors)
        .allSatisfy(
            error -> {
              String reason = error.group(3);
              assertThat(Reasons.code(reason)).as(reason).contains(Code.valueOf(error.group(2)));
              if (error.group(1).equals("retryable")) {
                assertThat(Reasons.isRetryable(reason)).as(reason).isTrue();
              }
            });
  }

  private static List<Path> sources() throws IOException {
    try (Stream<Path> files = Files.walk(ROOT)) {
      return files
          .filter(file -> file.toString().contains("/src/main/java/"))
          .filter(file -> file.toString().endsWith(".java"))
          .toList();
    }
  }
}
