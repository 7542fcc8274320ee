package org.accrual.core;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * The rows of every table that the write side may write.
 *
 * @param rows the table's name, a tab, and the row as text; in one order, whatever the tables' own
 */
public record StoredContent(List<String> rows) {

  /** Returns the rows that are new or changed, and those that are no more. */
  public List<String> differences(StoredContent before) {
    List<String> added = new ArrayList<>(rows);
    added.removeAll(new HashSet<>(before.rows));
    List<String> removed = new ArrayList<>(before.rows);
    removed.removeAll(new HashSet<>(rows));
    added.addAll(removed);
    return added;
  }

  /** Returns the tables whose rows are not the same as before. */
  public Set<String> changedTables(StoredContent before) {
    Set<String> tables = new TreeSet<>();
    differences(before).forEach(row -> tables.add(row.substring(0, row.indexOf('\t'))));
    return tables;
  }

  /** Returns the number of rows and a hash; the rows themselves would fill pages. */
  @Override
  public String toString() {
    return "%d rows, hash %08x".formatted(rows.size(), rows.hashCode());
  }
}
