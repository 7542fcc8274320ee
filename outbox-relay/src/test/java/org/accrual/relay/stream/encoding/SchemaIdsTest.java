package org.accrual.relay.stream.encoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SchemaIdsTest {
  private static final String TYPE = "accrual.study.activated.v1";

  private final FakeRegistry registry = new FakeRegistry();
  private final SchemaIds ids = registry.ids();

  SchemaIdsTest() throws Exception {}

  @AfterEach
  void stop() {
    registry.close();
  }

  @Test
  void asksOnce() throws Exception {
    assertThat(ids.of(TYPE, 1)).isEqualTo(FakeRegistry.ID);
    assertThat(ids.of(TYPE, 1)).isEqualTo(FakeRegistry.ID);
    assertThat(registry.asked()).isEqualTo(1);
  }

  @Test
  void waitsForARegistryThatIsAway() throws Exception {
    registry.answers(503);
    FutureTask<Integer> id = inBackground(() -> ids.of(TYPE, 1));
    await().until(() -> registry.asked() > 0);
    assertThat(id.isDone()).isFalse();

    registry.answers(200);

    assertThat(id.get()).isEqualTo(FakeRegistry.ID);
  }

  @Test
  void stopsWaitingWhenStopped() throws Exception {
    registry.answers(503);
    FutureTask<Integer> id = inBackground(() -> ids.of(TYPE, 1));
    await().until(() -> registry.asked() > 0);

    ids.stop();

    assertThatThrownBy(id::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
  }

  @Test
  void aSchemaThatNobodyKnowsIsNotWaitedFor() {
    registry.answers(404);

    assertThatThrownBy(() -> ids.of(TYPE, 1)).isInstanceOf(UnpublishableException.class);
    assertThatThrownBy(() -> ids.of(TYPE, 99)).isInstanceOf(UnpublishableException.class);
    assertThatThrownBy(() -> ids.of("lab.unheard", 1)).isInstanceOf(UnpublishableException.class);
  }

  @Test
  void aRegistryThatWasReplacedIsNoticed() throws Exception {
    ids.of(TYPE, 1);
    registry.gives(9);
    assertThat(ids.of(TYPE, 1)).as("known").isEqualTo(FakeRegistry.ID);

    ids.lookAgain();

    assertThat(ids.of(TYPE, 1)).isEqualTo(9);
  }

  @Test
  void oneThatIsAwayOrEmptyChangesNothingThatIsKnown() throws Exception {
    ids.of(TYPE, 1);
    registry.answers(503);
    ids.lookAgain();
    registry.answers(404);
    ids.lookAgain();

    assertThat(ids.of(TYPE, 1)).isEqualTo(FakeRegistry.ID);
  }

  private static FutureTask<Integer> inBackground(Callable<Integer> work) {
    FutureTask<Integer> task = new FutureTask<>(work);
    Thread.ofVirtual().start(task);
    return task;
  }
}
