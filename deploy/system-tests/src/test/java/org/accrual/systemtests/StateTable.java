package org.accrual.systemtests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A table of {@code enrollment-core/STATES.md}: for each state and command the state it leads to.
 *
 * @param states the columns, in order
 * @param cells by command, then by state; {@code ·} where the command is refused
 */
record StateTable(List<String> states, Map<String, Map<String, String>> cells) {
  private static final Path FILE = Path.of("..", "..", "enrollment-core", "STATES.md");
  private static final String REFUSED = "·";
  private static final String STAYS = "stays";

  /** Returns the first table under a heading. */
  static StateTable under(String heading) {
    List<String> lines;
    try {
      lines = Files.readAllLines(FILE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    List<List<String>> rows =
        lines.stream()
            .dropWhile(line -> !line.equals("## " + heading))
            .dropWhile(line -> !line.startsWith("|"))
            .takeWhile(line -> line.startsWith("|"))
            .map(StateTable::columns)
            .toList();
    List<String> states = rows.getFirst().subList(1, rows.getFirst().size());
    Map<String, Map<String, String>> cells = new LinkedHashMap<>();
    for (List<String> row : rows.subList(2, rows.size())) {
      Map<String, String> byState = new LinkedHashMap<>();
      for (int i = 0; i < states.size(); i++) {
        byState.put(states.get(i), row.get(i + 1));
      }
      cells.put(row.getFirst().replace("*", ""), byState);
    }
    return new StateTable(states, cells);
  }

  /** Returns whether a command is refused in a state. */
  boolean refuses(String command, String state) {
    return cell(command, state).equals(REFUSED);
  }

  /** Returns the state after a command, which is the same if it is refused. */
  String after(String command, String state) {
    String cell = cell(command, state);
    return cell.equals(REFUSED) || cell.equals(STAYS) ? state : cell;
  }

  private String cell(String command, String state) {
    return cells.get(command).get(state);
  }

  private static List<String> columns(String line) {
    return Arrays.stream(line.substring(1).split("\\|")).map(String::strip).toList();
  }
}
