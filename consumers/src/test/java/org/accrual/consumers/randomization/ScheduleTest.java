package org.accrual.consumers.randomization;

import static org.assertj.core.api.Assertions.assertThat;

import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.UniqueElements;
import org.accrual.consumers.randomization.StudyDesign.Arm;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Tests the allocation procedure statistically. Each run has a new seed, which is printed; the
 * bounds are at least 6.5 standard deviations from the expectation, a false alarm has a probability
 * below 1e-9.
 */
class ScheduleTest {
  private static final List<Integer> EQUAL = List.of(1, 1);
  private static final List<Integer> MULTIPLES = List.of(2, 3, 4);
  private static final byte[] SEED = new byte[32];

  /** Block, position and arm; computed by a second implementation, in Python. */
  private static final String GOLDEN =
      """
      1.1:0 1.2:0 1.3:0 1.4:0 1.5:1 1.6:1
      2.1:1 2.2:0 2.3:0 2.4:0 2.5:0 2.6:1 2.7:1 2.8:0 2.9:0
      3.1:1 3.2:0 3.3:0 3.4:0 3.5:0 3.6:0 3.7:1 3.8:1 3.9:0
      """;

  @BeforeAll
  static void seed() {
    new SecureRandom().nextBytes(SEED);
    System.out.println("ScheduleTest: seed " + HexFormat.of().formatHex(SEED));
  }

  @Test
  @DisplayName("The algorithm of a name never changes")
  void isFixed() {
    byte[] seed = new byte[32];
    Arrays.fill(seed, (byte) 7);
    Schedule schedule = new Schedule(seed, List.of(2, 1), MULTIPLES, "S/X/{1}");

    assertThat(
            LongStream.rangeClosed(1, 24)
                .mapToObj(schedule::place)
                .map(place -> place.block() + "." + place.position() + ":" + place.arm())
                .collect(Collectors.joining(" ")))
        .isEqualToNormalizingWhitespace(GOLDEN);
  }

  @Test
  @DisplayName("A place is the same in whatever order places are asked for")
  void isAFunctionOfTheOrdinal() {
    Schedule ordered = stratum(0);
    List<Schedule.Place> places = LongStream.rangeClosed(1, 40).mapToObj(ordered::place).toList();

    Schedule backwards = stratum(0);
    for (int i = 40; i >= 1; i--) {
      assertThat(backwards.place(i)).isEqualTo(places.get(i - 1));
    }
  }

