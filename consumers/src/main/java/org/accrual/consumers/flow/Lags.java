package org.accrual.consumers.flow;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.accrual.intake.Subscription;
import org.apache.kafka.common.TopicPartition;

/** Works out of looks at the brokers how far each consumer is behind. Used by one thread. */
final class Lags {
  /** For what was written before this watched: steps back in time, each twice the one before. */
  private static final Duration FIRST_STEP = Duration.ofSeconds(30);

  private static final Duration LAST_STEP = Duration.ofDays(8);

  private final List<Subscription> subscriptions;
  private final Map<TopicPartition, LagHistory> histories = new HashMap<>();
  private final Map<String, Rate> rates = new HashMap<>();
  private Map<TopicPartition, Long> begins = Map.of();

  Lags(List<Subscription> subscriptions) {
    this.subscriptions = subscriptions;
  }

  /**
   * By consumer.
   *
   * @param seen positions that the consumers have told of themselves: past what holds no record,
   *     such as the ends of transactions
   */
  SortedMap<String, ConsumerLag> of(
      KafkaLooks looks, KafkaLook look, Map<String, Map<TopicPartition, Long>> seen, Instant now)
      throws ExecutionException, TimeoutException, InterruptedException {
    if (histories.isEmpty()) {
      begins = looks.begins();
      lookBack(looks, look, now);
    }
    look.ends().forEach((partition, end) -> history(partition).add(now, end));
    SortedMap<String, ConsumerLag> lags = new TreeMap<>();
    for (Subscription subscription : subscriptions) {
      String consumer = subscription.consumer();
      KafkaLook.Group group =
          look.groups().getOrDefault(consumer, new KafkaLook.Group(0, Map.of()));
      lags.put(
          consumer,
          lag(looks, subscription, group, look, seen.getOrDefault(consumer, Map.of()), now));
    }
    return lags;
  }

  private ConsumerLag lag(
      KafkaLooks looks,
      Subscription subscription,
      KafkaLook.Group group,
      KafkaLook look,
      Map<TopicPartition, Long> seen,
      Instant now) {
    long records = 0;
    long taken = 0;
    Duration time = Duration.ZERO;
    for (TopicPartition partition : looks.of(subscription)) {
      long begin = begins.getOrDefault(partition, 0L);
      long position =
          Math.max(
              group.positions().getOrDefault(partition, begin), seen.getOrDefault(partition, 0L));
      long behind = look.ends().getOrDefault(partition, 0L) - position;
      taken += position;
      if (behind > 0) {
        records += behind;
        Duration age = history(partition).age(position, now);
        time = age.compareTo(time) > 0 ? age : time;
      }
    }
    double rate =
        rates
            .computeIfAbsent(subscription.consumer(), _ -> new Rate())
            .add(System.nanoTime(), taken);
    return new ConsumerLag(records, time, rate, group.members(), !group.positions().isEmpty());
  }

  private LagHistory history(TopicPartition partition) {
    return histories.computeIfAbsent(partition, _ -> new LagHistory());
  }

  private void lookBack(KafkaLooks looks, KafkaLook look, Instant now)
      throws ExecutionException, TimeoutException, InterruptedException {
    List<Instant> times = new ArrayList<>();
    for (Duration ago = FIRST_STEP; ago.compareTo(LAST_STEP) < 0; ago = ago.multipliedBy(2)) {
      times.add(now.minus(ago));
    }
    Collections.reverse(times);
    for (Instant time : times) {
      looks
          .endsAt(time, look.ends())
          .forEach((partition, end) -> history(partition).add(time, end));
    }
  }
}
