package org.accrual.consumers.query;

import io.grpc.stub.ServerCallStreamObserver;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.context.BeforeDestroyed;
import jakarta.enterprise.context.Initialized;
import jakarta.enterprise.event.Observes;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.accrual.api.query.v1.StudyAccrual;
import org.accrual.runtime.grpc.ServerStreams;
import org.accrual.runtime.liveness.Heartbeat;
import org.jspecify.annotations.Nullable;

/**
 * WatchStudyAccrual: one thread reads the watched studies, all in one statement however many watch,
 * and tells each watcher what it has not seen. Only that thread speaks to the watchers.
 */
@ApplicationScoped
class AccrualWatch {
  private static final Logger LOG = Logger.getLogger(AccrualWatch.class.getName());
  private static final Duration RECHECK = Duration.ofMillis(250);

  private final AccrualReader accruals;
  private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Heartbeat heartbeat = new Heartbeat("accrual-watch");
  private final Thread thread;

  /** A call that is open. Used by the watching thread alone. */
  private static final class Watcher {
    final String studyId;
    final ServerCallStreamObserver<StudyAccrual> call;
    @Nullable StudyAccrual seen;

    Watcher(String studyId, ServerCallStreamObserver<StudyAccrual> call) {
      this.studyId = studyId;
      this.call = call;
    }
  }

  @Inject
  AccrualWatch(AccrualReader accruals) {
    this.accruals = accruals;
    this.thread = Thread.ofVirtual().name("accrual-watch").unstarted(heartbeat.watch(this::run));
  }

  /** Starts with the process, so that no call has to. */
  void start(@Observes @Initialized(ApplicationScoped.class) Object event) {
    thread.start();
  }

  /** Sends the study's accrual to the caller from now on until it leaves. */
  void watch(String studyId, ServerCallStreamObserver<StudyAccrual> call) {
    Watcher watcher = new Watcher(studyId, call);
    call.setOnCancelHandler(() -> watchers.remove(watcher));
    watchers.add(watcher);
  }

  /** Before the gRPC server drains: calls that would stay open are ended. */
  void stop(
      @Observes @Priority(Integer.MIN_VALUE) @BeforeDestroyed(ApplicationScoped.class)
          Object event) {
    heartbeat.stop();
    stopping.countDown();
    try {
      thread.join();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!stopping.await(RECHECK.toNanos(), TimeUnit.NANOSECONDS)) {
        heartbeat.beat();
        if (!watchers.isEmpty()) {
          look();
        }
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
    watchers.forEach(watcher -> watcher.call.onError(ServerStreams.stopping()));
  }

  private void look() {
    Map<String, StudyAccrual> now;
    try {
      now =
          accruals.read(
              watchers.stream().map(watcher -> watcher.studyId).collect(Collectors.toSet()));
    } catch (RuntimeException away) {
      LOG.log(Level.WARNING, "cannot read the accrual that is watched; watchers wait", away);
      return;
    }
    for (Watcher watcher : watchers) {
      tell(watcher, now.get(watcher.studyId));
    }
  }

  private static void tell(Watcher watcher, @Nullable StudyAccrual accrual) {
    // Who does not take what it was told is told the latest once it does.
    if (accrual == null || accrual.equals(watcher.seen) || !watcher.call.isReady()) {
      return;
    }
    try {
      watcher.call.onNext(accrual);
      watcher.seen = accrual;
    } catch (RuntimeException left) {
      LOG.log(Level.FINE, "a watcher left", left);
    }
  }
}
