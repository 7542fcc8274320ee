package org.accrual.core.domain;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** A state machine as Markdown: a diagram of where each input leads, and the whole table. */
final class StateTables {
  private static final String STAYS = "stays";

  private final StringBuilder text = new StringBuilder();

  /** Rows of states, columns of inputs, in the order in which they come. */
  static final class Machine {
    private final Map<String, Map<String, String>> cells = new LinkedHashMap<>();
    private final Set<String> inputs = new LinkedHashSet<>();

    /**
     * @param next empty: refused, or nothing comes of it
     */
    void add(String state, String input, String next) {
      inputs.add(input);
      cells.computeIfAbsent(state, _ -> new LinkedHashMap<>()).put(input, next);
    }
  }

  StateTables text(String paragraph) {
    text.append(paragraph).append("\n\n");
    return this;
  }

  StateTables machine(Machine machine) {
    diagram(machine);
    table(machine);
    return this;
  }

  private void diagram(Machine machine) {
    text.append("```mermaid\nstateDiagram-v2\n");
    machine.cells.forEach(
        (state, row) -> {
          Map<String, List<String>> byTarget = new TreeMap<>();
          row.forEach(
              (input, next) -> {
                if (!next.isEmpty() && !next.equals(state)) {
                  byTarget.computeIfAbsent(next, _ -> new ArrayList<>()).add(input);
                }
              });
          byTarget.forEach(
              (next, inputs) ->
                  text.append("  %s --> %s: %s\n".formatted(id(state), id(next), inputs(inputs))));
        });
    text.append("```\n\n");
  }

  private static String inputs(List<String> inputs) {
    return String.join(", ", inputs);
  }

  private static String id(String state) {
    return state.startsWith("(") ? "[*]" : state.replace('-', '_').replace(' ', '_');
  }

  private void table(Machine machine) {
    text.append("| | ").append(String.join(" | ", machine.cells.keySet())).append(" |\n");
    text.append("|---|").append("---|".repeat(machine.cells.size())).append('\n');
    for (String input : machine.inputs) {
      text.append("| **").append(input).append("** |");
      machine.cells.forEach(
          (state, row) -> {
            String next = row.getOrDefault(input, "");
            String cell = next.isEmpty() ? "·" : next.equals(state) ? STAYS : next;
            text.append(' ').append(cell).append(" |");
          });
      text.append('\n');
    }
    text.append('\n');
  }

  @Override
  public String toString() {
    return text.toString().stripTrailing() + "\n";
  }
}
