package org.accrual.consumers.randomization;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.accrual.consumers.database.Columns;
import org.accrual.consumers.randomization.StudyDesign.Arm;
import org.accrual.consumers.randomization.StudyDesign.Factor;

/** {@code randomization.study}. Written a row at a time: events of studies are rare. */
final class StudyTable {
  private static final JsonMapper JSON = new JsonMapper();
  private static final TypeReference<List<Factor>> FACTORS = new TypeReference<>() {};
  private static final String READ =
      "select * from randomization.study where version > 0 and study_id = any (?)";
  private static final String WRITE =
      """
      update randomization.study
         set version = ?, arms = ?, ratios = ?, factors = ?::jsonb, block_multiples = ?,
             stratify_by_site = ?, algorithm = ?, sealed_seed = ?, commitment = ?
       where study_id = ?
      """;

  private StudyTable() {}

  /** Returns the studies whose registration has arrived. */
  static Map<String, StudyDesign> read(Connection connection, Collection<String> studies)
      throws SQLException {
    Map<String, StudyDesign> designs = HashMap.newHashMap(studies.size());
    try (PreparedStatement statement = connection.prepareStatement(READ)) {
      new Columns<>(statement, studies).column("text", id -> id);
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          designs.put(rows.getString("study_id"), design(rows));
        }
      }
    }
    return designs;
  }

  static void write(Connection connection, Map<String, StudyDesign> designs) throws SQLException {
    if (designs.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(WRITE)) {
      for (Map.Entry<String, StudyDesign> study : designs.entrySet()) {
        StudyDesign design = study.getValue();
        statement.setLong(1, design.version());
        statement.setArray(2, array(connection, "text", design.arms().stream().map(Arm::id)));
        statement.setArray(3, array(connection, "int", design.arms().stream().map(Arm::ratio)));
        statement.setString(4, json(design.factors()));
        statement.setArray(5, array(connection, "int", design.multiples().stream()));
        statement.setBoolean(6, design.bySite());
        statement.setString(7, design.seed().algorithm());
        statement.setBytes(8, design.seed().sealed());
        statement.setBytes(9, design.seed().commitment());
        statement.setString(10, study.getKey());
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private static StudyDesign design(ResultSet row) throws SQLException {
    String[] ids = (String[]) row.getArray("arms").getArray();
    Integer[] ratios = (Integer[]) row.getArray("ratios").getArray();
    List<Arm> arms = new ArrayList<>();
    for (int i = 0; i < ids.length; i++) {
      arms.add(new Arm(ids[i], ratios[i]));
    }
    return new StudyDesign(
        row.getLong("version"),
        arms,
        factors(row.getString("factors")),
        List.of((Integer[]) row.getArray("block_multiples").getArray()),
        row.getBoolean("stratify_by_site"),
        new SealedSeed(
            row.getString("algorithm"), row.getBytes("sealed_seed"), row.getBytes("commitment")));
  }

  private static Array array(Connection connection, String type, Stream<?> values)
      throws SQLException {
    return connection.createArrayOf(type, values.toArray());
  }

  private static String json(List<Factor> factors) {
    try {
      return JSON.writeValueAsString(factors);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("factors that cannot be written as JSON", impossible);
    }
  }

  private static List<Factor> factors(String json) {
    try {
      return JSON.readValue(json, FACTORS);
    } catch (JsonProcessingException broken) {
      throw new IllegalStateException("randomization.study.factors cannot be read", broken);
    }
  }
}
