package org.accrual.intake;

import java.util.concurrent.TimeUnit;
import org.accrual.fixtures.Seeds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The short form of {@link DecoderFuzzIT}. */
class DecoderFuzzTest {
  @Test
  @Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void noInputThrowsHangsOrTakesMuchMemory() {
    new DecoderFuzz(Seeds.of(DecoderFuzzTest.class)).run(20_000);
  }
}
