package org.accrual.consumers.projection;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.accrual.api.enrollment.v1.EnrollmentState;

/** States as the tables have them: {@code on-study} for {@code ENROLLMENT_STATE_ON_STUDY}. */
public final class EnrollmentStates {
  private static final String PREFIX = "ENROLLMENT_STATE_";
  private static final Map<EnrollmentState, String> IN_SQL =
      Arrays.stream(EnrollmentState.values())
          .filter(state -> state != EnrollmentState.UNRECOGNIZED)
          .filter(state -> state != EnrollmentState.ENROLLMENT_STATE_UNSPECIFIED)
          .collect(
              Collectors.toMap(
                  Function.identity(),
                  EnrollmentStates::kebab,
                  (a, _) -> a,
                  () -> new EnumMap<>(EnrollmentState.class)));
  private static final Map<String, EnrollmentState> OF_SQL =
      IN_SQL.entrySet().stream().collect(Collectors.toMap(Map.Entry::getValue, Map.Entry::getKey));

  private EnrollmentStates() {}

  /** As in the column {@code state}. */
  public static String inSql(EnrollmentState state) {
    String text = IN_SQL.get(state);
    if (text == null) {
      throw new IllegalArgumentException("not a state of an enrollment: " + state);
    }
    return text;
  }

  /** Of the column {@code state}, whose check constraint allows no other text. */
  public static EnrollmentState ofSql(String text) {
    EnrollmentState state = OF_SQL.get(text);
    if (state == null) {
      throw new IllegalArgumentException("not a state of an enrollment: " + text);
    }
    return state;
  }

  private static String kebab(EnrollmentState state) {
    return state.name().substring(PREFIX.length()).toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
