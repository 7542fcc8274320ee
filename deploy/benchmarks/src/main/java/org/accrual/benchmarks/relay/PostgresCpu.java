package org.accrual.benchmarks.relay;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** CPU time of a PostgreSQL server: of all its processes, as Linux counts it. */
final class PostgresCpu {
  private static final int MILLIS_A_TICK = 10;

  /** Index of the user time among the fields after the program's name. */
  private static final int FIRST = 11;

  /** Time in user mode and in the kernel, of the process and of its children that have ended. */
  private static final int TIMES = 4;

  private PostgresCpu() {}

  /**
   * Returns the CPU time that a server has used since its start.
   *
   * @param postmaster process id
   */
  static Duration of(long postmaster) throws IOException {
    List<Long> processes =
        Stream.concat(
                Stream.of(postmaster),
                ProcessHandle.of(postmaster).stream()
                    .flatMap(ProcessHandle::descendants)
                    .map(ProcessHandle::pid))
            .toList();
    long ticks = 0;
    for (long process : processes) {
      try {
        ticks += ticks(Files.readString(Path.of("/proc", Long.toString(process), "stat")));
      } catch (NoSuchFileException e) {
        // It has ended in the meantime, so its parent reports its time.
      }
    }
    return Duration.ofMillis(ticks * MILLIS_A_TICK);
  }

  /**
   * Returns the clock ticks of a process and of its children that have ended.
   *
   * @param stat line of {@code /proc/PID/stat}; the program's name in it may hold spaces and
   *     brackets
   */
  static long ticks(String stat) {
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return LongStream.range(FIRST, FIRST + TIMES).map(i -> Long.parseLong(fields[(int) i])).sum();
  }
}
