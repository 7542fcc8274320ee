package org.accrual.consumers.participant;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.accrual.consumers.database.Columns;
import org.accrual.runtime.Correlation;

/**
 * The table {@code pending} in a participant's schema. Read and written under the locks of its
 * sites.
 */
public final class PendingTable {
  private final String read;
  private final String sites;
  private final String delete;
  private final String insert;

  /**
   * @param schema a participant's
   */
  public PendingTable(String schema) {
    read =
        """
        select p.*, s.schema from %s.pending p
          join unnest(?, ?) as w (study_id, site_id) using (study_id, site_id)
          -- Of another build's, while a deploy lasts.
          left join enrollment.event_schema s on s.type = p.type and s.version = p.schema_version
         order by p.arrival
        """
            .formatted(schema);
    sites =
        "select distinct study_id, site_id from %s.pending where study_id = any (?)"
            .formatted(schema);
    delete =
        """
        delete from %s.pending p using unnest(?, ?) as w (enrollment_id, attempt)
         where p.enrollment_id = w.enrollment_id and p.attempt = w.attempt
        """
            .formatted(schema);
    insert =
        """
        insert into %s.pending (enrollment_id, attempt, study_id, site_id, type,
               schema_version, payload, command_id, correlation_id, actor, traceparent)
        select * from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """
            .formatted(schema);
  }

  /** Sites of those studies at which something waits. */
  public Collection<SiteKey> sitesOf(Connection connection, Collection<String> studies)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(sites)) {
      new Columns<>(statement, studies).column("text", id -> id);
      Map<SiteKey, Boolean> found = new LinkedHashMap<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.put(SiteKey.read(rows), true);
        }
      }
      return found.keySet();
    }
  }

  /** Reads the requests that wait at sites that are held. */
  public Pending read(Connection connection, Collection<SiteKey> held) throws SQLException {
    Map<Attempt, Request> waiting = new LinkedHashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(read)) {
      new Columns<>(statement, held)
          .column("text", SiteKey::studyId)
          .column("text", SiteKey::siteId);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          Request request = request(rows);
          waiting.put(request.attempt(), request);
        }
      }
    }
    return new Pending(waiting);
  }

  /** What has changed of it. */
  public void write(Connection connection, Pending pending) throws SQLException {
    delete(connection, pending.noLonger());
    insert(connection, pending.added());
  }

  private void delete(Connection connection, Collection<Attempt> attempts) throws SQLException {
    if (attempts.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(delete)) {
      new Columns<>(statement, attempts)
          .column("uuid", Attempt::enrollmentId)
          .column("int", Attempt::number)
          .write();
    }
  }

  private void insert(Connection connection, Collection<Request> requests) throws SQLException {
    if (requests.isEmpty()) {
      return;
    }
    record Row(Request request, PlainAvro command) {}
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      new Columns<>(
              statement,
              requests.stream()
                  .map(request -> new Row(request, PlainAvro.of(request.command())))
                  .toList())
          .column("uuid", r -> r.request().attempt().enrollmentId())
          .column("int", r -> r.request().attempt().number())
          .column("text", r -> r.request().site().studyId())
          .column("text", r -> r.request().site().siteId())
          .column("text", r -> r.command().type())
          .column("int", r -> r.command().schemaVersion())
          .bytes(r -> r.command().payload())
          .column("uuid", r -> r.request().id())
          .column("text", r -> r.request().correlation().id())
          .column("text", r -> r.request().correlation().actor())
          .column("text", r -> r.request().correlation().traceparent())
          .write();
    }
  }

  private static Request request(ResultSet row) throws SQLException {
    return Request.of(
        row.getObject("command_id", UUID.class),
        new Correlation(
            row.getString("correlation_id"), row.getString("actor"), row.getString("traceparent")),
        new PlainAvro(row.getString("type"), row.getInt("schema_version"), row.getBytes("payload"))
            .body(row.getString("schema")));
  }
}
