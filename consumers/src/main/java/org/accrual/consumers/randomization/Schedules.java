package org.accrual.consumers.randomization;

import java.util.LinkedHashMap;
import java.util.Map;
import org.accrual.runtime.blinding.Unseal;

/**
 * Opens studies' seeds and keeps the schedules that were used last, since opening a seed costs more
 * than an allocation. Safe for several threads: the intake and a redrive use it at the same time.
 */
final class Schedules {
  private static final int REMEMBERED = 10_000;

  private final Unseal unseal;
  private final Map<String, byte[]> seeds = lastUsed();
  private final Map<Key, Schedule> schedules = lastUsed();

  private record Key(String commitment, Stratum.Key stratum) {}

  Schedules(Unseal unseal) {
    this.unseal = unseal;
  }

  /** Returns the id of the arm at an ordinal of a stratum. */
  String arm(StudyDesign study, Stratum.Key stratum, long ordinal) {
    return study.arms().get(place(study, stratum, ordinal).arm()).id();
  }

  synchronized Schedule.Place place(StudyDesign study, Stratum.Key stratum, long ordinal) {
    String commitment = study.seed().commitmentText();
    return schedules
        .computeIfAbsent(
            new Key(commitment, stratum),
            _ ->
                new Schedule(
                    seeds.computeIfAbsent(
                        commitment, _ -> study.seed().open(stratum.studyId(), study, unseal)),
                    study.ratio(),
                    study.multiples(),
                    stratum.toString()))
        .place(ordinal);
  }

  private static <K, V> Map<K, V> lastUsed() {
    return new LinkedHashMap<>(16, 0.75f, true) {
      @Override
      protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
        return size() > REMEMBERED;
      }
    };
  }
}
