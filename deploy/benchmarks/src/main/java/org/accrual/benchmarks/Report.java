package org.accrual.benchmarks;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.accrual.local.Build;

/** The result of a benchmark: a table on standard output, and JSON with every turn's figure. */
public final class Report {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final ObjectNode root = JSON.createObjectNode();
  private final ArrayNode ratios = root.putArray("ratios");

  public Report(String name) {
    String commit = Checkout.commit(Build.here().home());
    int processors = Runtime.getRuntime().availableProcessors();
    root.put("benchmark", name);
    root.put("commit", commit);
    root.put("processors", processors);
    root.put("java", System.getProperty("java.version"));
    System.out.printf("%n%s at commit %s, %d processors%n", name, commit, processors);
  }

  public void rates(Map<String, List<Double>> rates) {
    table("operations a second", rates);
  }

  /** Prints the figures of each contender: median, least and most. */
  public void table(String unit, Map<String, List<Double>> figures) {
    System.out.printf("%n%-44s %10s %10s %10s%n", unit, "median", "least", "most");
    ObjectNode all = root.putObject(unit);
    figures.forEach(
        (contender, each) -> {
          System.out.printf(
              "%-44s %10.1f %10.1f %10.1f%n", contender, median(each), min(each), max(each));
          ArrayNode turns = all.putArray(contender);
          each.forEach(turns::add);
        });
  }

  /** The ratio turn by turn, and its median, which should be at least the goal. */
  public void ratio(Map<String, List<Double>> rates, String of, String to, double goal) {
    List<Double> each = quotients(rates, of, to);
    figure(of + " / " + to, each, ">=", goal, median(each) >= goal);
  }

  /** A ratio that the benchmark has worked out itself, turn by turn. */
  public void ratio(String what, List<Double> each, double goal) {
    figure(what, each, ">=", goal, median(each) >= goal);
  }

  /** Prints the ratio turn by turn of other figures than rates, in a unit. */
  public void ratio(
      String unit, Map<String, List<Double>> figures, String of, String to, double goal) {
    ratio("%s / %s, %s".formatted(of, to, unit), quotients(figures, of, to), goal);
  }

  /** Warns if writers have not achieved 95 % of the rate that was asked of them. */
  public void rate(int asked, double achieved) {
    boolean reached = achieved >= 0.95 * asked;
    root.putObject("rate").put("asked", asked).put("achieved", achieved).put("reached", reached);
    if (!reached) {
      System.out.printf(
          "WARNING: the writers achieved %.0f of %d a second: the figures are of a lower rate; raise --writers or lower --rate%n",
          achieved, asked);
    }
  }

  /** One figure that the benchmark has worked out itself. */
  public void atMost(String what, double figure, double goal) {
    figure(what, List.of(figure), "<=", goal, figure <= goal);
  }

  private static List<Double> quotients(Map<String, List<Double>> rates, String of, String to) {
    List<Double> dividends = rates.getOrDefault(of, List.of());
    List<Double> divisors = rates.getOrDefault(to, List.of());
    return IntStream.range(0, dividends.size())
        .mapToObj(i -> dividends.get(i) / divisors.get(i))
        .toList();
  }

  private void figure(
      String what, List<Double> each, String comparison, double goal, boolean reached) {
    System.out.printf(
        "%-44s %10.2f %10.2f %10.2f   goal %s %.2f: %s%n",
        what, median(each), min(each), max(each), comparison, goal, reached ? "reached" : "missed");
    ObjectNode ratio = ratios.addObject();
    ratio.put("ratio", what).put("median", median(each)).put("goal", goal);
    ArrayNode turns = ratio.putArray("turns");
    each.forEach(turns::add);
  }

  /** A distribution, in milliseconds. */
  public void latency(String what, List<Long> nanos) {
    ObjectNode latency = root.putObject(what);
    System.out.printf("%n%s, ms:", what);
    for (double quantile : new double[] {0.5, 0.9, 0.99, 0.999, 1.0}) {
      double millis = quantile(nanos, quantile) / 1e6;
      String label =
          quantile == 1.0
              ? "max"
              : "p"
                  + BigDecimal.valueOf(quantile * 100)
                      .setScale(1, RoundingMode.HALF_UP)
                      .stripTrailingZeros()
                      .toPlainString();
      System.out.printf(" %s %.1f", label, millis);
      latency.put(label, millis);
    }
    System.out.println();
  }

  /** Of a distribution in any order. */
  public static double quantile(List<Long> nanos, double quantile) {
    List<Long> sorted = nanos.stream().sorted().toList();
    return sorted.get((int) Math.min(sorted.size() - 1, Math.floor(quantile * sorted.size())));
  }

  public void write(Path file) throws IOException {
    Files.writeString(
        file,
        JSON.writerWithDefaultPrettyPrinter().writeValueAsString(root) + System.lineSeparator());
    System.out.println("every figure: " + file);
  }

  /** Returns the median of figures in any order. */
  public static double median(List<Double> figures) {
    List<Double> sorted = figures.stream().sorted().toList();
    int middle = sorted.size() / 2;
    return sorted.size() % 2 == 1
        ? sorted.get(middle)
        : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
  }

  private static double min(List<Double> figures) {
    return figures.stream().mapToDouble(Double::doubleValue).min().orElse(Double.NaN);
  }

  private static double max(List<Double> figures) {
    return figures.stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN);
  }
}
