package org.accrual.consumers.query;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class GatheringTest {

  @Test
  void aCallerAloneIsAnsweredAtOnce() {
    Gathering<Integer, String> gathering = new Gathering<>(1, GatheringTest::even);

    assertThat(gathering.find(4)).contains("row 4");
    assertThat(gathering.find(5)).isEmpty();
  }

  @Test
  void whatIsAskedForMeanwhileGoesIntoOneStatement() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    BlockingQueue<List<Integer>> statements = new LinkedBlockingQueue<>();
    Gathering<Integer, String> gathering =
        new Gathering<>(
            1,
            keys -> {
              statements.add(keys);
              begun.countDown();
              awaitUnchecked(goOn);
              return even(keys);
            });
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Optional<String>> first = callers.submit(() -> gathering.find(0));
      begun.await();
      CountDownLatch asking = new CountDownLatch(10);
      List<Future<Optional<String>>> others =
          IntStream.rangeClosed(1, 10)
              .mapToObj(
                  key ->
                      callers.submit(
                          () -> {
                            asking.countDown();
                            return gathering.find(key);
                          }))
              .toList();
      asking.await();
      goOn.countDown();

      assertThat(first.get()).contains("row 0");
      for (int key = 1; key <= 10; key++) {
        assertThat(others.get(key - 1).get())
            .isEqualTo(Optional.ofNullable(even(List.of(key)).get(key)));
      }
    }
    assertThat(statements.stream().flatMap(List::stream))
        .containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    assertThat(statements.peek()).containsExactly(0);
  }

  @Test
  void everybodyWhoWaitsForAStatementGetsItsFailureAndTheNextIsTriedAnew() {
    boolean[] away = {true};
    Function<List<Integer>, Map<Integer, String>> read =
        keys -> {
          if (away[0]) {
            throw new IllegalStateException("away");
          }
          return even(keys);
        };
    Gathering<Integer, String> gathering = new Gathering<>(1, read);

    assertThatThrownBy(() -> gathering.find(2)).hasMessage("away");
    away[0] = false;
    assertThat(gathering.find(2)).contains("row 2");
  }

  /** Nobody is forgotten between one who ends and one who begins. */
  @Test
  void everyoneIsAnsweredHoweverManyAsk() throws Exception {
    Gathering<Integer, String> gathering = new Gathering<>(2, GatheringTest::even);
    try (ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Optional<String>>> answers =
          IntStream.range(0, 20_000)
              .mapToObj(key -> callers.submit(() -> gathering.find(2 * key)))
              .toList();
      for (int key = 0; key < answers.size(); key++) {
        assertThat(answers.get(key).get(10, TimeUnit.SECONDS)).contains("row " + 2 * key);
      }
    }
  }

  private static Map<Integer, String> even(List<Integer> keys) {
    return keys.stream()
        .filter(key -> key % 2 == 0)
        .collect(Collectors.toMap(key -> key, key -> "row " + key));
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
