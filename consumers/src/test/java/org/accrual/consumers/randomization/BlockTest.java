package org.accrual.consumers.randomization;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BlockTest {

  /** Each time a block ends every arm has had its ratio's share exactly, and no block is larger. */
  @Property
  void everyCompleteBlockHoldsTheRatioExactly(
      @ForAll @Size(min = 1, max = 16) List<@IntRange(min = 1, max = 100) Integer> ratio,
      @ForAll long seed) {
    Random random = new Random(seed);
    int sum = ratio.stream().mapToInt(Integer::intValue).sum();
    int blocks = 0;
    Block block = Block.none(ratio.size());
    List<Integer> drawn = new ArrayList<>(Collections.nCopies(ratio.size(), 0));
    while (blocks < 3) {
      Block.Draw draw = block.draw(ratio, random);
      drawn.set(draw.arm(), drawn.get(draw.arm()) + 1);
      block = Block.ofText(draw.rest().text());
      if (block.equals(Block.none(ratio.size()))) {
        int multiple = drawn.getFirst() / ratio.getFirst();
        assertThat(multiple).isBetween(1, 3);
        assertThat(drawn).isEqualTo(ratio.stream().map(part -> part * multiple).toList());
        drawn = new ArrayList<>(Collections.nCopies(ratio.size(), 0));
        blocks++;
      }
      assertThat(drawn.stream().mapToInt(Integer::intValue).sum()).isLessThanOrEqualTo(3 * sum);
    }
  }

  @Test
  void aBlockTextIsShortEnoughToBeSealedAtTheContractsBounds() {
    Block largest = new Block(Collections.nCopies(16, 300));

    assertThat(largest.text()).hasSizeLessThan(80);
    assertThat(Block.ofText(largest.text())).isEqualTo(largest);
  }

  /** All sizes occur, and every order of a block does. */
  @Test
  void sizesAndOrdersVary() {
    Random random = new Random(7);
    Set<Integer> sizes = new HashSet<>();
    Map<List<Integer>, Integer> orders = new HashMap<>();
    for (int i = 0; i < 6_000; i++) {
      List<Integer> order = new ArrayList<>();
      Block block = Block.none(2);
      do {
        Block.Draw draw = block.draw(List.of(1, 1), random);
        order.add(draw.arm());
        block = draw.rest();
      } while (!block.equals(Block.none(2)));
      sizes.add(order.size());
      orders.merge(order, 1, Integer::sum);
    }

    assertThat(sizes).containsExactlyInAnyOrder(2, 4, 6);
    // 2 orders of two, 6 of four, 20 of six; each of a size as likely as the others: a third of
    // 6,000 blocks over 6 orders is 333 each, with a standard deviation of 18.
    assertThat(orders).hasSize(2 + 6 + 20);
    assertThat(orders.entrySet().stream().filter(e -> e.getKey().size() == 4))
        .allSatisfy(e -> assertThat(e.getValue()).isBetween(250, 420));
  }

  /** After any beginning of a block that does not use an arm up, either arm may come next. */
  @Test
  void theNextIsNotDeterminedByWhatCameBefore() {
    Set<List<Integer>> continuations = new HashSet<>();
    for (long seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Block.Draw first = Block.none(2).draw(List.of(1, 1), random);
      Block.Draw second = first.rest().draw(List.of(1, 1), random);
      continuations.add(List.of(first.arm(), second.arm()));
    }

    assertThat(continuations)
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(0, 1).flatMap(a -> Stream.of(0, 1).map(b -> List.of(a, b))).toList());
  }
}
