package org.accrual.benchmarks.relay;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.accrual.benchmarks.Report;
import org.accrual.benchmarks.Turns;

/**
 * Rates of contenders that took turns, each with one figure a turn.
 *
 * @param perSecond rows a second
 * @param perCpuSecond rows a second of PostgreSQL's CPU time
 */
record Contest(Map<String, List<Double>> perSecond, Map<String, List<Double>> perCpuSecond) {

  /** Lets contenders take turns; the first turn of each warms up and does not count. */
  static Contest run(int turns, List<Drain> contenders) throws Exception {
    Contest contest = new Contest(new LinkedHashMap<>(), new LinkedHashMap<>());
    for (int turn = 0; turn <= turns; turn++) {
      for (Drain contender : Turns.order(contenders, turn)) {
        Drained drained = contender.drain(turn);
        System.out.printf(
            "%s: %s %,.0f rows/s, %,.0f rows per s of PostgreSQL's CPU time%n",
            turn == 0 ? "warm-up" : "turn " + turn,
            contender.name(),
            drained.perSecond(),
            drained.perCpuSecond());
        if (turn > 0) {
          add(contest.perSecond, contender, drained.perSecond());
          add(contest.perCpuSecond, contender, drained.perCpuSecond());
        }
      }
    }
    return contest;
  }

  private static void add(Map<String, List<Double>> to, Drain of, double figure) {
    to.computeIfAbsent(of.name(), name -> new ArrayList<>()).add(figure);
  }

  void table(Report report) {
    report.table("rows a second", perSecond);
    report.table("rows per s of PostgreSQL's CPU time", perCpuSecond);
  }
}
