package org.accrual.relay.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Optional;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.Checkpoint.Origin;
import org.accrual.relay.stream.outbox.Position;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointFormatTest {
  private static final Checkpoint CHECKPOINT =
      new Checkpoint(
          new Origin("7490000000000000001", 3, "accrual_outbox", "16401.760/16402.760"),
          new Position(0x16B3748, 12),
          Optional.of("019ac9d2-8a00-7000-8000-000000000001"));

  /** What is written today must be read by every later version. */
  @Test
  void isJsonThatPeopleCanRead() {
    assertThat(new String(CheckpointFormat.value(CHECKPOINT), UTF_8))
        .isEqualTo(
            "{\"format\":1,\"lsn\":\"0/16B3748\",\"ordinal\":12,"
                + "\"system_identifier\":\"7490000000000000001\",\"timeline\":3,"
                + "\"slot\":\"accrual_outbox\",\"publication\":\"16401.760/16402.760\","
                + "\"last_id\":\"019ac9d2-8a00-7000-8000-000000000001\"}");
  }

  @Test
  void readsWhatItWrites() {
    Checkpoint withoutRow = new Checkpoint(CHECKPOINT.origin(), CHECKPOINT.position());

    assertThat(CheckpointFormat.parse(CheckpointFormat.value(CHECKPOINT))).isEqualTo(CHECKPOINT);
    assertThat(CheckpointFormat.parse(CheckpointFormat.value(withoutRow))).isEqualTo(withoutRow);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no json",
        "{}",
        "{\"format\":2}",
        "{\"format\":1,\"lsn\":\"x\",\"ordinal\":0,\"system_identifier\":\"1\",\"timeline\":1,\"slot\":\"s\"}",
        "{\"format\":1,\"lsn\":\"0/1\"}"
      })
  void refusesWhatItCannotRead(String value) {
    assertThatThrownBy(() -> CheckpointFormat.parse(value.getBytes(UTF_8)))
        .isInstanceOf(UnreadableCheckpointException.class);
  }
}
