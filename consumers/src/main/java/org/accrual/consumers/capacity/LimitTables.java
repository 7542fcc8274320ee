package org.accrual.consumers.capacity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.accrual.consumers.capacity.StudyLimits.Limit;
import org.accrual.consumers.database.Columns;
import org.accrual.event.study.StudyRegistered;
import org.accrual.event.study.StudyStratumCap;
import org.accrual.intake.Message;

/** {@code capacity.study} and {@code capacity.study_limit}. */
final class LimitTables {
  private static final JsonMapper JSON = new JsonMapper();
  private static final TypeReference<Map<String, String>> LEVELS = new TypeReference<>() {};
  private static final String ADVANCE = "update capacity.study set version = ? where study_id = ?";
  private static final String REGISTER =
      """
      insert into capacity.study_limit (study_id, number, levels, most)
      select ?, number, levels::jsonb, most from unnest(?, ?, ?) as c (number, levels, most)
      """;
  private static final String READ =
      "select study_id, version from capacity.study where study_id = any (?)";
  private static final String LOCK =
      """
      select * from capacity.study_limit where study_id = any (?)
       order by study_id, number for update
      """;
  private static final String WRITE =
      """
      update capacity.study_limit l set taken = c.taken
        from unnest(?, ?, ?) as c (study_id, number, taken)
       where l.study_id = c.study_id and l.number = c.number
      """;

  /** A limit of a study, as a row. */
  record Row(String studyId, Limit limit) {}

  private LimitTables() {}

  /** Applies events of studies, which are locked; one at a time, since they are rare. */
  static void apply(Connection connection, List<Message> events) throws SQLException {
    for (Message message : events) {
      try (PreparedStatement statement = connection.prepareStatement(ADVANCE)) {
        statement.setLong(1, message.version());
        statement.setString(2, message.stream().key());
        statement.executeUpdate();
      }
      if (message.body() instanceof StudyRegistered registered) {
        try (PreparedStatement statement = connection.prepareStatement(REGISTER)) {
          statement.setString(1, registered.getStudyId());
          new Columns<>(statement, 1, limits(registered))
              .column("int", Limit::number)
              .column("text", limit -> json(limit.levels()))
              .column("int", Limit::most)
              .write();
        }
      }
    }
  }

  private static List<Limit> limits(StudyRegistered registered) {
    List<Limit> limits = new ArrayList<>();
    if (registered.getStopAtTarget()) {
      limits.add(new Limit(0, Map.of(), registered.getAccrualTarget(), 0));
    }
    List<StudyStratumCap> caps = registered.getStratumCaps();
    for (int i = 0; i < caps.size(); i++) {
      limits.add(new Limit(i + 1, caps.get(i).getLevels(), caps.get(i).getMax(), 0));
    }
    return limits;
  }

  /** Returns studies, which are locked, and locks their limits. */
  static Map<String, StudyLimits> lock(Connection connection, Collection<String> studies)
      throws SQLException {
    Map<String, List<Limit>> limits = new HashMap<>();
    try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
      new Columns<>(statement, studies).column("text", id -> id);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          limits
              .computeIfAbsent(rows.getString("study_id"), _ -> new ArrayList<>())
              .add(limit(rows));
        }
      }
    }
    Map<String, StudyLimits> found = HashMap.newHashMap(studies.size());
    try (PreparedStatement statement = connection.prepareStatement(READ)) {
      new Columns<>(statement, studies).column("text", id -> id);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          String study = rows.getString("study_id");
          found.put(
              study,
              new StudyLimits(rows.getLong("version"), limits.getOrDefault(study, List.of())));
        }
      }
    }
    return found;
  }

  static void write(Connection connection, Collection<Row> changed) throws SQLException {
    if (changed.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(WRITE)) {
      new Columns<>(statement, changed)
          .column("text", Row::studyId)
          .column("int", row -> row.limit().number())
          .column("int", row -> row.limit().taken())
          .write();
    }
  }

  private static Limit limit(ResultSet row) throws SQLException {
    try {
      return new Limit(
          row.getInt("number"),
          JSON.readValue(row.getString("levels"), LEVELS),
          row.getInt("most"),
          row.getInt("taken"));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("capacity.study_limit.levels cannot be read", e);
    }
  }

  private static String json(Map<String, String> levels) {
    try {
      return JSON.writeValueAsString(levels);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("levels that cannot be written as JSON", e);
    }
  }
}
