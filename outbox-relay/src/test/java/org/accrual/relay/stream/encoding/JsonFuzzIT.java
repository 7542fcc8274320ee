package org.accrual.relay.stream.encoding;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A million inputs; another seed with {@code -Dfaults.seed=N}. */
@Tag("faults")
class JsonFuzzIT {
  @Test
  @Timeout(value = 20, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void noInputThrowsHangsOrTakesMuchMemory() {
    long seed = Long.getLong("faults.seed", System.nanoTime());
    System.out.println("faults.seed=" + seed);
    new JsonFuzz(JsonToAvroTest.RESULT, seed).run(1_000_000);
  }
}
