package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.longrunning.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Site systems that enroll patients of one study, all at once. Every twentieth patient cannot be
 * reached.
 */
final class Enrolling implements AutoCloseable {
  static final int UNREACHABLE = 20;
  private static final int SITES = 4;

  private final SiteClient client;
  private final String study;
  private final int most;
  private final AtomicInteger next = new AtomicInteger();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private volatile boolean over;

  /** Opens the study and sets contacts, for that many patients at most. */
  Enrolling(SiteClient client, String study, int most) throws Exception {
    this.client = client;
    this.study = study;
    this.most = most;
    client.openStudy(study, "A", "B");
    for (int site = 0; site < SITES; site++) {
      client.openSite(study, "S" + site, most, most / SITES + 50, "A", "B");
    }
    all(
        IntStream.range(0, 8)
            .mapToObj(
                first ->
                    threads.submit(
                        () -> {
                          for (int i = first; i < most; i += 8) {
                            if (i % UNREACHABLE != 0) {
                              client.setContact(study, patient(i));
                            }
                          }
                          return first;
                        }))
            .toList());
  }

  private String patient(int number) {
    return study + "-P" + number;
  }

  /** Begins; ends after {@link #stop}, or with the last patient. Answers how many are on study. */
  CompletableFuture<Integer> start(int clients) {
    List<Future<Integer>> confirmed =
        IntStream.range(0, clients).mapToObj(_ -> threads.submit(this::enroll)).toList();
    return CompletableFuture.supplyAsync(
        () -> all(confirmed).stream().mapToInt(Integer::intValue).sum(), threads);
  }

  private int enroll() {
    int confirmed = 0;
    for (int i = next.getAndIncrement(); !over && i < most; i = next.getAndIncrement()) {
      Operation ended = client.enrolled(SiteClient.enroll(study, "S" + i % SITES, patient(i)));
      assertThat(ended.getDone()).isTrue();
      confirmed += ended.hasResponse() ? 1 : 0;
    }
    return confirmed;
  }

  /** Nobody new is enrolled. */
  void stop() {
    over = true;
  }

  private static <A> List<A> all(List<Future<A>> futures) {
    List<A> answers = new ArrayList<>();
    for (Future<A> future : futures) {
      try {
        answers.add(future.get(10, TimeUnit.MINUTES));
      } catch (Exception failed) {
        throw new AssertionError(failed);
      }
    }
    return answers;
  }

  @Override
  public void close() {
    over = true;
    threads.close();
  }
}
