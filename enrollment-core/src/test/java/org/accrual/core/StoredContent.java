package org.accrual.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The rows of every table that the write side may write, as text, by table.
 *
 * @param rows in one order, whatever the order in the table
 */
public record StoredContent(Map<String, List<String>> rows) {

  /** Returns the tables whose rows are not the same as before. */
  public Set<String> changedTables(StoredContent before) {
    Set<String> changed = new TreeSet<>(rows.keySet());
    changed.removeIf(table -> rows.get(table).equals(before.rows.get(table)));
    return changed;
  }

  /** Returns the rows that are new or changed, and those that are no more, one line each. */
  public List<String> differences(StoredContent before) {
    List<String> lines = new ArrayList<>();
    for (String table : changedTables(before)) {
      List<String> added = new ArrayList<>(rows.get(table));
      List<String> removed = new ArrayList<>(before.rows.get(table));
      added.removeAll(before.rows.get(table));
      removed.removeAll(rows.get(table));
      added.forEach(row -> lines.add(table + " + " + row));
      removed.forEach(row -> lines.add(table + " - " + row));
    }
    return lines;
  }

  /** Returns the number of rows of each table; the rows themselves would fill a page. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    rows.forEach((table, all) -> text.append(table).append('=').append(all.size()).append(' '));
    return text.append('#').append(rows.hashCode()).toString();
  }
}
