package org.accrual.relay.takeover;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import org.accrual.relay.stream.outbox.Checkpoint;
import org.accrual.relay.stream.outbox.Position;
import org.accrual.relay.takeover.SlotFacts.Slot;
import org.accrual.runtime.DatabaseSettings;

/**
 * Queries the database about slot and publication, each query for at most 10 s. The one about the
 * outbox's rows, which runs where there is no checkpoint, may take 10 min.
 */
public final class SlotGuard {
  static final Duration ANSWER = Duration.ofSeconds(10);
  private static final Duration SCAN = Duration.ofMinutes(10);

  // The file name's first eight digits are the timeline written to now; the control file's lags
  // behind a promotion.
  private static final String CLUSTER =
      """
      select (select system_identifier from pg_control_system())::text as system_identifier,
             ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int as timeline,
             current_database() as database,
             outbox.publication_version(?) as publication_version
      """;

  /** SQLSTATE of the above where the server is in recovery. */
  private static final String NO_WAL_IS_WRITTEN = "55000";

  private static final String SLOT =
      """
      select plugin, database, active, confirmed_flush_lsn::text as confirmed,
             coalesce(invalidation_reason, case when wal_status = 'lost' then 'its WAL is gone' end)
               as lost
        from pg_replication_slots
       where slot_name = ? and slot_type = 'logical'
      """;

  // Reads the whole outbox. Records are missing on the topics if a relay has reported a checkpoint,
  // which Kafka does not have, or if a row is of a transaction older than the slot's catalog_xmin:
  // that one ended before the slot began. PostgreSQL keeps no other trace of where a slot began. A
  // new slot takes over the catalog_xmin of an older slot, so rows from between the two are not
  // found. Provision needs no such check: it creates the slot only while the outbox is empty. A
  // slot
  // that was created by hand beside an older one needs recover --compare.
  private static final String UNRELAYABLE =
      """
      select exists (select from ops.relay r where r.slot = s.slot_name and r.checkpoint is not null)
          or exists (select from outbox.message m where age(m.xmin) > age(s.catalog_xmin))
        from pg_replication_slots s
       where s.slot_name = ?
      """;

  private static final String PUBLICATION =
      """
      select case
        when p.oid is null then 'there is no publication'
        when not p.pubinsert or p.pubupdate or p.pubdelete or p.pubtruncate
          then 'the publication must publish inserts only'
        when not p.pubviaroot then 'the publication must publish via the partitioned root'
        when p.puballtables or t.tables is distinct from 'outbox.message'
          then 'the publication must hold outbox.message alone, it holds '
               || case when p.puballtables then 'all tables' else coalesce(t.tables, 'none') end
        when t.filtered then 'the publication must not filter rows or columns'
      end as fault
      from (select ?::text as name) asked
      left join pg_publication p on p.pubname = asked.name
      left join lateral (
        select string_agg(schemaname || '.' || tablename, ', ') as tables,
               bool_or(rowfilter is not null or cardinality(attnames) < 7) as filtered
          from pg_publication_tables where pubname = asked.name) t on true
      """;

  private static final String MAY_MOVE_SLOT_ON =
      """
      select has_function_privilege(to_regprocedure('pg_log_standby_snapshot()'), 'execute')
      """;

  private final DatabaseSettings database;
  private final String slot;
  private final String publication;

  public SlotGuard(DatabaseSettings database, String slot, String publication) {
    this.database = database;
    this.slot = slot;
    this.publication = publication;
  }

  /**
   * Returns the present facts about slot and publication.
   *
   * @throws StandbyException if the server is a standby
   */
  public SlotFacts look() throws SQLException {
    try (Connection connection = connect(ANSWER)) {
      return new Looking(connection).facts();
    }
  }

  /**
   * Judges whether the relay can continue from its slot and the checkpoint, if there is one.
   *
   * @param facts found before the checkpoint was read: the slot is never ahead of a later
   *     checkpoint
   */
  public Verdict judge(SlotFacts facts, Optional<Checkpoint> checkpoint)
      throws SQLException, InterruptedException {
    if (checkpoint.isEmpty()) {
      return Verdict.withoutCheckpoint(facts, slot, unrelayable());
    }
    CheckpointFacts known =
        new CheckpointQueries(database).facts(checkpoint.get(), facts.timeline());
    return Verdict.byCheckpoint(facts, slot, checkpoint.get(), known);
  }

  /** Returns whether there have been records that the slot will never send. */
  private boolean unrelayable() throws SQLException {
    try (Connection connection = connect(SCAN);
        PreparedStatement statement = connection.prepareStatement(UNRELAYABLE)) {
      statement.setString(1, slot);
      try (ResultSet row = statement.executeQuery()) {
        return row.next() && row.getBoolean(1);
      }
    }
  }

  /**
   * Returns whether the role may write the record of running transactions by which a slot releases
   * WAL. The server itself writes one every 15 s at most.
   */
  public boolean mayMoveSlotOn() throws SQLException {
    try (Connection connection = connect(ANSWER);
        PreparedStatement statement = connection.prepareStatement(MAY_MOVE_SLOT_ON);
        ResultSet row = statement.executeQuery()) {
      return row.next() && row.getBoolean(1);
    }
  }

  private Connection connect(Duration limit) throws SQLException {
    return connect(database, limit, new Properties());
  }

  /** Opens a connection whose answers may take as long as the limit, with further properties. */
  static Connection connect(DatabaseSettings database, Duration limit, Properties properties)
      throws SQLException {
    properties.setProperty("user", database.user());
    properties.setProperty("password", database.password());
    properties.setProperty("ApplicationName", "accrual-relay-guard");
    properties.setProperty("connectTimeout", "10");
    properties.setProperty("socketTimeout", Long.toString(limit.toSeconds()));
    return DriverManager.getConnection(database.url(), properties);
  }

  private final class Looking {
    private final Connection connection;

    Looking(Connection connection) {
      this.connection = connection;
    }

    SlotFacts facts() throws SQLException {
      try (PreparedStatement statement = ask(CLUSTER, publication);
          ResultSet row = statement.executeQuery()) {
        row.next();
        return new SlotFacts(
            row.getString("system_identifier"),
            row.getInt("timeline"),
            row.getString("database"),
            slot(),
            row.getString("publication_version"),
            publicationFault());
      } catch (SQLException e) {
        throw NO_WAL_IS_WRITTEN.equals(e.getSQLState()) ? new StandbyException(e) : e;
      }
    }

    private Optional<Slot> slot() throws SQLException {
      try (PreparedStatement statement = ask(SLOT, slot);
          ResultSet row = statement.executeQuery()) {
        return row.next()
            ? Optional.of(
                new Slot(
                    row.getString("plugin"),
                    row.getString("database"),
                    Optional.ofNullable(row.getString("lost")),
                    row.getBoolean("active"),
                    Position.lsn(row.getString("confirmed"))))
            : Optional.empty();
      }
    }

    private Optional<String> publicationFault() throws SQLException {
      try (PreparedStatement statement = ask(PUBLICATION, publication);
          ResultSet row = statement.executeQuery()) {
        row.next();
        return Optional.ofNullable(row.getString("fault"))
            .map(fault -> "'%s': %s".formatted(publication, fault));
      }
    }

    private PreparedStatement ask(String sql, String name) throws SQLException {
      PreparedStatement statement = connection.prepareStatement(sql);
      statement.setString(1, name);
      return statement;
    }
  }
}
