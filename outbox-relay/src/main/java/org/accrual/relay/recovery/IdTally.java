package org.accrual.relay.recovery;

import java.util.Arrays;
import java.util.UUID;
import java.util.function.Consumer;

/**
 * How often each of a set of ids was seen, in some 40 bytes an id. Not safe for several threads.
 *
 * <p>Ids are first added, then counted.
 */
public final class IdTally {
  private long[][] ids = new long[1024][];
  private byte[] counts = {};
  private int size;
  private boolean sorted;

  /** Adds an id to the set. */
  public void add(UUID id) {
    if (size == ids.length) {
      ids = Arrays.copyOf(ids, size * 2);
    }
    ids[size++] = new long[] {id.getMostSignificantBits(), id.getLeastSignificantBits()};
    sorted = false;
  }

  /** Sees an id once more; one that is not in the set is passed over. */
  public void see(UUID id) {
    int place = place(id);
    if (place >= 0 && counts[place] < Byte.MAX_VALUE) {
      counts[place]++;
    }
  }

  /** How often it was seen, up to 127; 0 for one that is not in the set. */
  public int count(UUID id) {
    int place = place(id);
    return place < 0 ? 0 : counts[place];
  }

  public int size() {
    return size;
  }

  /** Ids that were not seen. */
  public int unseen() {
    sort();
    int unseen = 0;
    for (int i = 0; i < size; i++) {
      unseen += counts[i] == 0 ? 1 : 0;
    }
    return unseen;
  }

  /** Ids that were seen more than once. */
  public int repeated() {
    sort();
    int repeated = 0;
    for (int i = 0; i < size; i++) {
      repeated += counts[i] > 1 ? 1 : 0;
    }
    return repeated;
  }

  /** The first ids that were not seen exactly once. */
  public void differing(int most, Consumer<UUID> consumer) {
    sort();
    int told = 0;
    for (int i = 0; i < size && told < most; i++) {
      if (counts[i] != 1) {
        consumer.accept(new UUID(ids[i][0], ids[i][1]));
        told++;
      }
    }
  }

  private int place(UUID id) {
    sort();
    long[] key = {id.getMostSignificantBits(), id.getLeastSignificantBits()};
    return Arrays.binarySearch(ids, 0, size, key, Arrays::compare);
  }

  private void sort() {
    if (!sorted) {
      Arrays.sort(ids, 0, size, Arrays::compare);
      counts = new byte[size];
      sorted = true;
    }
  }
}
