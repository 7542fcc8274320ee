package org.accrual.relay.stream.encoding;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.accrual.runtime.registry.IncompatibleSchema;
import org.accrual.runtime.registry.RegistryUnavailable;
import org.accrual.runtime.registry.SchemaRegistry;
import org.accrual.runtime.registry.UnknownSchema;

/**
 * Asks the registry and waits while it is away, since the outbox keeps the rows. Used by one
 * thread; {@link #stop} may come from any.
 */
final class RegistryQuestions {
  private static final Logger LOG = Logger.getLogger(RegistryQuestions.class.getName());
  private static final Duration RETRY = Duration.ofSeconds(1);

  /** For a type from SQL whose question alone fails, while the registry answers others. */
  private static final int ATTEMPTS_FOR_SQL = 3;

  private final SchemaRegistry registry;
  private final Runnable beat;
  private final CountDownLatch stopped = new CountDownLatch(1);

  /**
   * @param beat called at each attempt: the heartbeat of the thread that waits
   */
  RegistryQuestions(SchemaRegistry registry, Runnable beat) {
    this.registry = registry;
    this.beat = beat;
  }

  /**
   * Asks about a type of ours. Waits as long as it takes: a row of a stream is never skipped.
   *
   * @throws UnpublishableException if the registry says no
   * @throws InterruptedException if stopped while the registry was away
   */
  <T> T own(String type, Supplier<T> question) throws InterruptedException {
    return ask(type, question, false);
  }

  /**
   * Asks about a type that SQL has published. Waits only while the registry as a whole is away.
   *
   * @throws UnpublishableException if the registry says no, or refuses or fails the question while
   *     it answers others
   * @throws InterruptedException if stopped while the registry was away
   */
  <T> T fromSql(String type, Supplier<T> question) throws InterruptedException {
    return ask(type, question, true);
  }

  private <T> T ask(String type, Supplier<T> question, boolean fromSql)
      throws InterruptedException {
    for (int attempt = 1; ; attempt++) {
      beat.run();
      try {
        return question.get();
      } catch (UnknownSchema | IncompatibleSchema e) {
        throw new UnpublishableException(String.valueOf(e.getMessage()));
      } catch (RegistryUnavailable e) {
        if (fromSql && concernsTheTypeAlone(e, attempt)) {
          throw new UnpublishableException(String.valueOf(e.getMessage()));
        }
        LOG.log(
            Level.WARNING,
            "cannot relay {0} yet, attempt {1}: {2}; retrying in 1 s; start the schema registry or"
                + " correct accrual.registry.url",
            new Object[] {type, attempt, e.getMessage()});
      }
      if (stopped.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new InterruptedException("stopped while the schema registry was away");
      }
    }
  }

  private boolean concernsTheTypeAlone(RegistryUnavailable e, int attempt) {
    int status = e.status();
    boolean refused = status >= 400 && status < 500 && status != 408 && status != 429;
    return refused || (attempt >= ATTEMPTS_FOR_SQL && registry.trouble().isEmpty());
  }

  /** Ends waiting. */
  void stop() {
    stopped.countDown();
  }
}
