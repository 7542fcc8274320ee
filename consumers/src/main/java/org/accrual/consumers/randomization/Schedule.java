package org.accrual.consumers.randomization;

import java.util.List;

/**
 * Computes the allocation schedule of one stratum: permuted blocks, each of a multiple of the
 * ratio. A pure function of seed, design and stratum, so that an unblinded statistician can
 * reproduce it. Remembers its position, since places are asked for mostly in order. Not safe for
 * use by several threads.
 */
final class Schedule {
  /** Names the computation; a change of it needs a new name, and the old one must remain. */
  static final String ALGORITHM = "accrual-permuted-blocks-v1";

  private final byte[] seed;
  private final List<Integer> ratio;
  private final List<Integer> multiples;
  private final String stratum;
  private long block = 1;
  private long before;

  /**
   * One place of a schedule.
   *
   * @param arm its position among the study's arms, from 0
   * @param block number of its block, from 1
   * @param position in the block, from 1
   * @param blockSize how many places the block has
   */
  record Place(int arm, long block, int position, int blockSize) {}

  /**
   * @param ratio of the arms, in lowest terms
   * @param multiples of the ratio that a block may have, each with the same probability
   * @param stratum distinguishes the strata of a study
   */
  Schedule(byte[] seed, List<Integer> ratio, List<Integer> multiples, String stratum) {
    this.seed = seed.clone();
    this.ratio = List.copyOf(ratio);
    this.multiples = List.copyOf(multiples);
    this.stratum = stratum;
  }

  /**
   * Returns the place of an ordinal.
   *
   * @param ordinal from 1
   */
  Place place(long ordinal) {
    if (ordinal <= before) {
      block = 1;
      before = 0;
    }
    SeededDraws draws = draws();
    int[] arms = arms(draws);
    while (ordinal > before + arms.length) {
      before += arms.length;
      block++;
      draws = draws();
      arms = arms(draws);
    }
    shuffle(arms, draws);
    int index = (int) (ordinal - before - 1);
    return new Place(arms[index], block, index + 1, arms.length);
  }

  private SeededDraws draws() {
    return new SeededDraws(seed, "%s/%s/%d".formatted(ALGORITHM, stratum, block));
  }

  /** Returns the arms of the block in the order of the study's arms. */
  private int[] arms(SeededDraws draws) {
    int multiple = multiples.get(draws.below(multiples.size()));
    int[] arms = new int[multiple * ratio.stream().mapToInt(Integer::intValue).sum()];
    int filled = 0;
    for (int arm = 0; arm < ratio.size(); arm++) {
      for (int i = 0; i < multiple * ratio.get(arm); i++) {
        arms[filled++] = arm;
      }
    }
    return arms;
  }

  /** Fisher and Yates. */
  private static void shuffle(int[] arms, SeededDraws draws) {
    for (int i = arms.length - 1; i > 0; i--) {
      int other = draws.below(i + 1);
      int arm = arms[i];
      arms[i] = arms[other];
      arms[other] = arm;
    }
  }
}
