package org.accrual.core.eventstore;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Instant;
import java.util.List;
import org.accrual.core.application.Operation.Stage;
import org.accrual.core.application.Operation.StageTime;
import org.accrual.core.domain.study.StudyDesign.Arm;
import org.accrual.core.domain.study.StudyDesign.Factor;

/** The jsonb columns. Names as SQL users see them: snake_case. */
final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build();
  private static final TypeReference<List<Arm>> ARMS = new TypeReference<>() {};
  private static final TypeReference<List<Factor>> FACTORS = new TypeReference<>() {};
  private static final TypeReference<List<StageRow>> STAGES = new TypeReference<>() {};

  private Json() {}

  private record StageRow(String stage, String time) {}

  static String write(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("not to be written as JSON: " + value, impossible);
    }
  }

  static String stages(List<StageTime> stages) {
    return write(
        stages.stream().map(s -> new StageRow(s.stage().code(), s.time().toString())).toList());
  }

  static List<StageTime> stages(String json) {
    return read(json, STAGES).stream()
        .map(
            row ->
                new StageTime(Stage.ofCode(row.stage()).orElseThrow(), Instant.parse(row.time())))
        .toList();
  }

  static List<Arm> arms(String json) {
    return read(json, ARMS);
  }

  static List<Factor> factors(String json) {
    return read(json, FACTORS);
  }

  private static <T> T read(String json, TypeReference<T> type) {
    try {
      return MAPPER.readValue(json, type);
    } catch (JsonProcessingException broken) {
      throw new IllegalStateException("a stored JSON column cannot be read: " + json, broken);
    }
  }
}
