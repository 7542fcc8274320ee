package org.accrual.consumers.randomization;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;

/**
 * What is left of a block: how many of each arm, in the order of the study's arms. Taking one at
 * random from what is left until nothing is left gives every permutation of the block with the same
 * probability, as shuffling it beforehand would; but what comes next is not written anywhere, it is
 * not even decided.
 */
record Block(List<Integer> left) {
  private static final int LARGEST_MULTIPLE = 3;
  private static final int DIGITS = 2;
  private static final int RADIX = 36;

  /**
   * An arm taken, and what is left.
   *
   * @param arm its position among the study's arms, from 0
   */
  record Draw(int arm, Block rest) {}

  /** Before the first block of a stratum, and after each: the next draw begins one. */
  static Block none(int arms) {
    return new Block(Collections.nCopies(arms, 0));
  }

  /**
   * Takes the next. Where nothing is left a new block is begun, one, two or three times the ratio:
   * as sizes vary, nobody can tell from what came before what the last of a block must be.
   */
  Draw draw(List<Integer> ratio, RandomGenerator random) {
    int size = left.stream().mapToInt(Integer::intValue).sum();
    if (size == 0) {
      int multiple = 1 + random.nextInt(LARGEST_MULTIPLE);
      return new Block(ratio.stream().map(part -> part * multiple).toList()).draw(ratio, random);
    }
    int at = random.nextInt(size);
    int arm = 0;
    while (at >= left.get(arm)) {
      at -= left.get(arm);
      arm++;
    }
    List<Integer> rest = new ArrayList<>(left);
    rest.set(arm, left.get(arm) - 1);
    return new Draw(arm, new Block(List.copyOf(rest)));
  }

  /** Two base-36 digits an arm: short enough to be sealed for 39 arms of up to 1295 each. */
  String text() {
    StringBuilder text = new StringBuilder();
    for (int count : left) {
      String digits = Integer.toString(count, RADIX);
      text.append("0".repeat(DIGITS - digits.length())).append(digits);
    }
    return text.toString().toUpperCase(Locale.ROOT);
  }

  static Block ofText(String text) {
    List<Integer> left = new ArrayList<>();
    for (int i = 0; i < text.length(); i += DIGITS) {
      left.add(Integer.parseInt(text.substring(i, i + DIGITS), RADIX));
    }
    return new Block(left);
  }
}
