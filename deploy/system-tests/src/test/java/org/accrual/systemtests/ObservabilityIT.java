package org.accrual.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.accrual.local.Stack;
import org.junit.jupiter.api.Test;

/** Dashboard and alerts ask for what the processes really serve; each alert has its page. */
class ObservabilityIT {
  private static final Path FOLDER = Path.of("..", "observability");
  private static final Pattern SERVED = Pattern.compile("(?m)^([a-z_]+)(?:\\{(.*)})? \\S+$");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=~?\"([^\"]*)\"");
  private static final Pattern SELECTOR =
      Pattern.compile("\\b((?:accrual|ft|up)(?:_[a-z_]+)?)\\b(?:\\{([^}]*)})?");
  private static final Pattern GROUPING = Pattern.compile("by \\(([^)]*)\\)");

  private final TestStack stack = TestStack.shared();

  /** Labels and their values, by metric. */
  private Map<String, Map<String, Set<String>>> served = Map.of();

  @Test
  void everyQueryAsksForWhatIsServed() throws IOException {
    try (SiteClient client = stack.client()) {
      // So that what is counted only once it happens has happened.
      String study = "OBS-" + System.nanoTime();
      client.openSite(study, "S1", 10);
      TraceIT.contact(client, study, "OBS-1");
      client.enrolled(SiteClient.enroll(study, "S1", "OBS-1"));
    }
    List<String> queries = new ArrayList<>(alerts("expr: (?:>-\\s+)?((?:.+\\n(?=\\s+/))?.+)"));
    new ObjectMapper()
        .readTree(FOLDER.resolve("grafana/accrual.json").toFile()).findValues("expr").stream()
            .map(JsonNode::asText)
            .forEach(queries::add);
    assertThat(queries).hasSizeGreaterThan(40);

    await()
        .atMost(Duration.ofSeconds(30))
        .untilAsserted(
            () -> {
              served = served();
              Set<String> wrong = new TreeSet<>();
              queries.forEach(query -> check(query, wrong));
              assertThat(wrong).isEmpty();
            });
  }

  @Test
  void everyAlertHasItsPageAndEveryPageItsAlert() throws IOException {
    List<String> names = alerts("alert: (\\w+)");
    assertThat(names).doesNotHaveDuplicates().hasSizeGreaterThan(10);
    assertThat(alerts("page: alerts/(\\w+)\\.md")).isEqualTo(names);
    try (Stream<Path> pages = Files.list(FOLDER.resolve("alerts"))) {
      List<Path> all = pages.toList();
      assertThat(all)
          .extracting(page -> page.getFileName().toString().replace(".md", ""))
          .containsExactlyInAnyOrderElementsOf(names);
      for (Path page : all) {
        assertThat(page)
            .content()
            .contains("## What it means", "## How to look", "In the console", "## What to do");
      }
    }
  }

  private static List<String> alerts(String pattern) throws IOException {
    Matcher found =
        Pattern.compile(pattern).matcher(Files.readString(FOLDER.resolve("alerts.yml")));
    return found.results().map(result -> result.group(1).strip()).toList();
  }

  private void check(String query, Set<String> wrong) {
    Set<String> metrics = new HashSet<>();
    for (MatchResult selector : SELECTOR.matcher(query).results().toList()) {
      String metric = selector.group(1);
      metrics.add(metric);
      if (!served.containsKey(metric)) {
        wrong.add("no metric " + metric + ": " + query);
      } else if (selector.group(2) != null) {
        LABEL
            .matcher(selector.group(2))
            .results()
            .filter(label -> !isServed(metric, label.group(1), label.group(2)))
            .forEach(label -> wrong.add(metric + " has no " + label.group() + ": " + query));
      }
    }
    assertThat(metrics).as(query).isNotEmpty();
    for (MatchResult grouping : GROUPING.matcher(query).results().toList()) {
      for (String label : grouping.group(1).split(",\\s*")) {
        metrics.stream()
            .filter(served::containsKey)
            .filter(metric -> !served.get(metric).containsKey(label))
            .forEach(metric -> wrong.add(metric + " has no label " + label + ": " + query));
      }
    }
  }

  /** Codes and outcomes that did not come up are served only once they do. */
  private boolean isServed(String metric, String label, String value) {
    Set<String> values = served.get(metric).getOrDefault(label, Set.of());
    return label.equals("code")
        ? !values.isEmpty()
        : Stream.of(value.split("\\|")).allMatch(values::contains);
  }

  private Map<String, Map<String, Set<String>>> served() {
    Map<String, Map<String, Set<String>>> all = new HashMap<>();
    // Prometheus's own, of each process it scrapes.
    all.put("up", Map.of("job", Set.of(Stack.CORE, Stack.RELAY, Stack.CONSUMERS)));
    for (String process : List.of(Stack.CORE, Stack.RELAY, Stack.CONSUMERS)) {
      for (MatchResult line : SERVED.matcher(stack.metrics(process)).results().toList()) {
        Map<String, Set<String>> labels = all.computeIfAbsent(line.group(1), _ -> new HashMap<>());
        if (line.group(2) != null) {
          LABEL
              .matcher(line.group(2))
              .results()
              .forEach(
                  label ->
                      labels
                          .computeIfAbsent(label.group(1), _ -> new HashSet<>())
                          .add(label.group(2)));
        }
      }
    }
    return all;
  }
}
