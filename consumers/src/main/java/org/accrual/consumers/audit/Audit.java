package org.accrual.consumers.audit;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import org.accrual.intake.Effects;
import org.accrual.intake.Message;

/** Adds a batch to its studies' trails, each in the order in which it came. */
final class Audit implements Effects {

  @Override
  public void apply(Connection connection, List<Message> messages) throws SQLException {
    List<AuditEntry> entries = messages.stream().map(AuditEntry::of).toList();
    Set<String> studies =
        entries.stream().map(AuditEntry::studyId).collect(Collectors.toCollection(TreeSet::new));
    TrailTable.hold(connection, studies);
    Set<UUID> known = TrailTable.known(connection, repeatable(entries));
    Map<String, Head> heads = TrailTable.heads(connection, studies);

    Set<UUID> taken = new LinkedHashSet<>(known);
    List<AuditEntry.Chained> chained = new ArrayList<>();
    EntryHash hash = new EntryHash();
    for (AuditEntry entry : entries) {
      if (taken.add(entry.eventId())) {
        Head before = heads.computeIfAbsent(entry.studyId(), Head::beforeTheFirst);
        AuditEntry.Chained next = entry.after(before, hash);
        heads.put(entry.studyId(), next.head());
        chained.add(next);
      }
    }
    TrailTable.append(connection, chained);
  }

  /** Those without a version, which the gate cannot tell apart. */
  private static List<AuditEntry> repeatable(List<AuditEntry> entries) {
    return entries.stream().filter(entry -> entry.version() == Message.UNSEQUENCED).toList();
  }
}
