package org.accrual.relay.stream.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.accrual.runtime.registry.SchemaRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 1, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LatestSchemasTest {
  private static final String AGGREGATE_TYPE = "lab.events";
  private static final String TYPE = "lab.result.v1";

  private final FakeRegistry registry = new FakeRegistry();
  private final AtomicLong now = new AtomicLong();
  private final SchemaRegistry client = registry.client();
  private final RegistryQuestions questions = new RegistryQuestions(client, () -> {});
  private final LatestSchemas schemas = new LatestSchemas(client, questions, now::get);

  LatestSchemasTest() throws Exception {}

  @AfterEach
  void stop() {
    questions.stop();
    registry.close();
  }

  @Test
  @DisplayName("A type without a schema is asked for once in 5 s, however many rows it has")
  void aMissingSchemaIsRemembered() throws Exception {
    registry.answers(404);

    for (int row = 0; row < 100; row++) {
      assertThatThrownBy(() -> schemas.of(AGGREGATE_TYPE, TYPE))
          .isInstanceOf(UnpublishableException.class);
    }
    assertThat(registry.asked()).isEqualTo(1);

    registry.answers(200);
    pass(LatestSchemas.NO.toNanos() + 1);
    assertThat(schemas.of(AGGREGATE_TYPE, TYPE).id()).isEqualTo(FakeRegistry.ID);
  }

  @Test
  @DisplayName(
      "Of 1,000 types without a schema, 20 are asked for in 5 s; other aggregate types are")
  void manyMissingSchemasAreNotAskedFor() throws Exception {
    schemas.of(AGGREGATE_TYPE, TYPE);
    registry.answers(404);
    for (int n = 0; n < 1_000; n++) {
      String unknown = "unknown" + n;
      assertThatThrownBy(() -> schemas.of(AGGREGATE_TYPE, unknown))
          .isInstanceOf(UnpublishableException.class);
    }
    assertThat(registry.asked()).isEqualTo(1 + LatestSchemas.MOST_UNKNOWN);

    registry.answers(200);
    assertThat(schemas.of(AGGREGATE_TYPE, TYPE).id()).isEqualTo(FakeRegistry.ID);
    assertThatThrownBy(() -> schemas.of(AGGREGATE_TYPE, "lab.other.v1"))
        .isInstanceOf(UnpublishableException.class)
        .hasMessageContaining("20 types of aggregatetype lab.events");
    assertThat(schemas.of("pharmacy.events", "pharmacy.order.v1").id()).isEqualTo(FakeRegistry.ID);
    pass(LatestSchemas.NO.toNanos() + 1);
    assertThat(schemas.of(AGGREGATE_TYPE, "lab.other.v1").id()).isEqualTo(FakeRegistry.ID);
  }

  @Test
  @DisplayName("A newer schema is asked for once in 5 s, however many values do not fit")
  void misfitsAskOnce() throws Exception {
    SchemaRegistry.Registered first = schemas.of(AGGREGATE_TYPE, TYPE);
    for (int row = 0; row < 100; row++) {
      assertThat(schemas.newerThan(first, TYPE)).isEmpty();
    }
    assertThat(registry.asked()).isEqualTo(2);

    registry.gives(9);
    pass(LatestSchemas.NO.toNanos() + 1);
    assertThat(schemas.newerThan(first, TYPE).orElseThrow().id()).isEqualTo(9);
    assertThat(schemas.of(AGGREGATE_TYPE, TYPE).id()).isEqualTo(9);
  }

  @ParameterizedTest
  @ValueSource(ints = {400, 401, 403, 405, 409, 414, 422})
  @DisplayName("A question that the registry refuses is not repeated")
  void aRefusalIsFinal(int status) {
    registry.answers(status);

    assertThatThrownBy(() -> schemas.of(AGGREGATE_TYPE, TYPE))
        .isInstanceOf(UnpublishableException.class);
    assertThat(registry.asked()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 500})
  @DisplayName("A question that fails while the registry answers others is given up")
  void aTypeThatFailsAloneIsGivenUp(int status) {
    registry.answersForTypes(status);

    assertThatThrownBy(() -> schemas.of(AGGREGATE_TYPE, TYPE))
        .isInstanceOf(UnpublishableException.class)
        .hasMessageContaining(Integer.toString(status));
    assertThat(registry.asked()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {408, 429, 503})
  @DisplayName("An unknown type waits while the registry as a whole is away")
  void anOutageIsWaitedFor(int status) throws Exception {
    registry.answers(status);
    FutureTask<Integer> id = new FutureTask<>(() -> schemas.of(AGGREGATE_TYPE, TYPE).id());
    Thread.ofVirtual().start(id);
    // Three attempts, and after the third whether the registry answers at all.
    await().until(() -> registry.asked() > 3);
    assertThat(id.isDone()).isFalse();

    registry.answers(200);

    assertThat(id.get()).isEqualTo(FakeRegistry.ID);
  }

  @Test
  @DisplayName(
      "A known type continues while the registry is away, and messages that do not fit are set aside at once")
  void aKnownTypeGoesOn() throws Exception {
    SchemaRegistry.Registered known = schemas.of(AGGREGATE_TYPE, TYPE);
    registry.answers(503);
    pass(LatestSchemas.FRESH.toNanos() + 1);

    assertThat(schemas.of(AGGREGATE_TYPE, TYPE)).isEqualTo(known);
    assertThat(schemas.newerThan(known, TYPE)).isEmpty();
  }

  private void pass(long nanos) {
    now.addAndGet(nanos);
  }
}
