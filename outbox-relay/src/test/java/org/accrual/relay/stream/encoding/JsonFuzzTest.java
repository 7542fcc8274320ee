package org.accrual.relay.stream.encoding;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The short form of {@link JsonFuzzIT}, and the one case that chance would hardly find. */
class JsonFuzzTest {
  @Test
  @Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void noInputThrowsHangsOrTakesMuchMemory() {
    long seed = Long.getLong("faults.seed", System.nanoTime());
    System.out.println("JsonFuzzTest: -Dfaults.seed=" + seed);
    new JsonFuzz(JsonToAvroTest.RESULT, seed).run(20_000);
  }

  @Test
  @Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
  void whatCouldBeReadInCountlessWaysIsRefused() throws Exception {
    String deep = "{\"of\":".repeat(40) + "{\"n\":\"no number\"}" + "}".repeat(40);

    assertThatThrownBy(() -> JsonToAvro.encode(new ObjectMapper().readTree(deep), JsonFuzz.TREE))
        .isInstanceOf(JsonToAvro.Misfit.class);
  }
}