  @Property(tries = 100)
  void everyCompleteBlockHoldsTheRatioExactly(
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 9) Integer> ratio,
      @ForAll @Size(min = 1, max = 4) @UniqueElements
          List<@IntRange(min = 1, max = 20) Integer> multiples,
      @ForAll int stratum) {
    Schedule schedule = new Schedule(SEED, ratio, multiples, "S/X/" + stratum);
    long ordinal = 1;
    for (int block = 1; block <= 3; block++) {
      int size = schedule.place(ordinal).blockSize();
      int[] counts = new int[ratio.size()];
      for (int i = 1; i <= size; i++) {
        Schedule.Place place = schedule.place(ordinal++);
        assertThat(place.block()).isEqualTo(block);
        assertThat(place.position()).isEqualTo(i);
        counts[place.arm()]++;
      }
      int multiple = counts[0] / ratio.getFirst();
      assertThat(multiples).contains(multiple);
      for (int arm = 0; arm < counts.length; arm++) {
        assertThat(counts[arm]).isEqualTo(multiple * ratio.get(arm));
      }
    }
  }

  /**
   * With the ratio as written, 50:50 had blocks of 100 to 300: after 20 patients the difference of
   * the arms had a standard deviation of 4.18, nearly that of simple randomization (4.47).
   */
  @Test
  @DisplayName("50:50 is 1:1: a stratum of 20 patients is balanced")
  void reducesTheRatio() {
    StudyDesign study =
        new StudyDesign(
            1,
            List.of(new Arm("a", 50), new Arm("b", 50)),
            List.of(),
            MULTIPLES,
            true,
            SealedSeed.NONE);
    assertThat(study.ratio()).isEqualTo(EQUAL);

    double[] differences =
        IntStream.range(0, 2_000)
            .mapToDouble(
                i -> difference(new Schedule(SEED, study.ratio(), study.multiples(), "a" + i), 20))
            .toArray();

    assertThat(largest(differences)).isLessThanOrEqualTo(4);
    assertThat(Math.sqrt(variance(differences))).isBetween(0.85, 1.4);
  }

  /**
   * 600 patients, 50 sites, 4 strata. By site a cell has 3 patients, whose difference has the
   * variance 1, 1.8 and 2.143 in blocks of 4, 6 and 8: overall a standard deviation of 18.2.
   * Central strata of 150 patients have the variance 1.241 each: 2.23. (24.5 without restriction.)
   */
  @Test
  @DisplayName("Central strata keep the study balanced, strata by site with few patients do not")
  void balancesOverall() {
    double[] bySite = new double[100];
    double[] central = new double[100];
    for (int study = 0; study < 100; study++) {
      for (int cell = 0; cell < 200; cell++) {
        bySite[study] += difference(stratum("b" + study + "/" + cell), 3);
      }
      for (int cell = 0; cell < 4; cell++) {
        central[study] += difference(stratum("c" + study + "/" + cell), 150);
      }
    }

    assertThat(Math.sqrt(variance(bySite))).isBetween(9.5, 28.0);
    assertThat(largest(central)).isLessThanOrEqualTo(16);
    assertThat(Math.sqrt(variance(central))).isBetween(1.1, 3.5);
  }

  @Test
  @DisplayName("Block sizes are equally frequent, and so are the orders of a block")
  void drawsSizesAndOrdersUniformly() {
    Map<Integer, Integer> sizes = new HashMap<>();
    Map<List<Integer>, Integer> orders = new HashMap<>();
    for (int i = 0; i < 6_000; i++) {
      Schedule schedule = stratum("d" + i);
      int size = schedule.place(1).blockSize();
      sizes.merge(size, 1, Integer::sum);
      Schedule fours = new Schedule(SEED, EQUAL, List.of(2), "e" + i);
      orders.merge(
          LongStream.rangeClosed(1, 4).mapToObj(o -> fours.place(o).arm()).toList(),
          1,
          Integer::sum);
    }

    // 2,000 of each size, standard deviation 36.5; 1,000 of each order, standard deviation 28.9.
    assertThat(sizes).containsOnlyKeys(4, 6, 8);
    assertThat(sizes.values()).allSatisfy(n -> assertThat(n).isBetween(1_760, 2_240));
    assertThat(orders).hasSize(6);
    assertThat(orders.values()).allSatisfy(n -> assertThat(n).isBetween(810, 1_190));
  }

  /**
   * Who knows the earlier arms and where blocks begin, and guesses the arm that is behind, is right
   * in m + (4^m / C(2m, m) - 1) / 2 of 2m places (Blackwell and Hodges 1957): for blocks of 4, 6
   * and 8 in (2.833 + 4.1 + 5.329) / 18 = 68.1 %. For blocks of 2, 4 and 6 it were 70.3 %.
   */
  @Test
  @DisplayName("The best guess of the next arm is right no more often than the design implies")
  void isAsUnpredictableAsItsDesign() {
    int guesses = 0;
    double right = 0;
    for (int i = 0; i < 400; i++) {
      Schedule schedule = stratum("f" + i);
      int behind = 0; // how many more of arm 1 the block has had so far
      Schedule.Place place = schedule.place(1);
      for (long ordinal = 1; place.block() <= 20; place = schedule.place(++ordinal)) {
        behind = place.position() == 1 ? 0 : behind;
        guesses++;
        right += behind == 0 ? 0.5 : (behind > 0) == (place.arm() == 0) ? 1 : 0;
        behind += place.arm() == 1 ? 1 : -1;
      }
    }

    // Some 48,000 guesses: the standard deviation is below 0.25 %.
    assertThat(right / guesses).isBetween(0.664, 0.698);
  }

  private static Schedule stratum(Object name) {
    return new Schedule(SEED, EQUAL, MULTIPLES, name.toString());
  }

  private static double difference(Schedule schedule, int patients) {
    return LongStream.rangeClosed(1, patients)
        .map(ordinal -> schedule.place(ordinal).arm() == 0 ? 1 : -1)
        .sum();
  }

  private static double largest(double[] values) {
    return Arrays.stream(values).map(Math::abs).max().orElseThrow();
  }

  private static double variance(double[] values) {
    return Arrays.stream(values).map(v -> v * v).sum() / values.length;
  }
}
